"""The system in containers: built, brought up, walked through, scaled, measured. Needs a Docker; `make containers` runs it."""
