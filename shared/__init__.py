"""The platform that every service stands on; nothing here knows a service."""
