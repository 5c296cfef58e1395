"""What the requests service publishes."""
