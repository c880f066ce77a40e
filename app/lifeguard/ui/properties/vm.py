"""Properties of a virtual machine, a template or a snapshot."""

from __future__ import annotations

from lifeguard.datamodel.records import Host, Vm, VmAppliance, VmGuestMetrics, VmMetrics
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.relations import home_of
from lifeguard.quantities import UNKNOWN, format_bytes, format_count, format_duration
from lifeguard.ui.properties.group import Group, Row, epoch_s, row, when, yes
from lifeguard.ui.properties.identity import identity

_NO_TOOLS = "No guest tools report it"
_NOT_RUNNING = "It is not running"


def vm_groups(inventory: Inventory, vm: Vm, now_s: float) -> tuple[Group, ...]:
    guest = inventory.get(VmGuestMetrics, vm.guest_metrics)
    metrics = inventory.get(VmMetrics, vm.metrics)
    groups = [_general(inventory, vm, guest, metrics, now_s), _resources(vm, metrics), _boot(vm)]
    if vm.is_a_snapshot:
        groups.insert(1, _snapshot(inventory, vm, now_s))
    return tuple(groups)


def _general(
    inventory: Inventory, vm: Vm, guest: VmGuestMetrics | None, metrics: VmMetrics | None, now_s: float
) -> Group:
    appliance = inventory.get(VmAppliance, vm.appliance)
    rows = [
        *identity(vm),
    ]
    if not (vm.is_a_template or vm.is_a_snapshot):
        started_s = epoch_s(metrics.start_time) if metrics is not None and vm.power_state == "Running" else None
        rows += [
            row("State", vm.power_state),
            row("Operating system", _system(guest), _NO_TOOLS),
            row("Address", ", ".join(_addresses(guest)), _NO_TOOLS, is_code=True),
            row("Guest tools", _tools(guest), _NOT_RUNNING),
            row("Uptime", UNKNOWN if started_s is None else format_duration(now_s - started_s), _NOT_RUNNING),
            _host(inventory, "Runs on" if vm.power_state == "Running" else "Home server", home_of(inventory, vm.ref)),
            _host(inventory, "Affinity", vm.affinity),
            row("vApp", appliance.name_label if appliance is not None else "", "In none"),
            row("HA restart priority", vm.ha_restart_priority, "Not restarted"),
        ]
    return Group("General", (*rows, row("UUID", vm.uuid, is_code=True)))


def _snapshot(inventory: Inventory, vm: Vm, now_s: float) -> Group:
    original = inventory.get(Vm, vm.snapshot_of)
    taken, exact = when(vm.snapshot_time, now_s)
    rows = (
        row("Snapshot of", original.name_label if original is not None else "", "The VM is gone"),
        Row("Taken", taken, exact),
        row("With memory", yes(vm.power_state == "Suspended")),
    )
    return Group("Snapshot", rows)


def _resources(vm: Vm, metrics: VmMetrics | None) -> Group:
    cores = int(vm.platform.get("cores-per-socket", "1") or "1") if "cores-per-socket" in vm.platform else 1
    sockets = max(vm.VCPUs_max // max(cores, 1), 1)
    dynamic = f"{format_bytes(vm.memory_dynamic_min)} to {format_bytes(vm.memory_dynamic_max)}"
    actual = metrics.memory_actual if metrics is not None and vm.power_state == "Running" else None
    rows = (
        row("vCPUs", f"{vm.VCPUs_at_startup} of at most {vm.VCPUs_max}"),
        row("Topology", f"{format_count(sockets, 'socket')}, {format_count(cores, 'core')} per socket"),
        row("Memory now", format_bytes(actual), _NOT_RUNNING),
        row("Memory limit", format_bytes(vm.memory_static_max)),
        row("Dynamic memory", dynamic if vm.memory_dynamic_min != vm.memory_dynamic_max else "Fixed"),
    )
    return Group("CPU and memory", rows)


def _boot(vm: Vm) -> Group:
    if vm.HVM_boot_policy:
        order = {"c": "Hard disk", "d": "DVD drive", "n": "Network"}
        devices = [order.get(letter, letter) for letter in vm.HVM_boot_params.get("order", "")]
        firmware = vm.HVM_boot_params.get("firmware", "bios").upper()
        rows = [row("Firmware", firmware), row("Boot order", ", ".join(devices), "The server's default")]
    else:
        rows = [row("Boot loader", vm.PV_bootloader or vm.PV_kernel), row("Kernel arguments", vm.PV_args, "None")]
    rows += [
        row("Starts with the host", yes(vm.other_config.get("auto_poweron") == "true")),
        row("After a crash", vm.actions_after_crash.replace("_", " ").capitalize()),
    ]
    return Group("Boot", tuple(rows))


def _host(inventory: Inventory, title: str, host_ref: str | None) -> Row:
    host = inventory.get(Host, host_ref) if host_ref is not None else None
    return row(title, host.name_label if host is not None else "", "None")


def _system(guest: VmGuestMetrics | None) -> str:
    if guest is None:
        return ""
    return guest.os_version.get("name", "").partition("|")[0].removeprefix("Microsoft").removeprefix("®").strip()


def _addresses(guest: VmGuestMetrics | None) -> list[str]:
    if guest is None:
        return []
    return list(dict.fromkeys(value for key, value in sorted(guest.networks.items()) if "/ip" in key and value))


def _tools(guest: VmGuestMetrics | None) -> str:
    if guest is None or not guest.PV_drivers_version:
        return ""
    parts = [guest.PV_drivers_version.get(name, "") for name in ("major", "minor", "micro")]
    version = ".".join(part for part in parts if part)
    return f"Version {version}" if version else "Installed"
