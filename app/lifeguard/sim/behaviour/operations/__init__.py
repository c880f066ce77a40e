"""Which operations every object allows now, and the error for one that it does not."""
