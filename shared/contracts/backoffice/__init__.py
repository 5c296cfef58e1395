"""What the back office publishes."""
