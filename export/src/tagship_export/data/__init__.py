"""Rows that artifacts are made and judged by."""
