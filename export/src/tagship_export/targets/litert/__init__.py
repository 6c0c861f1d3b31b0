"""LiteRT (TFLite)."""
