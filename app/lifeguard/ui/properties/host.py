"""Properties of a host."""

from __future__ import annotations

from lifeguard.datamodel.records import Host, HostCpu, HostMetrics, Network, Pif, Vm
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.relations import control_domain_of, is_live, master_ref, pifs_of, vms_on
from lifeguard.quantities import UNKNOWN, format_bytes, format_count, format_duration
from lifeguard.ui.properties.group import Group, Row, row, yes
from lifeguard.ui.properties.identity import identity

_UNREACHABLE = "The host does not answer"


def host_groups(inventory: Inventory, host: Host, now_s: float) -> tuple[Group, ...]:
    return (
        _general(inventory, host, now_s),
        _management(inventory, host),
        _memory(inventory, host),
        _cpus(inventory, host),
        _version(host),
    )


def _general(inventory: Inventory, host: Host, now_s: float) -> Group:
    rows = (
        *identity(host),
        row("Role", "Coordinator (master)" if master_ref(inventory) == host.ref else "Pool member"),
        row("State", _state(inventory, host)),
        row("Virtual machines", format_count(len(vms_on(inventory, host.ref)), "running VM")),
        row("Uptime", _since(host.other_config.get("boot_time", ""), now_s), _UNREACHABLE),
        row("Toolstack uptime", _since(host.other_config.get("agent_start_time", ""), now_s), _UNREACHABLE),
        row("iSCSI IQN", host.iscsi_iqn or host.other_config.get("iscsi_iqn", ""), is_code=True),
        row("Log destination", host.logging.get("syslog_destination", "") or "Local"),
        row("UUID", host.uuid, is_code=True),
    )
    return Group("General", rows)


def _state(inventory: Inventory, host: Host) -> str:
    if not is_live(inventory, host.ref):
        return "Unreachable"
    return "Running" if host.enabled else "Maintenance mode"


def _management(inventory: Inventory, host: Host) -> Group:
    rows = [row("Address", host.address, is_code=True), row("Host name", host.hostname)]
    rows += [_interface(inventory, pif) for pif in pifs_of(inventory, host) if pif.IP]
    return Group("Management", tuple(rows))


def _interface(inventory: Inventory, pif: Pif) -> Row:
    network = inventory.get(Network, pif.network)
    name = network.name_label if network is not None else pif.device
    purpose = "Management" if pif.management else pif.other_config.get("management_purpose", "Interface")
    return row(f"{purpose} ({name})", pif.IP, is_code=True)


def _memory(inventory: Inventory, host: Host) -> Group:
    metrics = inventory.get(HostMetrics, host.metrics)
    domain = control_domain_of(inventory, host)
    total, free = (metrics.memory_total, metrics.memory_free) if metrics is not None else (None, None)
    used = sum(vm.memory_dynamic_max for vm in vms_on(inventory, host.ref))
    rows = (
        row("Server", f"{format_bytes(free)} free of {format_bytes(total)}" if total else UNKNOWN, _UNREACHABLE),
        row("Given to VMs", format_bytes(used)),
        row("Control domain", format_bytes(_domain_bytes(domain)), "Not told"),
        row("Hypervisor", format_bytes(host.memory_overhead)),
    )
    return Group("Memory", rows)


def _domain_bytes(domain: Vm | None) -> int | None:
    return domain.memory_target or domain.memory_dynamic_max if domain is not None else None


def _cpus(inventory: Inventory, host: Host) -> Group:
    info = host.cpu_info
    cpus = inventory.pointing_to(HostCpu, "host", host.ref)
    count = info.get("cpu_count", "") or (str(len(cpus)) if cpus else "")
    model = info.get("modelname", "") or (cpus[0].modelname if cpus else "")
    speed = info.get("speed", "") or (str(cpus[0].speed) if cpus else "")
    rows = (
        row("Model", " ".join(model.split())),
        row("Logical CPUs", count),
        row("Sockets", info.get("socket_count", "")),
        row("Speed", f"{float(speed):.0f} MHz" if speed.replace(".", "", 1).isdigit() else ""),
        row("Vendor", info.get("vendor", "") or (cpus[0].vendor if cpus else "")),
    )
    return Group("CPUs", rows)


def _version(host: Host) -> Group:
    software = host.software_version
    product = " ".join(filter(None, (software.get("product_brand", ""), software.get("product_version", ""))))
    rows = (
        row("Product", product),
        row("Build", software.get("build_number", "")),
        row("Build date", software.get("date", "")),
        row("Hypervisor", software.get("xen", "")),
        row("Edition", host.edition),
        row("Licence expires", host.license_params.get("expiry", "")[:8]),
        row("TLS verification", yes(host.tls_verification_enabled)),
    )
    return Group("Version", rows)


def _since(instant: str, now_s: float) -> str:
    """Time since an instant told as a decimal number of seconds, as hosts tell when they booted."""
    try:
        return format_duration(now_s - float(instant))
    except ValueError:
        return UNKNOWN
