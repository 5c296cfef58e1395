"""Consumer units, their holders, and who may act for whom until when."""
