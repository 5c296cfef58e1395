"""What requests does about what others did."""
