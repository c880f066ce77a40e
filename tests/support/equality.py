"""Whether a client's inventory says exactly what the simulated server's database says, field by field."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from lifeguard.datamodel.calls import CALLS
from lifeguard.datamodel.tables import CLASSES
from lifeguard.inventory.inventory import Inventory
from tests.support.simulated import Simulated
from tests.support.waiting import until

_NOT_FOLLOWED = frozenset({"session", "message", "role", "user", "secret"})


def differences(inventory: Inventory, simulated: Simulated, most: int = 5) -> list[str]:
    """The first few differences, in words; empty when both are equal in every class that emits events."""
    found: list[str] = []
    for difference in _all(inventory, simulated):
        found.append(difference)
        if len(found) == most:
            break
    return found


def _all(inventory: Inventory, simulated: Simulated) -> Iterator[str]:
    for name, known in CLASSES.items():
        if not known.emits_events or not known.in_database or name in _NOT_FOLLOWED:
            continue
        call = CALLS.get(f"{name}.get_all_records")
        if call is None or not simulated.pool.release.knows(call.since):
            continue  # nobody can ask this version for it
        rows = simulated.db.rows(name)
        held = set(inventory.refs(name))
        yield from (f"{name} {ref} is missing" for ref in rows.keys() - held)
        yield from (f"{name} {ref} is gone from the server" for ref in held - rows.keys())
        fields = [field.name for field in simulated.pool.release.fields(name)]
        for ref in held & rows.keys():
            record = inventory.find(ref)
            for field in fields:
                ours, theirs = getattr(record, field), rows[ref].get(field)
                if not _same(ours, theirs):
                    yield f"{name} {ref} {field}: {ours!r} instead of {theirs!r}"
    yield from (f"{ref}: {'; '.join(problems)}" for ref, problems in inventory.problems.items())


def _same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, float) and isinstance(theirs, float):
        return ours == theirs or (math.isnan(ours) and math.isnan(theirs)) or math.isclose(ours, theirs, rel_tol=1e-12)
    if isinstance(ours, tuple):
        return ours == tuple(theirs)
    return bool(ours == theirs)


async def until_equal(inventory: Inventory, simulated: Simulated, timeout_s: float = 5.0) -> None:
    """Wait until both are equal. Raises AssertionError with what still differs after `timeout_s`."""
    try:
        await until(lambda: not differences(inventory, simulated, most=1), timeout_s)
    except AssertionError:
        left = differences(inventory, simulated)
        raise AssertionError(f"not equal after {timeout_s:g} s: {left}") from None
