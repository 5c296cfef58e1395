"""The door of identity: one file per resource."""
