"""Where the things that are drawn or read live: beside the package when installed, at the top level in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent.parent / "resources"
_ROOT = _PACKAGE / "resources" if (_PACKAGE / "resources").is_dir() else _CHECKOUT


def asset(name: str) -> Path:
    """The file of one resource, such as `icons/vm.svg`. Raises FileNotFoundError when there is none of that name."""
    path = _ROOT / name
    if not path.exists():
        raise FileNotFoundError(f"no resource is called {name!r}")
    return path
