"""The commands ``export``, ``verify`` and ``attach``."""
