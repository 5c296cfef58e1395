"""The embedded default: the whole agency on one machine, from wheels, without Docker."""
