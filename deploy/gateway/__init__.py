"""The gateway: one door in front of five services."""
