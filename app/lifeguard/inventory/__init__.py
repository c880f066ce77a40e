"""The pool as facts: typed records that one writer keeps in step, how they relate, and what they are called.

`inventory.Inventory` holds them, `relations` answers who belongs to whom, `naming` gives the names a person sees.
"""
