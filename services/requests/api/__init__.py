"""The door of requests."""
