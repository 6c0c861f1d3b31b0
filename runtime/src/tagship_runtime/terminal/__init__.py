"""What is printed: tables that fit, progress, JSON, and silence for what others print."""
