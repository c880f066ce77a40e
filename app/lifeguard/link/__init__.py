"""Keeps one Inventory in step with one pool: connects, loads, follows events, and comes back after any loss.

`link.Link` is one pool, `fleet.Fleet` all of them, `saved.SavedDatabase` a file with the same reading face. `state` is
what a banner says, `gate` how the link asks a person.
"""
