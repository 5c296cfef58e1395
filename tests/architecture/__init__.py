"""The shape of the project, as rules that are each seen to fail."""
