"""Dialogs that are opened and awaited; none of them runs a loop of its own."""
