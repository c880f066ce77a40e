"""Properties of a pool."""

from __future__ import annotations

from lifeguard.datamodel.records import Pool, Sr, Vm
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.relations import host_count, is_real_vm, master_of
from lifeguard.quantities import format_count
from lifeguard.ui.properties.group import Group, row, yes
from lifeguard.ui.properties.identity import identity


def pool_groups(inventory: Inventory, pool: Pool, now_s: float) -> tuple[Group, ...]:
    master = master_of(inventory)
    storage = inventory.get(Sr, pool.default_SR)
    vms = [vm for vm in inventory.all(Vm) if is_real_vm(vm)]
    running = sum(vm.power_state == "Running" for vm in vms)
    version = master.software_version if master is not None else {}
    general = (
        *identity(pool, master.name_label if master is not None else ""),
        row("Coordinator (master)", master.name_label if master is not None else ""),
        row("Coordinator address", master.address if master is not None else "", is_code=True),
        row("Members", format_count(host_count(inventory), "server")),
        row("Virtual machines", f"{format_count(len(vms), 'VM')}, {running} running"),
        row("Default storage", storage.name_label if storage is not None else "", "None is chosen"),
        row("Version", " ".join(filter(None, (version.get("product_brand"), version.get("product_version"))))),
        row("UUID", pool.uuid, is_code=True),
    )
    tolerated = format_count(pool.ha_host_failures_to_tolerate, "host failure")
    availability = (
        row("High availability", "On" if pool.ha_enabled else "Off"),
        row("Tolerates", tolerated if pool.ha_enabled else "", "High availability is off"),
        row("Overcommitted", yes(pool.ha_overcommitted) if pool.ha_enabled else "", "High availability is off"),
    )
    security = (
        row("TLS verification", yes(pool.tls_verification_enabled)),
        row("Compress migrations", yes(pool.migration_compression)),
        row("IGMP snooping", yes(pool.igmp_snooping_enabled)),
    )
    return Group("General", general), Group("Availability", availability), Group("Settings", security)
