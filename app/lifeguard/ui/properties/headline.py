"""The one line above the tabs: what is selected, its state, and the address people come to copy."""

from __future__ import annotations

from dataclasses import dataclass

from lifeguard.datamodel.records import Host, Network, Pool, Record, Sr, Vdi, Vm, VmAppliance, VmGuestMetrics
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.naming import name_of
from lifeguard.inventory.relations import home_of, host_count, is_live, master_of, master_ref
from lifeguard.quantities import format_bytes, format_count
from lifeguard.ui.contents.sr_types import sr_type_name
from lifeguard.ui.properties.guest import system_name


@dataclass(frozen=True, slots=True)
class Headline:
    """`words` are joined by middle dots; `address` is empty where there is none to copy."""

    name: str
    words: tuple[str, ...] = ()
    address: str = ""


def headline(inventory: Inventory, ref: str) -> Headline:
    """Raises nothing: an object that is gone is said to be gone."""
    record = inventory.find(ref)
    if isinstance(record, Host):
        return _host(inventory, record)
    if isinstance(record, Vm):
        return _vm(inventory, record)
    if isinstance(record, Pool):
        return _pool(inventory, record)
    if isinstance(record, Sr):
        return _sr(inventory, record)
    if record is None:
        return Headline("Gone", ("This object is no longer in the pool",))
    return Headline(name_of(inventory, ref) or str(getattr(record, "uuid", "")), (_kind(inventory, record),))


def _kind(inventory: Inventory, record: Record) -> str:
    """What it is, with what it belongs to; an object of a class that nobody foresaw by the server's own word."""
    if isinstance(record, Vdi):
        words = ("virtual disk", format_bytes(record.virtual_size), name_of(inventory, record.SR))
        return " · ".join(filter(None, words))
    if isinstance(record, VmAppliance):
        return f"vApp · {format_count(len(record.VMs), 'VM')}"
    return "network" if isinstance(record, Network) else type(record).__name__


def _host(inventory: Inventory, host: Host) -> Headline:
    words = []
    if master_ref(inventory) == host.ref:
        words.append("coordinator (master)")
    if not is_live(inventory, host.ref):
        words.append("unreachable")
    elif not host.enabled:
        words.append("maintenance mode")
    words.append(_product(host))
    return Headline(host.name_label, tuple(filter(None, words)), host.address)


def _product(host: Host) -> str:
    software = host.software_version
    return " ".join(filter(None, (software.get("product_brand"), software.get("product_version"))))


def _vm(inventory: Inventory, vm: Vm) -> Headline:
    if vm.is_a_template or vm.is_a_snapshot:
        kind = "snapshot" if vm.is_a_snapshot else "default template" if vm.is_default_template else "template"
        original = inventory.get(Vm, vm.snapshot_of)
        return Headline(vm.name_label, (f"{kind} of {original.name_label}" if original is not None else kind,))
    home_ref = home_of(inventory, vm.ref)
    home = inventory.get(Host, home_ref) if home_ref is not None else None
    words = [vm.power_state.lower()]
    if home is not None:
        words.append(f"on {home.name_label}" if vm.power_state == "Running" else f"home {home.name_label}")
    guest = inventory.get(VmGuestMetrics, vm.guest_metrics)
    if guest is not None:
        words.append(system_name(guest))
    return Headline(vm.name_label, tuple(filter(None, words)), _address(guest))


def _address(guest: VmGuestMetrics | None) -> str:
    found = sorted(guest.networks.items()) if guest is not None else []
    return next((value.split()[0] for key, value in found if "/ip" in key and value.strip()), "")


def _pool(inventory: Inventory, pool: Pool) -> Headline:
    master = master_of(inventory)
    words = [format_count(host_count(inventory), "server")]
    if master is not None:
        words += [f"coordinator (master) {master.name_label}", _product(master)]
    if pool.ha_enabled:
        words.append("HA on")
    name = pool.name_label or (master.name_label if master is not None else "Pool")
    return Headline(name, tuple(filter(None, words)), master.address if master is not None else "")


def _sr(inventory: Inventory, sr: Sr) -> Headline:
    free = max(sr.physical_size - sr.physical_utilisation, 0)
    room = f"{format_bytes(free)} free of {format_bytes(sr.physical_size)}" if sr.physical_size > 0 else ""
    name = sr_type_name(sr)
    return Headline(name_of(inventory, sr.ref), tuple(filter(None, (name, "shared" if sr.shared else "", room))))
