"""Output to the terminal: tables that fit, progress, JSON, and silence for what others print."""
