"""The resources tree as plain nodes: who is under whom, in which order, and what differs between two trees."""
