"""Tables as they come, columns, splits and built-in data sets."""
