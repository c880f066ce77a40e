"""Samples too large or not ours to keep: database dumps, recorded answers. They lie in a folder beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_CHECKOUT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("LIFEGUARD_SHARED") or _CHECKOUT.parent / "shared")


def shared_path(relative: str) -> Path:
    """A file or folder of the shared samples, such as `dumps/hottub.xml`. Skips the test, or the module when called
    while it is imported, where the samples are absent."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(_absent(relative), allow_module_level=True)
    return path


def shared_glob(pattern: str) -> list[object]:
    """Values for `parametrize`: the shared samples that match, in order, or one value that skips and says why."""
    found = sorted(SHARED.glob(pattern))
    if not found:
        return [pytest.param(SHARED / pattern, marks=pytest.mark.skip(reason=_absent(pattern)), id="absent")]
    return [pytest.param(path, id=str(path.relative_to(SHARED))) for path in found]


def _absent(what: str) -> str:
    return f"needs ../shared/{what} beside the checkout, or LIFEGUARD_SHARED naming that folder"
