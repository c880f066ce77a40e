"""The rows that tell of a VM's domain: written when it appears on a host, when it moves, and when it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim import dates
from lifeguard.sim.behaviour import lookup, memory
from lifeguard.sim.behaviour.cpu import host_features
from lifeguard.sim.behaviour.operations.refresh import refresh_vm
from lifeguard.sim.context import Context
from lifeguard.sim.database import Database

_ATTACHABLE = ("VBD", "VIF", "VGPU", "VUSB")
_GUIDANCE_OF_DOMAIN = ("restart_device_model", "restart_vm")


def attached_devices(db: Database, vm_ref: str) -> Iterator[tuple[str, str]]:
    """Table and ref of each device a starting VM takes with it: empty drives only where they are emulated."""
    vm = db.row("VM", vm_ref)
    emulated = lookup.domain_type(db, vm) == "hvm"
    for ref, vbd in list(lookup.devices(db, vm, "VBD")):
        if not vbd["empty"] or (emulated and vbd["type"] == "CD"):
            yield "VBD", ref
    for ref, _ in list(lookup.devices(db, vm, "VIF")):
        yield "VIF", ref


def attach_devices(db: Database, vm_ref: str) -> None:
    for table, ref in list(attached_devices(db, vm_ref)):
        db.set(table, ref, "currently_attached", True)
        if table == "VBD" and not db.get("VBD", ref, "device"):
            db.set("VBD", ref, "device", device_name(db.get("VBD", ref, "userdevice")))


def device_name(userdevice: str) -> str:
    """`xvda` for position 0; names that are no positions stay."""
    if not userdevice.isdigit():
        return userdevice
    number, name = int(userdevice), ""
    while number >= 0:
        name = chr(ord("a") + number % 26) + name
        number = number // 26 - 1
    return f"xvd{name}"


def position(userdevice: str) -> int | None:
    """The place a disk's device name stands for: `1`, `xvdb`, `hdb` and `sdb` are all 1. None for other names."""
    if userdevice.isdigit():
        return int(userdevice)
    letters = userdevice.removeprefix("xvd") if userdevice.startswith("xvd") else userdevice[2:]
    if not letters.isalpha() or userdevice[:2] not in ("xv", "hd", "sd") or not letters.islower():
        return None
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("a") + 1
    return number - 1


def appear(context: Context, vm_ref: str, host_ref: str) -> None:
    """The domain was built on the host: who lives where changes first, then what follows from it."""
    db = context.db
    db.update("VM", vm_ref, resident_on=host_ref, scheduled_to_be_resident_on=NULL_REF)
    vm, host = db.row("VM", vm_ref), db.row("host", host_ref)
    db.update(
        "VM", vm_ref, domid=next_domid(db, host_ref), memory_target=vm["memory_dynamic_max"],
        last_boot_CPU_flags={"vendor": host["cpu_info"].get("vendor", ""), "features": host_features(db, vm, host)},
    )  # fmt: skip
    replace_consoles(db, vm_ref, host_ref)
    write_metrics(context, vm_ref, is_boot=True)


def next_domid(db: Database, host_ref: str) -> int:
    """The next number after those in use; 0 is the control domain's."""
    used: list[int] = [vm["domid"] for vm in db.rows("VM").values() if vm["resident_on"] == host_ref]
    return 1 + max([0, *used])


def replace_consoles(db: Database, vm_ref: str, host_ref: str) -> None:
    """New console rows at the host's address."""
    drop_consoles(db, vm_ref)
    vm = db.row("VM", vm_ref)
    protocols = ("rfb",) if lookup.domain_type(db, vm) == "hvm" else ("rfb", "vt100")
    for protocol in protocols:
        ref = db.insert("console", {"protocol": protocol, "VM": vm_ref})
        address, uuid = db.get("host", host_ref, "address"), db.get("console", ref, "uuid")
        db.set("console", ref, "location", f"https://{address}/console?uuid={uuid}")


def drop_consoles(db: Database, vm_ref: str) -> None:
    for ref in db.get("VM", vm_ref, "consoles"):
        if db.has("console", ref):
            db.destroy("console", ref)


def write_metrics(context: Context, vm_ref: str, *, is_boot: bool) -> None:
    """Refresh VM_metrics, made if missing; only a boot changes the start time."""
    db, vm = context.db, context.db.row("VM", vm_ref)
    now, kind = dates.stamp(context.clock.time_s()), lookup.configured_domain_type(vm)
    values: dict[str, Any] = {
        "last_updated": now,
        "current_domain_type": kind,
        "hvm": kind == "hvm",
        "VCPUs_number": vm["VCPUs_at_startup"],
        "memory_actual": vm["memory_dynamic_max"],
        "state": ("running",),
        "nested_virt": vm["platform"].get("nested-virt") == "true",
        "nomigrate": vm["platform"].get("nomigrate") == "true",
    }
    if is_boot:
        values["start_time"] = now
    if lookup.find(db, "VM_metrics", vm["metrics"]) is None:
        db.set("VM", vm_ref, "metrics", db.insert("VM_metrics", values))
    else:
        db.update("VM_metrics", vm["metrics"], **values)


def go_halted(db: Database, vm_ref: str) -> None:
    """Somebody wanted the VM to end: everything that follows, in a server's order. HA will not bring it back."""
    db.set("VM", vm_ref, "ha_always_run", False)
    _reset(db, vm_ref)


def reset_power_state(db: Database, vm_ref: str) -> None:
    """As `go_halted`, but the VM did not want to go: HA still wants it to run."""
    _reset(db, vm_ref)


def _reset(db: Database, vm_ref: str) -> None:
    db.set("VM", vm_ref, "power_state", "Halted")
    vm = db.row("VM", vm_ref)
    for table in _ATTACHABLE:
        for ref, _ in list(lookup.devices(db, vm, table)):
            detach(db, table, ref)
    db.set("VM", vm_ref, "requires_reboot", False)
    kept = tuple(one for one in vm["pending_guidances"] if one not in _GUIDANCE_OF_DOMAIN)
    db.set("VM", vm_ref, "pending_guidances", kept)
    db.update("VM", vm_ref, resident_on=NULL_REF, scheduled_to_be_resident_on=NULL_REF, domid=-1)
    metrics = db.get("VM", vm_ref, "metrics")
    if db.has("VM_metrics", metrics):
        db.update("VM_metrics", metrics, current_domain_type="unspecified", state=())
    refresh_vm(db, vm_ref)
    drop_consoles(db, vm_ref)


def detach(db: Database, table: str, ref: str) -> None:
    db.set(table, ref, "currently_attached", False)
    if "current_operations" in db.row(table, ref):
        db.set(table, ref, "current_operations", {})


def refresh_overhead(db: Database, vm_ref: str) -> None:
    db.set("VM", vm_ref, "memory_overhead", memory.vm_overhead_bytes(db.row("VM", vm_ref)))
