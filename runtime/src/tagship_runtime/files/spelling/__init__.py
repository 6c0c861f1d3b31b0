"""Spellings in text tables: what stands between cells, numbers, labels and encodings, given or found."""
