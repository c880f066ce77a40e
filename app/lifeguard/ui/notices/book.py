"""All alerts of all open pools, kept up with what comes and goes; a filter chooses which are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from PySide6.QtCore import QObject

from lifeguard.datamodel.records import Message
from lifeguard.inventory.natural import natural_key
from lifeguard.observe import Signal
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.notices.alert import SEVERITIES, Alert, alert_of
from lifeguard.ui.pools import OpenPool, PoolNews, Pools
from lifeguard.ui.slices import Slices
from lifeguard.ui.table.flat import FlatLines
from lifeguard.ui.table.line import Cell, Column, Line, text
from lifeguard.ui.table.live import Step

COLUMNS = (
    Column("Severity", 26),
    Column("Message", 70, gives_way=True),
    Column("Object", 30, gives_way=True),
    Column("Server or pool", 26, gives_way=True),
    Column("Date", 18),
)
_GLYPHS = {
    1: Glyph("failed", "bad"),
    2: Glyph("warning", "bad"),
    3: Glyph("warning", "warn"),
    4: Glyph("done", "ok"),
    5: Glyph("bell", "text-quiet"),
}
_SERIOUS = 3
_PIECE: Final = 20
_MANY: Final = {"vm": "VM", "vdi": "VDI"}
"""What there are thousands of, by the words in which messages name it."""


@dataclass(frozen=True, slots=True)
class Known:
    """An alert, the pool it is of, and when it was by our own clock."""

    pool: OpenPool
    alert: Alert
    instant_s: float

    @property
    def server(self) -> str:
        return self.alert.host or self.pool.source.title


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """`severity` is the mildest that is shown; `server` is empty for all; `since_s` is UTC epoch seconds."""

    severity: int = 5
    server: str = ""
    since_s: float = 0.0

    def admits(self, known: Known) -> bool:
        return (
            known.alert.severity <= self.severity
            and self.server in ("", known.server)
            and known.instant_s >= self.since_s
        )


class AlertBook:
    """`changed` tells what became of the listed lines; `counted` that there are more or fewer alerts. Messages are read
    between two frames: to know what one is about may mean to look through all VMs."""

    def __init__(self, pools: Pools, parent: QObject) -> None:
        self.changed: Signal[tuple[Step, ...]] = Signal()
        self.counted: Signal[int] = Signal()
        self._known: dict[str, Known] = {}
        self._waiting: dict[str, tuple[OpenPool, str]] = {}
        self._looked_through: set[tuple[OpenPool, str]] = set()
        self._reading = Slices(parent)
        self._filter = AlertFilter()
        self.lines = FlatLines(self._line)
        for pool in pools:
            self._read(pool)
        self._leave: list[Callable[[], None]] = [
            pools.added.connect(self._read),
            pools.changed.connect(self._follow),
            pools.removed.connect(self._drop),
        ]

    def close(self) -> None:
        self._reading.stop()
        for leave in self._leave:
            leave()

    def __len__(self) -> int:
        return len(self._known)

    @property
    def serious(self) -> int:
        """How many say that something is wrong."""
        return sum(known.alert.severity <= _SERIOUS for known in self._known.values())

    @property
    def servers(self) -> tuple[str, ...]:
        """Every server or pool that some alert is about, for choosing one."""
        return tuple(sorted({known.server for known in self._known.values()}, key=natural_key))

    def get(self, key: str) -> Known | None:
        return self._known.get(key)

    def use_filter(self, chosen: AlertFilter) -> FlatLines:
        """List others; the lines are new ones, to be shown from the beginning."""
        self._filter = chosen
        self.lines = FlatLines(self._line)
        for key, known in self._known.items():
            if chosen.admits(known):
                self.lines.put(key)
        return self.lines

    def _read(self, pool: OpenPool) -> None:
        self._read_soon(pool, pool.source.inventory.refs("message"))

    def _follow(self, news: PoolNews) -> None:
        change = news.change
        gone = [ref for ref, name in change.removed.items() if name == "message"]
        if gone:
            self._take_out(_key(news.pool, ref) for ref in gone)
        new = [ref for ref, name in change.added.items() if name == "message"]
        if new:
            self._read_soon(news.pool, new)

    def _drop(self, pool: OpenPool) -> None:
        self._waiting = {key: entry for key, entry in self._waiting.items() if entry[0] is not pool}
        self._looked_through = {entry for entry in self._looked_through if entry[0] is not pool}
        self._take_out([key for key, known in self._known.items() if known.pool is pool])

    def _read_soon(self, pool: OpenPool, refs: Iterable[str]) -> None:
        self._waiting.update({_key(pool, ref): (pool, ref) for ref in refs})
        if self._waiting and not self._reading.is_busy:
            self._reading.run(self._read_on())

    def _read_on(self) -> Iterator[None]:
        while self._waiting:
            some = list(islice(self._waiting.values(), _PIECE))
            for pool, ref in some:
                yield from self._look_through(pool, ref)
            self._take_in([(pool, ref) for pool, ref in some if self._waiting.pop(_key(pool, ref), None) is not None])
            yield

    def _look_through(self, pool: OpenPool, ref: str) -> Iterator[None]:
        """Have the records decoded among which the object of this message is, once for each pool."""
        inventory = pool.source.inventory
        message = inventory.get(Message, ref)
        class_name = _MANY.get(message.cls.lower()) if message is not None else None
        if class_name is not None and (pool, class_name) not in self._looked_through:
            self._looked_through.add((pool, class_name))
            for number, each in enumerate(list(inventory.refs(class_name)), 1):
                inventory.find(each)
                if number % _PIECE == 0:
                    yield

    def _take_in(self, messages: Iterable[tuple[OpenPool, str]]) -> None:
        steps: list[Step] = []
        for pool, ref in messages:
            alert = alert_of(pool.source.inventory, ref)
            if alert is not None:
                known = Known(pool, alert, alert.instant_s - pool.source.server_time_offset_s)
                self._known[_key(pool, ref)] = known
                if self._filter.admits(known):
                    steps.extend(self.lines.put(_key(pool, ref)))
        self._tell(steps)

    def _take_out(self, keys: Iterable[str]) -> None:
        steps: list[Step] = []
        for key in keys:
            self._waiting.pop(key, None)
            if self._known.pop(key, None) is not None:
                steps.extend(self.lines.drop(key))
        self._tell(steps)

    def _tell(self, steps: list[Step]) -> None:
        if steps:
            self.changed.emit(tuple(steps))
        self.counted.emit(len(self._known))

    def _line(self, key: str) -> Line:
        known = self._known[key]
        alert = known.alert
        cells = (
            Cell(SEVERITIES[alert.severity], alert.severity, glyph=_GLYPHS[alert.severity]),
            text(alert.title, "\n".join(filter(None, (alert.title, alert.detail)))),
            text(alert.object_name, "It is not in the pool any more"),
            text(known.server),
            Cell("", known.instant_s, instant_s=known.instant_s, is_dated=True),
        )
        return Line(cells, alert.object_ref, (-known.instant_s, alert.severity, key))


def _key(pool: OpenPool, ref: str) -> str:
    return f"{pool.key} {ref}"
