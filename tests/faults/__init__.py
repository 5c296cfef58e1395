"""Processes are killed and stopped under load; afterwards exact sets are compared."""
