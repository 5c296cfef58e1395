"""Event sourcing: events, deciders, the store and what hangs on it."""
