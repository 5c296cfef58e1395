"""Identity over HTTP, with its real database."""
