"""What computes the scores: one module per engine, sessions for threads, batches in chunks."""
