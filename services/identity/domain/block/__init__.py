"""A block of log-ins or recoveries of one account; it holds until its time, or until an attendant lifts it."""
