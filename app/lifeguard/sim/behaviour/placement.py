"""Where a VM may run: the checks of `VM.assert_can_boot_here` in their order."""

from __future__ import annotations

from lifeguard.sim.behaviour import lookup, memory
from lifeguard.sim.behaviour.cpu import assert_compatible
from lifeguard.sim.behaviour.lookup import Row
from lifeguard.sim.behaviour.versions import is_older
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_NEEDS_HVM = ("hvm", "pvh", "pv_in_pvh")


def assert_can_boot_here(
    db: Database, vm_ref: str, host_ref: str, *, check_cpu: bool = True, check_memory: bool = True,
    check_storage: bool = True,
) -> None:  # fmt: skip
    """Raises the ApiError of the first check that fails."""
    vm, host = db.row("VM", vm_ref), db.row("host", host_ref)
    _assert_sane(db, vm)
    _assert_version(db, vm_ref, vm, host_ref)
    if not lookup.is_live(db, host_ref):
        raise ApiError("HOST_NOT_LIVE")
    _assert_affinity_of_control_domain(vm, host_ref)
    if not (host["enabled"] or vm["is_control_domain"] or vm["resident_on"] == host_ref):
        raise ApiError("HOST_DISABLED", host_ref)
    _assert_hardware_platform(vm_ref, vm, host_ref, host)
    if check_cpu:
        assert_compatible(db, vm_ref, host_ref)
    if check_storage:
        assert_sees_storage(db, vm_ref, host_ref)
    assert_sees_networks(db, vm_ref, host_ref)
    _assert_sees_gpus(db, vm_ref, vm, host_ref)
    if lookup.domain_type(db, vm) in _NEEDS_HVM and not any("hvm" in able for able in host["capabilities"]):
        raise ApiError("VM_HVM_REQUIRED", vm_ref)
    if check_memory:
        memory.assert_fits(db, vm, host_ref)
    _assert_enough_cpus(vm, host)


def verdict(
    db: Database, vm_ref: str, host_ref: str, *, check_cpu: bool = True, check_memory: bool = True
) -> ApiError | None:
    """The error `assert_can_boot_here` would raise, None when the VM may run there."""
    try:
        assert_can_boot_here(db, vm_ref, host_ref, check_cpu=check_cpu, check_memory=check_memory)
    except ApiError as error:
        return error
    return None


def possible_hosts(db: Database, vm_ref: str, *, check_memory: bool = True) -> list[str]:
    """`VM.get_possible_hosts`: CPUs are not compared, and a VM on its way somewhere can only go there."""
    scheduled = db.get("VM", vm_ref, "scheduled_to_be_resident_on")
    if not lookup.is_null(scheduled):
        return [scheduled]
    hosts = list(db.rows("host"))
    return [ref for ref in hosts if verdict(db, vm_ref, ref, check_cpu=False, check_memory=check_memory) is None]


def required_srs(db: Database, vm: Row) -> list[str]:
    """SRs a host must reach to run the VM, in the order of its disks."""
    disks = [vbd["VDI"] for _, vbd in lookup.devices(db, vm, "VBD") if not vbd["empty"]]
    if vm["power_state"] == "Suspended":
        disks.append(vm["suspend_VDI"])
    rows = (lookup.find(db, "VDI", ref) for ref in disks)
    return list(dict.fromkeys(vdi["SR"] for vdi in rows if vdi))


def assert_sees_storage(db: Database, vm_ref: str, host_ref: str) -> None:
    for sr_ref in required_srs(db, db.row("VM", vm_ref)):
        if host_ref not in lookup.plugged_hosts(db, sr_ref):
            raise ApiError("VM_REQUIRES_SR", vm_ref, sr_ref)


def assert_sees_networks(db: Database, vm_ref: str, host_ref: str) -> None:
    """Every network must reach the host; one whose card there is inside a bond cannot be attached all the same."""
    vm = db.row("VM", vm_ref)
    networks = list(dict.fromkeys(vif["network"] for _, vif in lookup.devices(db, vm, "VIF")))
    for network_ref in networks:
        if not reaches_host(db, network_ref, host_ref):
            raise ApiError("VM_REQUIRES_NETWORK", vm_ref, network_ref)
    for network_ref in networks:
        for pif in network_pifs(db, network_ref):
            if pif["host"] == host_ref and not lookup.is_null(pif["bond_slave_of"]):
                raise ApiError("HOST_CANNOT_ATTACH_NETWORK", host_ref, network_ref)


def reaches_host(db: Database, network_ref: str, host_ref: str) -> bool:
    """Whether the host has a card on the network, or the network is private and not in use on other hosts only."""
    network = lookup.find(db, "network", network_ref)
    if network is None:
        return False
    pifs = network_pifs(db, network_ref)
    if pifs:
        return any(pif["host"] == host_ref for pif in pifs)
    if not network["managed"] or network["other_config"].get("assume_network_is_shared") == "true":
        return True
    users = (lookup.find(db, "VM", vif["VM"]) for ref in network["VIFs"] if (vif := lookup.find(db, "VIF", ref)))
    homes = {user["resident_on"] for user in users if user and user["power_state"] == "Running"}
    return not homes or host_ref in homes


def network_pifs(db: Database, network_ref: str) -> list[Row]:
    network = lookup.find(db, "network", network_ref)
    rows = (lookup.find(db, "PIF", ref) for ref in network["PIFs"]) if network else ()
    return [pif for pif in rows if pif]


def _assert_sane(db: Database, vm: Row) -> None:
    """Settings that no host could run. Dynamic limits beyond the static ones are none: they are cut to fit."""
    at_startup, most = vm["VCPUs_at_startup"], vm["VCPUs_max"]
    for name, count in (("VCPUs_max", most), ("VCPUs-at-startup", at_startup)):
        if count < 1:
            raise ApiError("INVALID_VALUE", name, str(count))
    if at_startup > most:
        raise ApiError("VALUE_NOT_SUPPORTED", "VCPUs-at-startup", str(at_startup), "value greater than VCPUs-max")
    if any(vm[f"memory_{kind}_max"] < vm[f"memory_{kind}_min"] for kind in ("static", "dynamic")):
        raise ApiError("MEMORY_CONSTRAINT_VIOLATION")
    if vm["HVM_shadow_multiplier"] < 1:
        raise ApiError("INVALID_VALUE", "HVM_shadow_multiplier", str(vm["HVM_shadow_multiplier"]))
    _assert_crash_action(vm["actions_after_crash"], lookup.domain_type(db, vm))


def _assert_crash_action(action: str, domain_type: str) -> None:
    field = "VM.actions_after_crash"
    if action == "rename_restart":
        reason = "option would leak a domain; VMs and not domains are managed by this API"
        raise ApiError("VALUE_NOT_SUPPORTED", field, action, reason)
    if action.startswith("coredump_and_") and domain_type in _NEEDS_HVM:
        reason = "cannot invoke a coredump of an HVM, PVH or PV-in-PVH domain"
        raise ApiError("VALUE_NOT_SUPPORTED", field, action, reason)


def _assert_version(db: Database, vm_ref: str, vm: Row, host_ref: str) -> None:
    """During a rolling upgrade a VM never goes back to an older host."""
    if not lookup.is_in_rolling_upgrade(db):
        return
    source = vm["resident_on"] if db.has("host", vm["resident_on"]) else lookup.pool(db)["master"]
    if db.has("host", source) and is_older(db, host_ref, source):
        raise ApiError("VM_HOST_INCOMPATIBLE_VERSION", host_ref, vm_ref)


def _assert_affinity_of_control_domain(vm: Row, host_ref: str) -> None:
    if vm["is_control_domain"] and not lookup.is_null(vm["affinity"]) and vm["affinity"] != host_ref:
        raise ApiError("OPERATION_NOT_ALLOWED", "Cannot boot a control domain on a host different from its affinity")


def _assert_hardware_platform(vm_ref: str, vm: Row, host_ref: str, host: Row) -> None:
    known, wanted = host["virtual_hardware_platform_versions"], vm["hardware_platform_version"]
    if wanted not in (known or (0,)):
        listed = "[" + "; ".join(str(version) for version in known) + "]"
        code = "VM_HOST_INCOMPATIBLE_VIRTUAL_HARDWARE_PLATFORM_VERSION"
        raise ApiError(code, host_ref, listed, vm_ref, str(wanted))


def _assert_sees_gpus(db: Database, vm_ref: str, vm: Row, host_ref: str) -> None:
    for _, vgpu in lookup.devices(db, vm, "VGPU"):
        group = lookup.find(db, "GPU_group", vgpu["GPU_group"])
        cards = (lookup.find(db, "PGPU", ref) for ref in group["PGPUs"]) if group else ()
        if not any(card and card["host"] == host_ref for card in cards):
            raise ApiError("VM_REQUIRES_GPU", vm_ref, vgpu["GPU_group"])


def _assert_enough_cpus(vm: Row, host: Row) -> None:
    cpus = host["cpu_info"].get("cpu_count", "")
    if vm["platform"].get("vcpu-unrestricted") == "true" or not cpus.isdigit() or vm["is_control_domain"]:
        return
    if vm["VCPUs_max"] > int(cpus):
        raise ApiError("HOST_NOT_ENOUGH_PCPUS", str(vm["VCPUs_max"]), cpus)


async def _assert_can_boot_here(context: Context, vm_ref: str, host_ref: str) -> None:
    assert_can_boot_here(context.db, vm_ref, host_ref)


async def _get_possible_hosts(context: Context, vm_ref: str) -> tuple[str, ...]:
    return tuple(possible_hosts(context.db, vm_ref))


HANDLERS: dict[str, Handler] = {
    "VM.assert_can_boot_here": _assert_can_boot_here,
    "VM.get_possible_hosts": _get_possible_hosts,
}
