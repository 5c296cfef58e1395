"""What identity publishes: accounts, sessions and staff, by ids only."""
