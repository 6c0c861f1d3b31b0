"""Changes of the modules that decide, and whether the tests next to them notice."""
