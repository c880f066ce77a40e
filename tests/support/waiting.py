"""Waiting for something to become true, on the running loop and without a nested one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_EAGER_ROUNDS = 20
_PAUSE_S = 0.005


async def until(condition: Callable[[], T | None], timeout_s: float = 5.0) -> T:
    """Return the first true value of `condition`. Raises AssertionError, with the last value, after `timeout_s`."""
    deadline_s = time.monotonic() + timeout_s
    rounds = 0
    while not (value := condition()):
        if time.monotonic() > deadline_s:
            raise AssertionError(f"still {value!r} after {timeout_s:g} s: {_place(condition)}")
        await asyncio.sleep(0 if rounds < _EAGER_ROUNDS else _PAUSE_S)
        rounds += 1
    return value


def _place(condition: Callable[[], object]) -> str:
    code = getattr(condition, "__code__", None)
    return repr(condition) if code is None else f"{code.co_filename}:{code.co_firstlineno}"
