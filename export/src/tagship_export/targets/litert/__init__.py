"""The target LiteRT (TFLite)."""
