"""What `make up` does when something is in its way."""
