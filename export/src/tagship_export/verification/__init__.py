"""The proof that an artifact decides as its original does, or the places where it does not."""
