"""What a place says to the objects that are dragged over it: what it would have left, or why it cannot take them."""

from __future__ import annotations

from dataclasses import dataclass

from lifeguard.commands.drops import Drop
from lifeguard.commands.permission import FORBIDDEN
from lifeguard.commands.selection import Item, Selection
from lifeguard.commands.vm_place import MIGRATE
from lifeguard.datamodel.records import Vm
from lifeguard.rules.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Offer:
    """`label` stands at the right edge of the row, `hint` beside the pointer; both may be empty."""

    drop: Drop
    label: str
    hint: str

    @property
    def is_open(self) -> bool:
        return self.drop.is_open


def offer_of(drop: Drop, place: str) -> Offer:
    """In words; `place` is what the place is called."""
    refused = [verdict for verdict in drop.verdicts if not verdict.allowed]
    if not drop.is_open or all(verdict.code == FORBIDDEN for verdict in drop.verdicts):
        return Offer(drop, "", _why(drop.verdicts, refused[0]) if refused else "")
    if drop.command is MIGRATE and drop.selection.target is not None:
        return _migration(drop, drop.selection.target, refused)
    verb = drop.command.title
    where = f"{place}: {verb[0].lower()}{verb[1:]}" if place else verb
    count = len(drop.verdicts)
    if not refused:
        return Offer(drop, "", where if count == 1 else f"{where}, all {count}")
    return Offer(drop, "", f"{where}, {count - len(refused)} of {count}; {refused[0].refusal or ''}")


def _migration(drop: Drop, host: Item, refused: list[Verdict]) -> Offer:
    """With what the host would have left."""
    selection, verdicts = drop.selection, drop.verdicts
    rules = selection.rules(host.source)
    name = rules.words.name(host.ref)
    able = [vm for item, verdict in zip(selection.items, verdicts, strict=True) if (vm := _vm(item, verdict))]
    fitting = _fitting(selection, host, able)
    label = f"{rules.words.size(max(rules.placement.free_after_bytes(host.ref, tuple(fitting)), 0))} free after"
    if len(fitting) == len(verdicts):
        return Offer(drop, label, f"{name}: {label}")
    obstacle = _first_obstacle(selection, host, able, fitting, refused)
    return Offer(drop, label, f"{name}: {len(fitting)} of {len(verdicts)} fit; {obstacle}")


def _vm(item: Item, verdict: Verdict) -> Vm | None:
    record = item.record
    return record if verdict.allowed and isinstance(record, Vm) else None


def _fitting(selection: Selection, host: Item, able: list[Vm]) -> list[Vm]:
    """Those that fit together, taken in their order."""
    placement = selection.rules(host.source).placement
    fitting: list[Vm] = []
    for vm in able:
        if placement.free_after_bytes(host.ref, (*fitting, vm)) >= 0:
            fitting.append(vm)
    return fitting


def _first_obstacle(selection: Selection, host: Item, able: list[Vm], fitting: list[Vm], refused: list[Verdict]) -> str:
    if refused:
        return refused[0].refusal or ""
    rules = selection.rules(host.source)
    missing = next(vm for vm in able if vm not in fitting)
    short = -rules.placement.free_after_bytes(host.ref, (*fitting, missing))
    return f"{rules.words.name(missing.ref)} needs {rules.words.size(short)} more"


def _why(verdicts: tuple[Verdict, ...], first: Verdict) -> str:
    """One line for all of them when they are refused for one reason, else the first reason and how many."""
    if len(verdicts) == 1 or len({verdict.key for verdict in verdicts}) > 1:
        return first.refusal or ""
    return f"None of {len(verdicts)} can go there: {first.short or first.refusal or ''}"
