"""A consumer unit as the utility's register tells it."""
