"""The rules of identity: pure, told the time and the ids."""
