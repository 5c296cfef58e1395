"""One module per server: what it needs on disk, how it is started, when it answers."""
