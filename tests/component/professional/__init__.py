"""Professional over HTTP, with real PostgreSQL, S3 and scanner."""
