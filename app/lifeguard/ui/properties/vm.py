"""Properties of a virtual machine, a template or a snapshot."""

from __future__ import annotations

from lifeguard.datamodel.records import Host, Vm, VmAppliance, VmGuestMetrics, VmMetrics, Vmss
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.relations import home_of, is_real_vm
from lifeguard.quantities import format_bytes, format_count, format_duration
from lifeguard.ui.properties.boot import boot_group
from lifeguard.ui.properties.group import Group, Row, known, lasting, moment, row, yes
from lifeguard.ui.properties.guest import guest_group
from lifeguard.ui.properties.identity import identity
from lifeguard.ui.table.instant import epoch_s

_PRIORITIES = {"restart": "Restart", "best-effort": "Restart if possible", "": "Do not restart"}


def vm_groups(inventory: Inventory, vm: Vm, now_s: float) -> tuple[Group, ...]:
    metrics = inventory.get(VmMetrics, vm.metrics)
    if not is_real_vm(vm):
        groups = [Group("General", (*identity(vm), row("UUID", vm.uuid, is_code=True)))]
        if vm.is_a_snapshot:
            groups.append(_snapshot(inventory, vm, now_s))
        return (*groups, _resources(vm, None), boot_group(inventory, vm))
    guest = inventory.get(VmGuestMetrics, vm.guest_metrics)
    return (
        _general(inventory, vm, metrics, now_s),
        guest_group(inventory, vm, guest),
        _resources(vm, metrics),
        boot_group(inventory, vm),
        _safety(inventory, vm),
    )


def _general(inventory: Inventory, vm: Vm, metrics: VmMetrics | None, now_s: float) -> Group:
    runs = vm.power_state == "Running"
    started_s = epoch_s(metrics.start_time) if metrics is not None and runs else None
    config = vm.other_config
    installed = metrics.install_time if metrics is not None else ""
    rows = (
        *identity(vm),
        row("State", vm.power_state),
        lasting("Uptime", started_s, now_s, not_running(vm)),
        _host(inventory, "Runs on" if runs else "Home server", home_of(inventory, vm.ref), "It may run on any server"),
        _host(inventory, "Affinity", vm.affinity, "It prefers no server"),
        *known(
            moment("Installed", installed, now_s),
            row("P2V source", config.get("p2v_source_machine", "")),
            moment("P2V imported", config.get("p2v_import_date", ""), now_s),
        ),
        row("UUID", vm.uuid, is_code=True),
    )
    return Group("General", rows)


def _safety(inventory: Inventory, vm: Vm) -> Group:
    """What happens to it together with others, and when something goes wrong."""
    appliance = inventory.get(VmAppliance, vm.appliance)
    schedule = inventory.get(Vmss, vm.snapshot_schedule)
    blocked = ", ".join(sorted(operation.replace("_", " ") for operation in vm.blocked_operations))
    rows = (
        row("HA restart priority", _PRIORITIES.get(vm.ha_restart_priority, "Restart")),
        row("vApp", appliance.name_label if appliance is not None else "", "It is in none"),
        row("Start order", str(vm.order)),
        row("Start delay", format_duration(vm.start_delay)),
        row("Starts with the server", yes(vm.other_config.get("auto_poweron") == "true")),
        row("After a crash", vm.actions_after_crash.replace("_", " ").capitalize(), "The server does not tell"),
        row("Snapshots", str(len(vm.snapshots))),
        row("Snapshot schedule", schedule.name_label if schedule is not None else "", "It is in none"),
        *known(
            row("Blocked", blocked),
            row("Needs a restart", "Yes, for changes to take effect" if vm.requires_reboot else ""),
            row("Pending", ", ".join(guidance.replace("_", " ") for guidance in vm.pending_guidances)),
        ),
    )
    return Group("Availability", rows)


def _snapshot(inventory: Inventory, vm: Vm, now_s: float) -> Group:
    original = inventory.get(Vm, vm.snapshot_of)
    rows = (
        row("Snapshot of", original.name_label if original is not None else "", "The VM is gone"),
        moment("Taken", vm.snapshot_time, now_s),
        row("With memory", yes(vm.power_state == "Suspended")),
        row("By schedule", yes(vm.is_vmss_snapshot or vm.is_snapshot_from_vmpp)),
    )
    return Group("Snapshot", rows)


def _resources(vm: Vm, metrics: VmMetrics | None) -> Group:
    """`metrics` are those of a VM that can run; without them nothing is said of what it has now."""
    told = vm.platform.get("cores-per-socket", "")
    cores = int(told) if told.isdigit() and int(told) > 0 else 1
    sockets = max(vm.VCPUs_max // cores, 1)
    dynamic = f"{format_bytes(vm.memory_dynamic_min)} to {format_bytes(vm.memory_dynamic_max)}"
    runs = metrics is not None and vm.power_state == "Running"
    actual = (metrics.memory_actual or None) if metrics is not None and runs else None
    count = str(vm.VCPUs_max) if vm.VCPUs_at_startup == vm.VCPUs_max else f"{vm.VCPUs_at_startup} of {vm.VCPUs_max}"
    rows = [
        row("vCPUs", count),
        row("Topology", f"{format_count(sockets, 'socket')}, {format_count(cores, 'core')} per socket"),
        row("Memory limit", format_bytes(vm.memory_static_max)),
        row("Dynamic memory", dynamic if vm.memory_dynamic_min != vm.memory_dynamic_max else "Fixed"),
    ]
    if is_real_vm(vm):
        rows.insert(2, row("Memory now", format_bytes(actual), not_running(vm)))
        rows += known(row("CPU weight", vm.VCPUs_params.get("weight", "")), row("CPU cap", _cap(vm)))
    rows += known(
        row("CPU mask", vm.VCPUs_params.get("mask", "")),
        row("Virtual GPUs", str(len(vm.VGPUs)) if vm.VGPUs else ""),
        row("USB devices", str(len(vm.VUSBs)) if vm.VUSBs else ""),
        row("Nested virtualisation", "On" if metrics is not None and metrics.nested_virt else ""),
    )
    return Group("CPU and memory", tuple(rows))


def _cap(vm: Vm) -> str:
    cap = vm.VCPUs_params.get("cap", "0")
    return f"{cap} % of one CPU" if cap.isdigit() and int(cap) > 0 else ""


def not_running(vm: Vm) -> str:
    """Why something is not known of it."""
    return "Not told yet" if vm.power_state == "Running" else f"It is {vm.power_state.lower()}"


def _host(inventory: Inventory, title: str, host_ref: str | None, none: str) -> Row:
    host = inventory.get(Host, host_ref) if host_ref is not None else None
    return row(title, host.name_label if host is not None else "", none)
