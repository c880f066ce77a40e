"""Where the program starts: `python -m lifeguard` and the installed `lifeguard`."""

from __future__ import annotations

import sys

from lifeguard import cli


def run() -> int:
    """Run the command line this process was started with; the result is its exit status."""
    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(run())
