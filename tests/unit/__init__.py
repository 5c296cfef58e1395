"""Rules and values: no input or output."""
