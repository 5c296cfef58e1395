"""The profile of a professional: built, submitted, judged, renewed, suspended, ended."""
