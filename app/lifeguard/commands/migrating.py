"""Planned migrations on the job board: one job each, and the way back from where it went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from lifeguard.commands.jobs import Job, JobBoard
from lifeguard.commands.migration import (
    MigrationPlan,
    carry_out,
    disks_of,
    interfaces_of,
    judge_plan,
    propose,
    sees_all,
)
from lifeguard.commands.remedies import remedies_for
from lifeguard.commands.selection import Item
from lifeguard.commands.work import Report, Work
from lifeguard.datamodel.records import Host, Vbd, Vm
from lifeguard.rules.words import Words

_Place = tuple[str, str]
"""A disk or an interface, whatever ref it has: whose it is, by uuid, and at which position."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a VM was before it moved: its host, the storage of each disk and the network of each interface."""

    host: Item
    srs: Mapping[_Place, str]
    networks: Mapping[_Place, str]


def begin(plan: MigrationPlan, board: JobBoard, again: Callable[[], object] | None = None) -> Job:
    """Put the move on the board. Moves between two hosts run one after the other; a move can be taken back.

    `again` asks for another try where the source will be gone when the job has ended; then there is no way back either.
    """
    words = Words(plan.vm.source.inventory)
    name, host = words.name(plan.vm.ref), Words(plan.host.source.inventory).name(plan.host.ref)
    vm, origin = plan.vm.record, None if plan.copy or again is not None else origin_of(plan.vm)
    home = vm.resident_on if isinstance(vm, Vm) else ""

    async def run(job: Report) -> object:
        return await carry_out(plan, job)

    def undo() -> None:
        if origin is not None:
            take_back(plan, origin, str(job.result or ""), board)

    job = board.start(
        Work(
            title=f"{'Copy' if plan.copy else 'Migrate'} {name} to {host}",
            run=run,
            words=words,
            failed=f"{name} was not {'copied' if plan.copy else 'migrated'}",
            subjects=(plan.vm.ref,),
            target="" if plan.crosses_pools else plan.host.ref,
            lane=f"{home}>{plan.host.ref}",
            size_bytes=plan.size_bytes,
            remedies=remedies_for(plan.vm),
            undo=undo if origin is not None else None,
            undo_title="Move back",
            again=again,
        )
    )
    return job


def origin_of(vm: Item) -> Origin | None:
    """Where it is now; None where no host could take it back."""
    inventory, record = vm.source.inventory, vm.record
    srs = {_place_of_disk(vm, vdi.ref): vdi.SR for vdi in disks_of(vm)}
    home = inventory.get(Host, record.resident_on) if isinstance(record, Vm) else None
    hosts = (home,) if home is not None else inventory.all(Host)
    host = next((item for one in hosts if sees_all(item := Item(vm.source, one.ref), srs.values())), None)
    networks = {_place_of(vm, vif.VM, vif.device): vif.network for vif in interfaces_of(vm)}
    return Origin(host, srs, networks) if host is not None else None


def take_back(plan: MigrationPlan, origin: Origin, result: str, board: JobBoard) -> None:
    """Move it to where it was. `result` is what it is called where it went, when that is another pool."""
    vm = Item(plan.host.source, result) if plan.crosses_pools else plan.vm
    back = way_back(vm, origin)
    verdict = judge_plan(back, Words(vm.source.inventory))
    if verdict.allowed:
        begin(back, board)
    else:
        board.refuse("Move back", verdict, Words(vm.source.inventory))


def way_back(vm: Item, origin: Origin) -> MigrationPlan:
    """Each disk to the storage that it came from, each interface to its network; what has come since goes as usual."""
    plan = propose(vm, origin.host)
    vdis = {vdi: origin.srs.get(_place_of_disk(vm, vdi), sr) for vdi, sr in plan.vdis.items()}
    vifs: dict[str, str] = {
        vif.ref: origin.networks.get(_place_of(vm, vif.VM, vif.device), plan.vifs[vif.ref])
        for vif in interfaces_of(vm)
        if vif.ref in plan.vifs
    }
    return replace(plan, vdis=vdis, vifs=vifs)


def _place_of_disk(vm: Item, vdi_ref: str) -> _Place:
    vbd = next(iter(vm.source.inventory.pointing_to(Vbd, "VDI", vdi_ref)), None)
    return _place_of(vm, vbd.VM, vbd.userdevice) if vbd is not None else ("", vdi_ref)


def _place_of(vm: Item, vm_ref: str, position: str) -> _Place:
    owner = vm.source.inventory.get(Vm, vm_ref)
    return (owner.uuid if owner is not None else "", position)
