"""The request for a connection budget."""
