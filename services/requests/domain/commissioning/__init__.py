"""The request for commissioning."""
