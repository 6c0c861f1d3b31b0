"""Formats that a model is exported to: one folder each."""
