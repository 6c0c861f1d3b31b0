"""The parts of the page, from parsed files to what the templates show."""
