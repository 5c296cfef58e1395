"""The rules of the back office."""
