"""One table of the simulated pool: its rows, when each was last written, and what was deleted lately."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lifeguard.datamodel.schema import ClassInfo

DELETIONS_KEPT = 512
"""A real server forgets deletions beyond this many per table, without telling anybody."""
_DELETIONS_AFTER_FORGETTING = 256


@dataclass(slots=True)
class Row:
    """`values` by API field name; `encoded` keeps its wire form per dialect until the next write."""

    values: dict[str, Any]
    created: int
    modified: int
    encoded: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deletion:
    ref: str
    created: int
    deleted: int


class Table:
    """Rows by ref. Changes since a generation are found at the cost of the changes, not of the table."""

    __slots__ = ("_defaults", "_deletions", "_latest", "_refs_by_uuid", "changed", "info", "rows", "values")

    def __init__(self, info: ClassInfo) -> None:
        self.info = info
        self.changed = 0
        """The generation of the last write."""
        self._defaults = {name: _maker(known.default) for name, known in info.fields.items()}
        self.rows: dict[str, Row] = {}
        self.values: dict[str, dict[str, Any]] = {}
        self._latest: dict[str, int] = {}  # ref -> generation, in the order of the writes
        self._deletions: deque[Deletion] = deque()
        self._refs_by_uuid: dict[str, str] = {}

    def insert(self, ref: str, given: Mapping[str, Any], generation: int) -> Row:
        """Add a row; fields not given get the defaults of the datamodel, unknown ones are passed over."""
        self.changed = generation
        values = {name: given[name] if name in given else fresh() for name, fresh in self._defaults.items()}
        row = Row(values, generation, generation)
        self.rows[ref] = row
        self.values[ref] = values
        self._latest[ref] = generation
        self._refs_by_uuid[values.get("uuid", ref)] = ref
        return row

    def touch(self, ref: str, generation: int) -> None:
        row = self.rows[ref]
        row.modified = self.changed = generation
        row.encoded.clear()
        self._latest.pop(ref, None)
        self._latest[ref] = generation

    def write(self, ref: str, name: str, value: Any, generation: int) -> None:
        values = self.rows[ref].values
        if name == "uuid":
            self._refs_by_uuid.pop(values["uuid"], None)
            self._refs_by_uuid[value] = ref
        values[name] = value
        self.touch(ref, generation)

    def delete(self, ref: str, generation: int) -> None:
        self.changed = generation
        row = self.rows.pop(ref)
        del self.values[ref]
        self._latest.pop(ref, None)
        if self._refs_by_uuid.get(row.values.get("uuid", ref)) == ref:
            del self._refs_by_uuid[row.values.get("uuid", ref)]
        self._deletions.append(Deletion(ref, row.created, generation))
        if len(self._deletions) > DELETIONS_KEPT:
            while len(self._deletions) > _DELETIONS_AFTER_FORGETTING:
                self._deletions.popleft()

    def by_uuid(self, uuid: str) -> str | None:
        return self._refs_by_uuid.get(uuid)

    @property
    def latest(self) -> int:
        """The generation of the last write to a row that is still there."""
        return next(reversed(self._latest.values()), 0)

    def written_since(self, generation: int) -> Iterator[str]:
        """Refs of rows written after `generation`, the latest first."""
        for ref in reversed(self._latest):
            if self._latest[ref] <= generation:
                return
            yield ref

    def deleted_since(self, generation: int) -> Iterator[Deletion]:
        """Deletions after `generation`, the latest first."""
        for deletion in reversed(self._deletions):
            if deletion.deleted <= generation:
                return
            yield deletion


def _maker(default: Any) -> Callable[[], Any]:
    """What makes a default: maps anew each time, so that no two rows share one."""
    return (lambda: dict(default)) if isinstance(default, dict) else (lambda: default)
