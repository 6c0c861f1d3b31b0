"""Engines, which compute the scores: a module for each, sessions for threads, batches in chunks."""
