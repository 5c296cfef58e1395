"""The event store against a real PostgreSQL."""
