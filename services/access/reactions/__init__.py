"""What access does about events of others and its own."""
