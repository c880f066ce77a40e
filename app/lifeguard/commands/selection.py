"""What a command is to act on: objects of one or several pools, and perhaps where they are to go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from lifeguard.commands.source import Source
from lifeguard.datamodel.records import Host, Record, Vm
from lifeguard.inventory.kinds import KIND_OF, type_of
from lifeguard.rules.pool_rules import PoolRules
from lifeguard.rules.reach import host_is_live
from lifeguard.rules.verdict import Verdict

_FILES = frozenset({"saved", "assumed"})


@dataclass(frozen=True, slots=True)
class Item:
    """One object: the pool it belongs to, and its ref there.

    `kind` is said only of what is no object but can be acted on like one: a `tag`, or a `folder` by its path.
    """

    source: Source
    ref: str
    kind: str = ""

    @property
    def named_ref(self) -> str:
        """The ref by which words find its name; empty for what is no object."""
        return "" if self.kind else self.ref

    @property
    def record(self) -> Record | None:
        return self.source.inventory.find(self.ref)


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Objects, and the target of a drop or a submenu. Judged once: take `renewed()` after a change."""

    items: tuple[Item, ...]
    target: Item | None = None
    _rules: dict[int, PoolRules] = field(default_factory=dict, repr=False)
    _kinds: dict[str, str] = field(default_factory=dict, repr=False)
    _sums: list[tuple[frozenset[str], tuple[Source, ...]]] = field(default_factory=list, repr=False)
    _foreign: list[tuple[Verdict, ...]] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, source: Source, refs: Iterable[str], target: str | None = None) -> Selection:
        """A selection within one pool."""
        return cls(tuple(Item(source, ref) for ref in refs), None if target is None else Item(source, target))

    def rules(self, source: Source) -> PoolRules:
        """The judges of a pool, shared by everything that is judged on this selection."""
        known = self._rules.get(id(source))
        if known is None:
            known = PoolRules(source.inventory, trust_lists=source.state.phase not in _FILES)
            self._rules[id(source)] = known
        return known

    def kind(self, item: Item) -> str:
        """`vm`, `template`, `snapshot`, `control_domain`, `host`, `pool`, `sr`, …; empty for what is not there."""
        known = self._kinds.get(item.ref)
        if known is None:
            known = self._kinds[item.ref] = kind_of(item)
        return known

    @property
    def kinds(self) -> frozenset[str]:
        return self._summed_up()[0]

    @property
    def sources(self) -> tuple[Source, ...]:
        """The pools that the items belong to, each once."""
        return self._summed_up()[1]

    def _summed_up(self) -> tuple[frozenset[str], tuple[Source, ...]]:
        """Kinds and sources of all items, looked through once."""
        if not self._sums:
            sources = {id(item.source): item.source for item in self.items}
            self._sums.append((frozenset(map(self.kind, self.items)), tuple(sources.values())))
        return self._sums[0]

    @property
    def foreign(self) -> tuple[Verdict, ...]:
        """What a command says that is for none of these objects: the same for each such command."""
        if not self._foreign:
            words = {id(source): self.rules(source).words for source in self.sources}
            self._foreign.append(
                tuple([Verdict("not_for_this", (), words[id(item.source)], item.named_ref) for item in self.items])
            )
        return self._foreign[0]

    def renewed(self) -> Selection:
        """The same objects, to be judged afresh."""
        return Selection(self.items, self.target)

    def with_items(self, items: Iterable[Item]) -> Selection:
        """Other objects of the same pools at the same instant: what is worked out stays."""
        return replace(self, items=tuple(items), _sums=[], _foreign=[])

    def with_target(self, target: Item | None) -> Selection:
        return replace(self, target=target)


def kind_of(item: Item) -> str:
    """What an object is to the commands, in one word."""
    record = item.record
    if record is None:
        return item.kind
    if isinstance(record, Vm) and record.is_control_domain and not record.is_a_snapshot:
        return "control_domain"
    kind = type_of(record)
    return KIND_OF[kind] if kind is not None else type(record).__name__.lower()


def is_dead(item: Item) -> bool:
    """Whether an object is a host that its pool believes to be down."""
    record = item.record
    return isinstance(record, Host) and not host_is_live(item.source.inventory, record)
