"""Long work in short steps, so that a host that writes a large document still answers others meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator
from typing import TypeAlias, TypeVar

Result = TypeVar("Result")
Steps: TypeAlias = Generator[None, None, Result]
"""Work that yields wherever it may be interrupted, and returns its result."""

_LONGEST_S = 0.003


def at_once(steps: Steps[Result]) -> Result:
    """Do all of it."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            result: Result = done.value
            return result


async def with_pauses(steps: Steps[Result]) -> Result:
    """Do all of it, letting others have their turn every few milliseconds."""
    begun_s = time.perf_counter()
    while True:
        try:
            next(steps)
        except StopIteration as done:
            result: Result = done.value
            return result
        if time.perf_counter() - begun_s > _LONGEST_S:
            await asyncio.sleep(0)
            begun_s = time.perf_counter()
