"""How a subcommand ends when it cannot do what was asked."""

from __future__ import annotations


class CommandLineError(Exception):
    """One clear sentence for standard error: what was asked for, what stood in the way. The exit status becomes 2."""
