"""Readers of tables: one module for each kind of file, all of which yield batches."""
