"""What each host says to the VMs that are being dragged: what it would have left, or why it cannot take them."""

from __future__ import annotations

from dataclasses import dataclass

from lifeguard.commands.command import Command
from lifeguard.commands.selection import Item, Selection
from lifeguard.datamodel.records import Host, Vm
from lifeguard.rules.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Offer:
    """`label` stands at the right edge of the host's row, `hint` beside the pointer; both may be empty."""

    is_open: bool
    label: str
    hint: str


def host_offers(migrate: Command, selection: Selection) -> dict[str, Offer]:
    """An offer of every host of the pool that all dragged VMs belong to; none when they are of several pools."""
    if len(selection.sources) != 1:
        return {}
    source = selection.sources[0]
    return {host.ref: offer_of(migrate, selection, Item(source, host.ref)) for host in source.inventory.all(Host)}


def offer_of(migrate: Command, selection: Selection, host: Item) -> Offer:
    """Open when at least one of the VMs could go there."""
    targeted = selection.with_target(host)
    verdicts = migrate.judge(targeted)
    refused = [verdict for verdict in verdicts if not verdict.allowed]
    rules = selection.rules(host.source)
    name = rules.words.name(host.ref)
    if len(refused) == len(verdicts):
        return Offer(False, "", _why(selection, verdicts, refused[0]) if refused else "")
    able = [vm for item, verdict in zip(selection.items, verdicts, strict=True) if (vm := _vm(item, verdict))]
    fitting = _fitting(targeted, host, able)
    left = rules.placement.free_after_bytes(host.ref, tuple(fitting))
    label = f"{rules.words.size(max(left, 0))} free after"
    if len(fitting) == len(verdicts):
        return Offer(True, label, f"{name}: {label}")
    return Offer(
        True,
        label,
        f"{name}: {len(fitting)} of {len(verdicts)} fit; {_first_obstacle(targeted, able, fitting, refused)}",
    )


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


def _first_obstacle(selection: Selection, able: list[Vm], fitting: list[Vm], refused: list[Verdict]) -> str:
    if refused:
        return refused[0].refusal or ""
    target = selection.target
    if target is None:
        return ""
    rules = selection.rules(target.source)
    missing = next(vm for vm in able if vm not in fitting)
    short = -rules.placement.free_after_bytes(target.ref, (*fitting, missing))
    return f"{rules.words.name(missing.ref)} needs {rules.words.size(short)} more"


def _why(selection: Selection, verdicts: tuple[Verdict, ...], first: Verdict) -> str:
    """One line for all of them when they are refused for one reason, else the first reason and how many."""
    if len(verdicts) == 1 or len({verdict.key for verdict in verdicts}) > 1:
        return first.refusal or ""
    return f"None of {len(verdicts)} can go there: {first.short or first.refusal or ''}"
