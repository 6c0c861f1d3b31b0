"""Counts of rows and scores, to compare with those that the model was made with; in constant memory."""
