"""The simulated pool's database: every class's rows, relations kept both ways, and who waits for a change.

Values are typed as the datamodel types them: int, bool, float, str (also for dates, enums and refs), tuple, dict.
Never alter a value in place: write it, or nobody hears of it.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.datamodel.tables import CLASSES, RELATIONS
from lifeguard.observe import Signal
from lifeguard.sim.failure import ApiError
from lifeguard.sim.rows import Row, Table


@dataclass(frozen=True, slots=True)
class Write:
    """One write as it happened; `values` is the row after it (before it, for a deletion)."""

    operation: Literal["add", "mod", "del"]
    table: str
    ref: str
    values: Mapping[str, Any]


class Database:
    """All tables of one pool. Each write that changes something raises `generation` by one and wakes the waiters."""

    def __init__(self, rng: random.Random, generation: int = 0) -> None:
        self.generation = generation
        self.tables: dict[str, Table] = {name: Table(info) for name, info in CLASSES.items()}
        self.written: Signal[Write] = Signal()
        self.unsaid: dict[str, dict[str, Any]] = {}  # VM ref -> what its tools will say when it has booted
        self._rng = rng
        self._waiters: list[asyncio.Future[None]] = []
        self._parents: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        self._pointing: dict[str, list[str]] = defaultdict(list)  # table -> its fields that refer to parents
        self._mirrored: dict[str, set[str]] = defaultdict(set)  # table -> its fields that mirror other tables
        self._dangling: dict[str, list[tuple[str, str, str]]] = {}  # ref of no row -> (table, field, ref) naming it
        for relation in RELATIONS:
            child, parent = (relation.child_class, relation.child_field), (relation.parent_class, relation.parent_field)
            if child != parent:
                self._parents[child].append(parent)
                self._pointing[relation.child_class].append(relation.child_field)
                self._mirrored[relation.parent_class].add(relation.parent_field)

    # -- reading

    def rows(self, table: str) -> Mapping[str, Mapping[str, Any]]:
        """All rows of a table: ref -> field -> value. A live view: copy it (`list(...)`) before writing in a loop."""
        return self.tables[table].values

    def row(self, table: str, ref: str) -> Mapping[str, Any]:
        """One row. Raises ApiError HANDLE_INVALID."""
        return self._row(table, ref).values

    def get(self, table: str, ref: str, field: str) -> Any:
        """One value. Raises ApiError HANDLE_INVALID."""
        return self._row(table, ref).values[field]

    def has(self, table: str, ref: str) -> bool:
        return ref in self.tables[table].rows

    def by_uuid(self, table: str, text: str) -> str | None:
        return self.tables[table].by_uuid(text)

    def encoded(self, table: str, ref: str, dialect: str, encode: Callable[[Mapping[str, Any]], bytes]) -> bytes:
        """The row's wire form in a dialect, made once per write. Raises ApiError HANDLE_INVALID."""
        row = self._row(table, ref)
        text = row.encoded.get(dialect)
        if text is None:
            text = row.encoded[dialect] = encode(row.values)
        return text

    # -- writing

    def new_ref(self) -> str:
        return f"OpaqueRef:{self.new_uuid()}"

    def new_uuid(self) -> str:
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))

    def insert(self, table: str, fields: Mapping[str, Any]) -> str:
        """Add a row under a new ref, with a new uuid unless one is given; returns the ref."""
        ref = self.new_ref()
        self.create(table, ref, fields)
        return ref

    def create(self, table: str, ref: str, fields: Mapping[str, Any]) -> None:
        """Add a row: missing fields get their defaults (uuid: a new one), sets that mirror other tables are rebuilt."""
        given = dict(fields)
        given.setdefault("uuid", self.new_uuid())
        for name in self._mirrored[table] & given.keys():
            if (table, name) not in self._parents:
                del given[name]
        row = self.tables[table].insert(ref, given, self._next())
        for name in self._pointing[table]:
            self._relate(table, ref, name, (), _refs(row.values[name]))
        for child_table, child_field, child in self._dangling.pop(ref, ()):
            if self.has(child_table, child):
                self._relate(child_table, child, child_field, (), (ref,))
        self._tell("add", table, ref, row.values)

    def destroy(self, table: str, ref: str) -> None:
        """Remove a row and its mention in the sets of others. Raises ApiError HANDLE_INVALID."""
        row = self._row(table, ref)
        for name in self._pointing[table]:
            self._relate(table, ref, name, _refs(row.values[name]), ())
        self.tables[table].delete(ref, self._next())
        self._tell("del", table, ref, row.values)

    def set(self, table: str, ref: str, field: str, value: Any) -> bool:
        """Write one value; false, and no event, when it is that already. Raises ApiError HANDLE_INVALID."""
        before = self._row(table, ref).values[field]
        if before == value and type(before) is type(value):
            return False
        self._write(table, ref, field, value)
        if (table, field) in self._parents:
            self._relate(table, ref, field, _refs(before), _refs(value))
        return True

    def update(self, table: str, ref: str, **values: Any) -> None:
        """Write several values of a row; observers see them together."""
        for field, value in values.items():
            self.set(table, ref, field, value)

    def put(self, table: str, ref: str, field: str, key: str, value: Any) -> None:
        """Set one key of a map, whether it was there or not."""
        self.set(table, ref, field, {**self.get(table, ref, field), key: value})

    def drop(self, table: str, ref: str, field: str, key: str) -> None:
        """Remove one key of a map, if it is there."""
        kept = dict(self.get(table, ref, field))
        if kept.pop(key, None) is not None:
            self.set(table, ref, field, kept)

    def touch(self, table: str, ref: str) -> None:
        """Make the row appear as modified although nothing changed."""
        row = self._row(table, ref)
        self.tables[table].touch(ref, self._next())
        self._tell("mod", table, ref, row.values)

    # -- waiting

    async def changed(self, since: int) -> None:
        """Wait until something is written after generation `since`, or somebody calls `wake`."""
        if self.generation > since:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)

    def wake(self) -> None:
        """Let all who wait look again although nothing was written, as when a session ended."""
        self._wake()

    # -- inside

    def _row(self, table: str, ref: str) -> Row:
        row = self.tables[table].rows.get(ref)
        if row is None:
            raise ApiError("HANDLE_INVALID", table, ref)
        return row

    def _next(self) -> int:
        self.generation += 1
        return self.generation

    def _write(self, table: str, ref: str, field: str, value: Any) -> None:
        self.tables[table].write(ref, field, value, self._next())
        self._tell("mod", table, ref, self.tables[table].values[ref])

    def _tell(self, operation: Literal["add", "mod", "del"], table: str, ref: str, values: Mapping[str, Any]) -> None:
        if self.written.has_listeners:
            self.written.emit(Write(operation, table, ref, dict(values)))
        self._wake()

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _relate(self, table: str, ref: str, field: str, before: tuple[str, ...], after: tuple[str, ...]) -> None:
        """Keep the other ends in step after `field` of row `ref` changed from refs `before` to `after`."""
        for parent_table, parent_field in self._parents[(table, field)]:
            parents = self.tables[parent_table]
            for parent in before:
                if parent not in after and parent in parents.rows:
                    kept = tuple(child for child in parents.values[parent][parent_field] if child != ref)
                    self._write(parent_table, parent, parent_field, kept)
            for parent in after:
                if parent not in parents.rows:
                    self._dangling.setdefault(parent, []).append((table, field, ref))
                elif ref not in parents.values[parent][parent_field]:
                    more = (*parents.values[parent][parent_field], ref)
                    self._write(parent_table, parent, parent_field, more)


def _refs(value: Any) -> tuple[str, ...]:
    """The refs in a reference field, single or set; null ones left out."""
    candidates = value if isinstance(value, tuple) else (value,)
    return tuple(ref for ref in candidates if ref and ref != NULL_REF)
