"""The whole journey, all services running."""
