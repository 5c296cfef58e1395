"""Requests: connection budgets and commissioning, from the draft to the connected plant."""
