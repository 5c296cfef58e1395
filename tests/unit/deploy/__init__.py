"""What lies under deploy/, looked at without running it."""
