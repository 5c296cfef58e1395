"""The questions that professional answers."""
