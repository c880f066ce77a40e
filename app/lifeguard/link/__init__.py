"""Keeping one Inventory in step with one pool: connect, snapshot, follow events, resync after a gap, fail over."""
