"""From scores to decisions: objectives and thresholds."""
