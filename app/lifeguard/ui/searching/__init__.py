"""Asking: the line to type a search in, the builder beside it, the results with their columns, the saved searches."""
