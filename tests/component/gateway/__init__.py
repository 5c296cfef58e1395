"""The gateway alone, in front of servers that answer with what they were asked."""
