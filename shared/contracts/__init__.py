"""Published events, defined once by their owner and used by every reader; what is not here is never published."""
