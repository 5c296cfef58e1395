"""identity: the register of customers, accounts and their proof, sessions, staff, names and the post office."""
