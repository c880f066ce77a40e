"""Calls to the simulator's handlers, stopped where the coordinator would pass them on to a host."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

from lifeguard.sim.behaviour import HANDLERS
from lifeguard.sim.context import Context
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError
from lifeguard.sim.faults import Faults
from tests.conformance.rules.recorded import Verdict, verdict


class _OnTheHost(BaseException):
    """The call passed all checks of the coordinator."""


class _StopsWhenSomethingTakesTime:
    """Checks take no time; what takes time is done by a host."""

    def time_s(self) -> float:
        return 1_700_000_000.0

    def monotonic_s(self) -> float:
        return 0.0

    async def sleep(self, delay_s: float) -> None:
        raise _OnTheHost


def _drop(work: Coroutine[Any, Any, None]) -> None:
    work.close()


def call(db: Database, method: str, *args: Any) -> tuple[Verdict, object]:
    """What a call is answered with, and its result; accepted when it would go on to a host."""
    context = Context(
        db=db, clock=_StopsWhenSomethingTakesTime(), rng=random.Random(1), host_ref=next(iter(db.rows("host"))),
        session_ref="", method=method, spawn=_drop, faults=Faults(),
        task_ref=db.insert("task", {"name_label": method, "status": "pending"}),
    )  # fmt: skip
    try:
        return (None, ()), asyncio.run(_finish(HANDLERS[method](context, *args)))
    except _OnTheHost:
        return (None, ()), None
    except ApiError as error:
        return verdict(error), None


async def _finish(work: Any) -> Any:
    return await work
