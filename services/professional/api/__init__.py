"""The doors of professional."""
