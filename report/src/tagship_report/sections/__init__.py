"""Sections of the report, from parsed files to what the templates show: a module each."""
