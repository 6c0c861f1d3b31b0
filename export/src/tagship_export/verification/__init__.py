"""Whether an artifact decides as its original does."""
