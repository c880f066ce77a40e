"""Who belongs to whom in a pool: its master, where a VM or a storage is at home, what uses what."""

from __future__ import annotations

from typing import TypeVar

from lifeguard.datamodel.records import (
    Host,
    HostMetrics,
    HostRef,
    Network,
    Pbd,
    Pif,
    Pool,
    Record,
    Sr,
    SrRef,
    Vbd,
    Vdi,
    Vif,
    Vm,
)
from lifeguard.inventory.answers import Facts, question

R = TypeVar("R", bound=Record)


def related(facts: Facts, kind: type[R], refs: tuple[str, ...], back_field: str, owner_ref: str) -> list[R]:
    """The records that an object's set of references names, in that order; those that are gone are left out.

    Where the set is empty the other end is asked, since old databases and half-told changes have only that.
    """
    if not refs:
        return facts.pointing_to(kind, back_field, owner_ref)
    found = (facts.get(kind, ref) for ref in refs)
    return [record for record in found if record is not None]


def the_pool(facts: Facts) -> Pool | None:
    """The one pool record of an inventory, None as long as there is none."""
    return next(iter(facts.all(Pool)), None)


@question
def pool_ref(facts: Facts) -> str | None:
    """The ref of the pool record; unlike the record itself it hardly ever changes."""
    return next(iter(facts.refs("pool")), None)


@question
def master_ref(facts: Facts) -> str | None:
    """The ref of the pool's master, also while its record is not there."""
    pool = the_pool(facts)
    return pool.master if pool is not None else None


def master_of(facts: Facts) -> Host | None:
    """The record of the pool's master."""
    ref = master_ref(facts)
    return facts.get(Host, ref) if ref is not None else None


@question
def host_count(facts: Facts) -> int:
    return facts.count("host")


@question
def is_pool_visible(facts: Facts) -> bool:
    """Whether the pool is one to its user: it has a name or more than one host. Otherwise it is a standalone host."""
    pool = the_pool(facts)
    return pool is not None and (pool.name_label != "" or host_count(facts) > 1)


@question
def visible_pool_ref(facts: Facts) -> str | None:
    return pool_ref(facts) if is_pool_visible(facts) else None


@question
def standalone_host_ref(facts: Facts) -> str | None:
    """The only host, where there is no visible pool. A database without its pool may have several: then none is."""
    if visible_pool_ref(facts) is not None or host_count(facts) != 1:
        return None
    return next(iter(facts.refs("host")), None)


@question
def has_host_metrics(facts: Facts) -> bool:
    """Databases written before there were any have none: their hosts count as live."""
    return facts.count("host_metrics") > 0


@question
def is_live(facts: Facts, host_ref: str) -> bool:
    """Whether the pool hears from that host."""
    host = facts.get(Host, host_ref)
    if host is None:
        return False
    metrics = facts.get(HostMetrics, host.metrics)
    if metrics is None:
        return not has_host_metrics(facts)
    return metrics.live


@question
def is_host_there(facts: Facts, host_ref: str) -> bool:
    return facts.class_of(host_ref) == "host"


@question
def storage_home(facts: Facts, sr_ref: str) -> HostRef | None:
    """The only host that a storage is tied to: it is not shared and has exactly one PBD. None otherwise."""
    sr = facts.get(Sr, sr_ref)
    if sr is None or sr.shared:
        return None
    links = related(facts, Pbd, sr.PBDs, "SR", sr_ref)
    if len(links) != 1 or not is_host_there(facts, links[0].host):
        return None
    return links[0].host


def home_of(facts: Facts, vm_ref: str) -> HostRef | None:
    """The host under which a VM is shown: where it runs, else where its storage is, else its live affinity; None is
    the pool. A snapshot is at home where its VM is, a template nowhere."""
    vm = facts.get(Vm, vm_ref)
    return home_of_vm(facts, vm) if vm is not None else None


def home_of_vm(facts: Facts, vm: Vm) -> HostRef | None:
    """The same for a record at hand."""
    if vm.is_a_snapshot:
        origin = facts.get(Vm, vm.snapshot_of)
        return home_of_vm(facts, origin) if origin is not None and not origin.is_a_snapshot else None
    if vm.is_a_template:
        return None
    if vm.power_state == "Running":
        return vm.resident_on if is_host_there(facts, vm.resident_on) else None
    host_ref = storage_host_of(facts, vm)
    if host_ref is not None:
        return host_ref
    return vm.affinity if is_live(facts, vm.affinity) else None


def storage_host_of(facts: Facts, vm: Vm) -> HostRef | None:
    """The host that a VM is bound to by its first disk or CD on storage tied to one host."""
    for vbd in vbds_of(facts, vm):
        vdi = facts.get(Vdi, vbd.VDI)
        if vdi is None or vdi.missing or not vdi.managed:
            continue
        host_ref = storage_home(facts, vdi.SR)
        if host_ref is not None:
            return host_ref
    return None


def hosts_of(facts: Facts, record: Record) -> tuple[str, ...]:
    """The hosts that an object belongs to. Of a standalone host everything does; () is the pool as a whole."""
    alone = standalone_host_ref(facts)
    if alone is not None:
        return (alone,)
    match record:
        case Host():
            return (record.ref,)
        case Vm():
            home = home_of_vm(facts, record)
        case Sr():
            home = storage_home(facts, record.ref)
        case Vdi():
            home = storage_home(facts, record.SR)
        case Network():
            has_nic = bool(related(facts, Pif, record.PIFs, "network", record.ref))
            return () if has_nic else tuple(facts.refs("host"))
        case _:
            home = None
    return () if home is None else (home,)


def vbds_of(facts: Facts, vm: Vm) -> list[Vbd]:
    return related(facts, Vbd, vm.VBDs, "VM", vm.ref)


def vifs_of(facts: Facts, vm: Vm) -> list[Vif]:
    return related(facts, Vif, vm.VIFs, "VM", vm.ref)


def pifs_of(facts: Facts, host: Host) -> list[Pif]:
    return related(facts, Pif, host.PIFs, "host", host.ref)


def pbds_of(facts: Facts, sr: Sr) -> list[Pbd]:
    return related(facts, Pbd, sr.PBDs, "SR", sr.ref)


def vdis_of(facts: Facts, sr: Sr) -> list[Vdi]:
    return related(facts, Vdi, sr.VDIs, "SR", sr.ref)


def storages_of(facts: Facts, host_ref: str) -> list[Sr]:
    """The storages that a host has a link to, attached or not."""
    found = (facts.get(Sr, pbd.SR) for pbd in facts.pointing_to(Pbd, "host", host_ref))
    return [sr for sr in found if sr is not None]


def storage_refs_of(facts: Facts, vm: Vm) -> tuple[SrRef, ...]:
    """The storages of a VM's disks and CDs, each once."""
    disks = (facts.get(Vdi, vbd.VDI) for vbd in vbds_of(facts, vm))
    return tuple(dict.fromkeys(vdi.SR for vdi in disks if vdi is not None))


def is_real_vm(vm: Vm) -> bool:
    """Neither a template nor a snapshot nor a host's own control domain."""
    return not (vm.is_a_template or vm.is_a_snapshot or vm.is_control_domain)


def vms_on(facts: Facts, host_ref: str) -> list[Vm]:
    """The real VMs that run or are paused on a host."""
    return [vm for vm in facts.pointing_to(Vm, "resident_on", host_ref) if is_real_vm(vm)]


def control_domain_of(facts: Facts, host: Host) -> Vm | None:
    """A host's control domain (dom0)."""
    vm = facts.get(Vm, host.control_domain)
    if vm is not None:
        return vm
    resident = facts.pointing_to(Vm, "resident_on", host.ref)
    return next((candidate for candidate in resident if candidate.is_control_domain), None)
