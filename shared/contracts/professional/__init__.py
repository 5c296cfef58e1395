"""What professional publishes: profiles, by ids only."""
