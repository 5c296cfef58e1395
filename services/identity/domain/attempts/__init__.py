"""How wrong passwords and divergent contact details are counted."""
