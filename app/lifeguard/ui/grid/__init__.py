"""The grid of the Search tab: objects in groups, with live columns."""
