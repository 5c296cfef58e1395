"""What the measurements are held against."""
