"""The command ``tagship``: one module per command, and what they share."""
