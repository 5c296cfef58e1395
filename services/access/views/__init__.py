"""The questions access answers."""
