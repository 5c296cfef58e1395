"""The rules of professional: pure."""
