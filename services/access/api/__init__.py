"""Its door: consumer units, grants, clients, imports."""
