"""How the agency is put on a machine."""
