"""Properties of a host."""

from __future__ import annotations

from lifeguard.datamodel.records import Host, HostCpu, HostMetrics, Network, Pif, Vm
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.naming import network_name
from lifeguard.inventory.relations import control_domain_of, is_live, master_ref, pifs_of, related
from lifeguard.quantities import UNKNOWN, format_bytes, format_count
from lifeguard.ui.properties.group import Group, Row, known, lasting, row, yes
from lifeguard.ui.properties.identity import identity
from lifeguard.ui.properties.paths import paths_told
from lifeguard.ui.properties.upkeep import certificate_group, licence_group, version_group

_UNREACHABLE = "The server does not answer"
_UNTOLD = "The server does not tell"
_POWER_ON = {"": "Off", "wake-on-lan": "Wake on LAN", "iLO": "iLO", "DRAC": "DRAC"}


def host_groups(inventory: Inventory, host: Host, now_s: float) -> tuple[Group, ...]:
    groups = (
        _general(inventory, host, now_s),
        _management(inventory, host),
        _memory(inventory, host),
        _cpus(inventory, host),
        version_group(inventory, host, now_s),
        licence_group(host, now_s),
        certificate_group(inventory, host, now_s),
    )
    return tuple(group for group in groups if group.rows)


def _general(inventory: Inventory, host: Host, now_s: float) -> Group:
    lives = is_live(inventory, host.ref)
    why = _UNTOLD if lives else _UNREACHABLE
    config = host.other_config
    is_multipath = host.multipathing or config.get("multipathing") == "true"
    kind, service = host.external_auth_type, host.external_auth_service_name
    rows = (
        *identity(host),
        row("Role", "Coordinator (master)" if master_ref(inventory) == host.ref else "Pool member"),
        row("State", _state(inventory, host)),
        row("Virtual machines", format_count(len(_guests(inventory, host)), "running VM")),
        lasting("Uptime", _instant_s(config.get("boot_time", "")) if lives else None, now_s, why),
        lasting("Toolstack uptime", _instant_s(config.get("agent_start_time", "")) if lives else None, now_s, why),
        row("iSCSI IQN", host.iscsi_iqn or config.get("iscsi_iqn", ""), "None is set", is_code=True),
        row("Log destination", host.logging.get("syslog_destination", "") or "Local"),
        row("Multipathing", "On" if is_multipath else "Off"),
        *known(row("Boot disk", paths_told(config.get("mpath-boot", "")))),
        row("Remote power-on", _POWER_ON.get(host.power_on_mode, host.power_on_mode)),
        row("External authentication", f"{kind} ({service})" if kind and service else kind or "Off"),
        row("UUID", host.uuid, is_code=True),
    )
    return Group("General", rows)


def _guests(inventory: Inventory, host: Host) -> list[Vm]:
    """The VMs that run there by what the host itself says: to look through all VMs takes long in a large pool."""
    residents = related(inventory, Vm, host.resident_VMs, "resident_on", host.ref)
    return [vm for vm in residents if not vm.is_control_domain]


def _state(inventory: Inventory, host: Host) -> str:
    if not is_live(inventory, host.ref):
        return "Unreachable"
    return "Running" if host.enabled else "Maintenance mode"


def _management(inventory: Inventory, host: Host) -> Group:
    rows = [row("Address", host.address, _UNTOLD, is_code=True), row("Host name", host.hostname, _UNTOLD)]
    own = [pif for pif in pifs_of(inventory, host) if pif.IP]
    rows += [_interface(inventory, pif) for pif in sorted(own, key=lambda pif: (not pif.management, pif.device))]
    return Group("Management", tuple(rows))


def _interface(inventory: Inventory, pif: Pif) -> Row:
    network = inventory.get(Network, pif.network)
    name = network_name(inventory, network) if network is not None else pif.device
    title = "Management interface" if pif.management else pif.other_config.get("management_purpose", "") or name
    return Row(title, pif.IP, f"On the network {name}", is_code=True)


def _memory(inventory: Inventory, host: Host) -> Group:
    metrics = inventory.get(HostMetrics, host.metrics)
    domain = control_domain_of(inventory, host)
    total, free = (metrics.memory_total, metrics.memory_free) if metrics is not None else (None, None)
    vms = _guests(inventory, host)
    given = sum(vm.memory_dynamic_max for vm in vms)
    rows = (
        row("Server", f"{format_bytes(free)} free of {format_bytes(total)}" if total else UNKNOWN, _UNREACHABLE),
        row("Given to VMs", f"{format_bytes(given)} ({format_count(len(vms), 'VM')})"),
        row("Control domain", format_bytes(_domain_bytes(domain)), _UNTOLD),
        row("Hypervisor", format_bytes(host.memory_overhead)),
    )
    return Group("Memory", rows)


def _domain_bytes(domain: Vm | None) -> int | None:
    return domain.memory_target or domain.memory_dynamic_max if domain is not None else None


def _cpus(inventory: Inventory, host: Host) -> Group:
    info = host.cpu_info
    first = inventory.get(HostCpu, host.host_CPUs[0]) if host.host_CPUs else None
    count = info.get("cpu_count", "") or (str(len(host.host_CPUs)) if host.host_CPUs else "")
    model = info.get("modelname", "") or (first.modelname if first is not None else "")
    speed = info.get("speed", "") or (str(first.speed) if first is not None else "")
    rows = (
        row("Model", " ".join(model.split()), _UNTOLD),
        row("Logical CPUs", count, _UNTOLD),
        row("Sockets", info.get("socket_count", ""), _UNTOLD),
        row("Speed", f"{float(speed):.0f} MHz" if speed.replace(".", "", 1).isdigit() else "", _UNTOLD),
        row("Vendor", info.get("vendor", "") or (first.vendor if first is not None else ""), _UNTOLD),
        row("Hardware virtualisation", yes(any(word.startswith("hvm") for word in host.capabilities))),
    )
    return Group("CPUs", rows)


def _instant_s(told: str) -> float | None:
    """An instant told as a decimal number of seconds, as hosts tell when they booted."""
    try:
        return float(told)
    except ValueError:
        return None
