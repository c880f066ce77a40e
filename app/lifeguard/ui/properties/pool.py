"""Properties of a pool."""

from __future__ import annotations

from lifeguard.datamodel.records import Host, Pool, Repository, Sr
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.naming import name_of
from lifeguard.inventory.natural import natural_key
from lifeguard.inventory.relations import host_count, is_live, master_of
from lifeguard.quantities import format_count
from lifeguard.ui.properties.group import Group, Row, known, moment, row, yes
from lifeguard.ui.properties.identity import identity
from lifeguard.ui.properties.upkeep import edition_of, uneven_updates

_HA_OFF = "High availability is off"
_NONE_CHOSEN = "None is chosen"


def pool_groups(inventory: Inventory, pool: Pool, now_s: float) -> tuple[Group, ...]:
    return (
        _general(inventory, pool),
        Group("Servers", tuple(_members(inventory, pool))),
        _availability(pool),
        _storage(inventory, pool),
        _updates(inventory, pool, now_s),
        _settings(pool),
    )


def _general(inventory: Inventory, pool: Pool) -> Group:
    master = master_of(inventory)
    version = master.software_version if master is not None else {}
    hosts = tuple(inventory.all(Host))
    editions = dict.fromkeys(map(edition_of, hosts))
    sockets = [host.cpu_info.get("socket_count", "") for host in hosts]
    counted = sum(map(int, sockets)) if sockets and all(told.isdigit() for told in sockets) else None
    rows = (
        *identity(pool, master.name_label if master is not None else ""),
        row("Coordinator (master)", master.name_label if master is not None else "", "It is not known yet"),
        row("Coordinator address", master.address if master is not None else "", "It is not known yet", is_code=True),
        row("Members", format_count(host_count(inventory), "server")),
        row("Virtual machines", f"{sum(map(_guests, hosts))} running or paused"),
        row("CPU sockets", str(counted) if counted is not None else "", "Not every server tells"),
        row("Licence", ", ".join(filter(None, editions)), "No server tells"),
        row("Version", " ".join(filter(None, (version.get("product_brand"), version.get("product_version"))))),
        row("UUID", pool.uuid, is_code=True),
    )
    return Group("General", rows)


def _guests(host: Host) -> int:
    """How many VMs run there, told by the host alone: to read every VM takes long in a large pool."""
    return max(len(host.resident_VMs) - 1, 0)  # one of them is the control domain


def _members(inventory: Inventory, pool: Pool) -> list[Row]:
    hosts = sorted(inventory.all(Host), key=lambda host: (host.ref != pool.master, natural_key(host.name_label)))
    told = ((host, "" if is_live(inventory, host.ref) else "unreachable") for host in hosts)
    return [row(host.name_label, ", ".join(filter(None, (host.address, state))), is_code=True) for host, state in told]


def _availability(pool: Pool) -> Group:
    tolerated = format_count(pool.ha_host_failures_to_tolerate, "server failure")
    rows = (
        row("High availability", "On" if pool.ha_enabled else "Off"),
        row("Tolerates", tolerated if pool.ha_enabled else "", _HA_OFF),
        row("Overcommitted", yes(pool.ha_overcommitted) if pool.ha_enabled else "", _HA_OFF),
        row("VMs start with their server", yes(pool.other_config.get("auto_poweron") == "true")),
        row("Workload balancing", pool.wlb_url if pool.wlb_enabled and pool.wlb_url else "Off"),
    )
    return Group("Availability", rows)


def _storage(inventory: Inventory, pool: Pool) -> Group:
    rows = (
        row("Default storage", _sr_name(inventory, pool.default_SR), _NONE_CHOSEN),
        row("Suspended memory goes to", _sr_name(inventory, pool.suspend_image_SR), _NONE_CHOSEN),
        row("Crash dumps go to", _sr_name(inventory, pool.crash_dump_SR), _NONE_CHOSEN),
    )
    return Group("Storage", rows)


def _sr_name(inventory: Inventory, ref: str) -> str:
    return name_of(inventory, ref) if inventory.get(Sr, ref) is not None else ""


def _updates(inventory: Inventory, pool: Pool, now_s: float) -> Group:
    sources = [inventory.get(Repository, ref) for ref in pool.repositories]
    names = ", ".join(source.name_label for source in sources if source is not None)
    often = pool.update_sync_frequency.capitalize() if pool.update_sync_enabled else "By hand"
    rows = (
        row("Update sources", names, "None is set up"),
        moment("Last looked for updates", pool.last_update_sync, now_s),
        row("Looks for updates", often),
        row("Live patching", yes(not pool.live_patching_disabled)),
        *known(row("Not on every server", ", ".join(uneven_updates(inventory)))),
    )
    return Group("Updates", rows)


def _settings(pool: Pool) -> Group:
    rows = (
        row("TLS verification", yes(pool.tls_verification_enabled)),
        row("Compress migrations", yes(pool.migration_compression)),
        row("IGMP snooping", yes(pool.igmp_snooping_enabled)),
        row("Mail for alerts", pool.other_config.get("mail-destination", ""), "Nobody is told by mail"),
        *known(row("Network controller", pool.vswitch_controller, is_code=True)),
    )
    return Group("Settings", rows)
