"""The platform's values."""
