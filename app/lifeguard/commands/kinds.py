"""Sorts of objects, as commands are declared for them."""

from __future__ import annotations

NOTHING: frozenset[str] = frozenset()
"""For what needs no object: the window does it, whatever is selected."""
VM = frozenset({"vm"})
TEMPLATE = frozenset({"template"})
SNAPSHOT = frozenset({"snapshot"})
HOST = frozenset({"host"})
POOL = frozenset({"pool"})
SR = frozenset({"sr"})
VDI = frozenset({"vdi"})
NETWORK = frozenset({"network"})
TAG = frozenset({"tag"})
FOLDER = frozenset({"folder"})
APPLIANCE = frozenset({"appliance"})
TAGGABLE = VM | TEMPLATE | SNAPSHOT | HOST | POOL | SR | VDI | NETWORK
NAMED = TAGGABLE | APPLIANCE
