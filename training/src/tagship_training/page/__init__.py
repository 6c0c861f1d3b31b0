"""The report of a run or an export: one HTML file that needs nothing else, drawn from the files in its folder."""
