"""What identity does when the register changes and when a timer is due."""
