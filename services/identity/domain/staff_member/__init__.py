"""A member of the distributor's staff: invited, with a second factor, roles granted by another."""
