"""A message that the post office took over: delivered, or come back for good."""
