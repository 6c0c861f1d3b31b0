"""Features fitted to columns of training rows: a module per kind."""
