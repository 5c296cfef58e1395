"""Professional: who may act as engineer, technician or broker, until when, and for what."""
