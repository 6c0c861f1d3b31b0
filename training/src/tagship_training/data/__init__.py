"""Tables, label columns, features, splits and built-in data sets."""
