"""The audit: a chain of who did or saw what, and its daily seal."""
