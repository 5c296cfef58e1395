"""One service at a time, over HTTP, with the real servers."""
