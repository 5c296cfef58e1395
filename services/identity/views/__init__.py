"""What identity shows, and what its decisions look at."""
