"""What professional does about events of others."""
