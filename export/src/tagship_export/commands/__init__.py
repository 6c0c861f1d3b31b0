"""The subcommands that exporting adds to ``tagship``, one module each."""
