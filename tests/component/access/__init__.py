"""Access over HTTP, with its real servers."""
