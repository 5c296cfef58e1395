"""What requests shows and decides upon."""
