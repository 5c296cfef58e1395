"""What access publishes: consumer units and their holders, and who may act for whom until when."""
