"""From the files of a run or an export to one HTML page."""

__version__ = "0.1.0"
