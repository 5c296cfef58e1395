"""What the back office does about others' events."""
