"""A session of a person or staff member in one browser."""
