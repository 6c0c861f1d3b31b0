"""The runtime's subcommands, one module each."""
