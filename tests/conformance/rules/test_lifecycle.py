"""Every life-cycle call on every guest: refused as recorded, or accepted where the server went on to the host."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from lifeguard.sim.behaviour import HANDLERS
from lifeguard.sim.context import Context
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError
from lifeguard.sim.faults import Faults
from tests.conformance.rules.recorded import DATABASES, Score, Verdict, database, recorded, table, verdict


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


def _call(db: Database, method: str, *args: Any) -> tuple[Verdict, object]:
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


@pytest.mark.parametrize("folder", DATABASES)
def test_calls_are_refused_or_accepted_as_recorded(folder: Path) -> None:
    score, db = Score(), database(folder)
    for row in table(folder, "lifecycle_calls"):
        target = [row["host_ref"]] if "host_ref" in row else []
        args = [tuple(value) if isinstance(value, list) else value for value in row["args"]]
        ours, value = _call(db, row["call"], row["vm_ref"], *target, *args)
        score.compare((row["vm_name"], row["call"], row.get("host_name"), row["args"]), ours, recorded(row))
        if isinstance(value, tuple):
            score.compare((row["vm_name"], row["call"]), sorted(value), sorted(row["value"]))
        if ours == (None, ()) and not row["call"].startswith("VM.get_"):
            db = database(folder)  # an accepted call has begun to change things
    score.assert_all()


@pytest.mark.parametrize("folder", DATABASES)
def test_calls_leave_behind_what_they_left_in_the_recorded_database(folder: Path) -> None:
    score, db = Score(), database(folder)
    for row in table(folder, "state_changed_by_lifecycle_calls"):
        vm, wanted = row["vm_ref"], "VM.start"
        if row["field"] == "memory_target":
            wanted = "VM.set_memory_dynamic_range"
        for call in table(folder, "lifecycle_calls"):
            if call["vm_ref"] == vm and call["call"] == wanted:
                _call(db, wanted, vm, *call["args"])
        score.compare((row["vm_name"], row["field"]), db.get("VM", vm, row["field"]), row["after"])
    score.assert_all()
