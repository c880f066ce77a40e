"""Moving VMs with their disks, within a pool or to another one: the plan, its checks, and carrying it out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lifeguard.commands.command import OURS
from lifeguard.commands.selection import Item
from lifeguard.commands.source import Source
from lifeguard.commands.work import Report
from lifeguard.datamodel.records import Host, Network, Pbd, Pif, Pool, Sm, Sr, Vdi, Vif, Vm
from lifeguard.datamodel.schema import NULL_REF
from lifeguard.inventory.inventory import Inventory
from lifeguard.rules.domain import loaded_vbds
from lifeguard.rules.verdict import ALLOWED, Verdict
from lifeguard.rules.version import is_older
from lifeguard.rules.words import Words

_LIVE_STATES = frozenset({"Running", "Paused", "Suspended"})
_NEEDED_FEATURES = ("VDI_SNAPSHOT", "VDI_MIRROR")


@dataclass(frozen=True, slots=True)
class MigrationPlan:
    """One VM on its way to a host: `vdis` maps each disk to a storage, `vifs` each interface to a network there.

    Within a pool `vifs` stays empty. `network` is the destination's network to send over, NULL for its management one.
    """

    vm: Item
    host: Item
    vdis: Mapping[str, str] = field(default_factory=dict)
    vifs: Mapping[str, str] = field(default_factory=dict)
    network: str = NULL_REF
    copy: bool = False
    force: bool = False

    @property
    def crosses_pools(self) -> bool:
        return self.vm.source is not self.host.source

    @property
    def moves_disks(self) -> bool:
        """Whether any disk leaves its storage."""
        inventory = self.vm.source.inventory
        return self.crosses_pools or any(
            (vdi := inventory.get(Vdi, ref)) is not None and vdi.SR != sr for ref, sr in self.vdis.items()
        )

    @property
    def size_bytes(self) -> int:
        """How much there is to carry: the disks that move, and the memory of a running VM."""
        inventory, vm = self.vm.source.inventory, self.vm.record
        disks = [vdi for ref, sr in self.vdis.items() if (vdi := inventory.get(Vdi, ref)) is not None]
        moving = [vdi.virtual_size for vdi in disks if self.crosses_pools or vdi.SR != self.vdis[vdi.ref]]
        memory = vm.memory_dynamic_max if isinstance(vm, Vm) and self.is_live else 0
        return sum(moving) + memory

    @property
    def is_live(self) -> bool:
        vm = self.vm.record
        return isinstance(vm, Vm) and vm.power_state in _LIVE_STATES and not self.copy

    @property
    def options(self) -> dict[str, str]:
        return {key: "true" for key, wanted in (("copy", self.copy), ("force", self.force)) if wanted}


def propose(vm: Item, host: Item, *, copy: bool = False) -> MigrationPlan:
    """A plan with sensible maps: disks stay where the host sees them, else go to the pool's default storage; interfaces
    go to the network of the same name, else to the host's management network."""
    plan = MigrationPlan(vm, host, network=management_network(host), copy=copy)
    there = host.source.inventory
    targets = storages_for(host)
    default = _default_storage(there, targets)
    vdis = {vdi.ref: _storage_for(vdi, plan, targets, default) for vdi in disks_of(vm)}
    vifs = {vif.ref: _network_for(vif, vm.source.inventory, host) for vif in interfaces_of(vm)}
    return replace(
        plan,
        vdis={ref: sr for ref, sr in vdis.items() if sr},
        vifs={ref: network for ref, network in vifs.items() if network} if plan.crosses_pools else {},
    )


def disks_of(vm: Item) -> tuple[Vdi, ...]:
    """The disks that move: those of the VM and of its snapshots, each once; discs do not."""
    inventory = vm.source.inventory
    found: dict[str, Vdi] = {}
    for one in (vm.record, *inventory.pointing_to(Vm, "snapshot_of", vm.ref)):
        if isinstance(one, Vm):
            found.update((vdi.ref, vdi) for vbd, vdi in loaded_vbds(inventory, one) if vbd.type == "Disk")
    return tuple(found.values())


def interfaces_of(vm: Item) -> tuple[Vif, ...]:
    """The network interfaces of a VM and of its snapshots."""
    inventory = vm.source.inventory
    vms = [vm.ref, *(one.ref for one in inventory.pointing_to(Vm, "snapshot_of", vm.ref))]
    return tuple(vif for ref in vms for vif in inventory.pointing_to(Vif, "VM", ref))


def storages_for(host: Item) -> tuple[Sr, ...]:
    """The storages that a host is connected to and that could take disks."""
    inventory = host.source.inventory
    seen = (inventory.get(Sr, pbd.SR) for pbd in inventory.pointing_to(Pbd, "host", host.ref) if pbd.currently_attached)
    return tuple(sr for sr in seen if sr is not None and sr.content_type != "iso" and sr.type not in ("iso", "udev"))


def sees_all(host: Item, srs: Iterable[str]) -> bool:
    """Whether a host is connected to all these storages."""
    return {sr.ref for sr in storages_for(host)}.issuperset(srs)


def networks_for(host: Item) -> tuple[Network, ...]:
    """The networks that a host has a NIC on."""
    inventory = host.source.inventory
    seen = {pif.network: None for pif in inventory.pointing_to(Pif, "host", host.ref)}
    return tuple(network for ref in seen if (network := inventory.get(Network, ref)) is not None)


def management_network(host: Item) -> str:
    pifs = host.source.inventory.pointing_to(Pif, "host", host.ref)
    return next((pif.network for pif in pifs if pif.management), NULL_REF)


def can_move_live(inventory: Inventory, sr: Sr) -> bool:
    """Whether disks can leave or reach a storage while they are in use; unknown drivers are given the chance."""
    driver = next((sm for sm in inventory.all(Sm) if sm.type == sr.type), None)
    known = {*driver.features, *driver.capabilities} if driver is not None else set()
    return driver is None or all(name in known for name in _NEEDED_FEATURES)


def judge_plan(plan: MigrationPlan, words: Words) -> Verdict:
    """What can be told without asking: completeness of the maps, versions, change tracking, snapshots, drivers."""
    vm, host = plan.vm.record, plan.host.record
    here, there = plan.vm.source.inventory, plan.host.source.inventory
    if not isinstance(vm, Vm) or not isinstance(host, Host):
        return Verdict("OBJECT_NOLONGER_EXISTS", (), words, plan.vm.ref)
    for obstacle in (
        _version_obstacle(plan, vm, host),
        _disk_obstacle(plan, here, there),
        _interface_obstacle(plan),
        _snapshot_obstacle(plan, here, vm),
    ):
        if obstacle is not None:
            return Verdict(obstacle[0], obstacle[1], words, vm.ref)
    return ALLOWED


def _version_obstacle(plan: MigrationPlan, vm: Vm, host: Host) -> tuple[str, tuple[str, ...]] | None:
    here = plan.vm.source.inventory
    pool = next(iter(here.all(Pool)), None)
    home = here.get(Host, vm.resident_on) or (here.get(Host, pool.master) if pool is not None else None)
    if home is not None and is_older(host, home):
        return "VM_HOST_INCOMPATIBLE_VERSION_MIGRATE", (host.ref, vm.ref)
    return None if host.enabled else ("HOST_DISABLED", (host.ref,))


def _disk_obstacle(plan: MigrationPlan, here: Inventory, there: Inventory) -> tuple[str, tuple[str, ...]] | None:
    for vdi in disks_of(plan.vm):
        if vdi.ref not in plan.vdis:
            return "VDI_NOT_IN_MAP", (vdi.ref,)
        if vdi.cbt_enabled and plan.vdis[vdi.ref] != vdi.SR:
            return "VDI_CBT_ENABLED", (vdi.ref,)
        if not plan.is_live or plan.vdis[vdi.ref] == vdi.SR:
            continue
        for inventory, ref in ((here, vdi.SR), (there, plan.vdis[vdi.ref])):
            sr = inventory.get(Sr, ref)
            if sr is not None and not can_move_live(inventory, sr):
                return "SR_DOES_NOT_SUPPORT_MIGRATION", (sr.ref,)
    return None


def _interface_obstacle(plan: MigrationPlan) -> tuple[str, tuple[str, ...]] | None:
    own = (vif for vif in interfaces_of(plan.vm) if vif.VM == plan.vm.ref) if plan.crosses_pools else ()
    missing = next((vif for vif in own if vif.ref not in plan.vifs), None)
    return ("VIF_NOT_IN_MAP", (missing.ref,)) if missing is not None else None


def _snapshot_obstacle(plan: MigrationPlan, here: Inventory, vm: Vm) -> tuple[str, tuple[str, ...]] | None:
    snapshots = here.pointing_to(Vm, "snapshot_of", vm.ref)
    if any(snapshot.power_state == "Suspended" for snapshot in snapshots):
        return "VM_HAS_CHECKPOINT", (vm.ref,)
    if plan.is_live and len(snapshots) > 1:
        return "VM_HAS_TOO_MANY_SNAPSHOTS", (vm.ref,)
    return None


def _storage_for(vdi: Vdi, plan: MigrationPlan, targets: tuple[Sr, ...], default: str) -> str:
    if not plan.crosses_pools and any(sr.ref == vdi.SR for sr in targets):
        return vdi.SR
    return default


def _default_storage(inventory: Inventory, targets: tuple[Sr, ...]) -> str:
    refs = [sr.ref for sr in targets]
    for pool in inventory.all(Pool):
        if pool.default_SR in refs:
            return pool.default_SR
    roomy = max(targets, key=lambda sr: sr.physical_size - sr.physical_utilisation, default=None)
    return roomy.ref if roomy is not None else ""


def _network_for(vif: Vif, here: Inventory, host: Item) -> str:
    own = here.get(Network, vif.network)
    networks = networks_for(host)
    same = next((one.ref for one in networks if own is not None and one.name_label == own.name_label), None)
    return same or management_network(host)


async def _prepare(plan: MigrationPlan) -> tuple[Any, ...]:
    """Ask the destination for its side, and put the arguments of the move together."""
    destination = await plan.host.source.call("host.migrate_receive", plan.host.ref, plan.network, {})
    return destination, plan.is_live, dict(plan.vdis), dict(plan.vifs), plan.options


async def confirm(plan: MigrationPlan) -> None:
    """Ask the servers whether it would work, without doing it. Raises ApiFailure with their reason."""
    await plan.vm.source.call("VM.assert_can_migrate", plan.vm.ref, *await _prepare(plan))


async def carry_out(plan: MigrationPlan, job: Report) -> Any:
    """Move it. The result is the VM's ref at the destination. Where no disk moves, a plain migration is enough."""
    source: Source = plan.vm.source
    labels = {"applies_to": plan.vm.ref, "XenCenterMeddlingActionTitle": job.title, OURS: "job"}
    vm = plan.vm.record
    job.is_in_last_step = True
    if isinstance(vm, Vm) and vm.power_state == "Running" and not plan.moves_disks and not plan.copy:
        where = plan.vm.ref, plan.host.ref, {"live": "true"}
        return await source.run_task("VM.pool_migrate", *where, progress=job.advance, labels=labels)
    arguments = await _prepare(plan)
    return await source.run_task("VM.migrate_send", plan.vm.ref, *arguments, progress=job.advance, labels=labels)
