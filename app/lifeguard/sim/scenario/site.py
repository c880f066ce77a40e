"""Make the whole site: hosts, networks, storage, VMs and what has happened to them, as a database."""

from __future__ import annotations

from lifeguard.datamodel.dump import Dump
from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.scenario.alerts import write_history, write_troubles
from lifeguard.sim.scenario.cabling import write_networks
from lifeguard.sim.scenario.disks import write_drive_metrics
from lifeguard.sim.scenario.draft import GIB, Draft
from lifeguard.sim.scenario.guests import plan_guests, write_guests
from lifeguard.sim.scenario.machines import OLD, Machine, cpu_info, licence_features, write_hosts
from lifeguard.sim.scenario.placing import host_sizes_gib, share_out, special_hosts
from lifeguard.sim.scenario.plan import Plan
from lifeguard.sim.scenario.snapshots import write_snapshots
from lifeguard.sim.scenario.stores import Stores, settle_sizes, write_stores
from lifeguard.sim.scenario.templates import write_templates

_CUSTOM_FIELDS = (
    "<CustomFieldDefinitions>"
    '<CustomFieldDefinition name="Owner" type="String" defaultValue="" />'
    '<CustomFieldDefinition name="Cost centre" type="String" defaultValue="" />'
    '<CustomFieldDefinition name="Review" type="Date" defaultValue="" />'
    "</CustomFieldDefinitions>"
)


def generate(plan: Plan) -> Dump:
    """The site as a database: fields left to their defaults are not there. The same plan gives the same database."""
    draft = Draft(plan)
    guests = plan_guests(draft)
    special = special_hosts(plan.hosts)
    machines = write_hosts(draft, host_sizes_gib(draft, guests, special))
    nets = write_networks(draft, machines)
    stores = write_stores(draft, machines)
    guests = share_out(draft, guests, machines, special, stores.cut_off_host)
    vms = write_guests(draft, guests, stores, nets)
    write_templates(draft, stores, nets)
    write_snapshots(draft, vms, stores)
    _write_appliances(draft, vms)
    settle_sizes(draft, stores)
    resting = machines[special.resting] if special.resting is not None else None
    if resting:
        _rest(draft, resting)
    _settle_hosts(draft, stores)
    _write_pool(draft, machines[special.master].ref, stores)
    write_troubles(draft, stores, nets, resting)
    write_history(draft, guests, vms, machines)
    write_drive_metrics(draft)
    return Dump({"generation_count": "0"}, draft.tables)


def _write_appliances(draft: Draft, vms: dict[str, str]) -> None:
    texts = {"Shop": "Database first, then the services, then the front ends", "ERP": "SQL Server before its clients"}
    appliances = {name: draft.add("VM_appliance", name_label=name, name_description=text)
                  for name, text in texts.items()}  # fmt: skip
    starts = {"shop": "Shop", "erp": "ERP"}
    for name, ref in vms.items():
        appliance = starts.get(name.split("-")[0])
        if appliance:
            draft.row("VM", ref)["appliance"] = appliances[appliance]


def _rest(draft: Draft, machine: Machine) -> None:
    """The host in maintenance, as a console leaves it: disabled, empty, remembering whom to bring back."""
    moved = [vm["uuid"] for vm in draft.tables["VM"].values()
             if vm["power_state"] == "Running" and not vm.get("is_control_domain")][:6]  # fmt: skip
    host = draft.row("host", machine.ref)
    host["enabled"] = False
    host["other_config"] |= {"MAINTENANCE_MODE": "true", "MAINTENANCE_MODE_EVACUATED_VMS_MIGRATED": ",".join(moved)}
    host["name_description"] += ", memory module to be replaced"


def _settle_hosts(draft: Draft, stores: Stores) -> None:
    """Write into the hosts what follows from what they were given: measured free memory and where images go."""
    used: dict[str, int] = {}
    for vm in draft.tables["VM"].values():
        home = vm.get("resident_on", NULL_REF)
        used[home] = used.get(home, 0) + vm["memory_dynamic_min"] + vm["memory_overhead"]
    for ref, host in draft.tables["host"].items():
        metrics = draft.row("host_metrics", host["metrics"])
        metrics["memory_free"] = max(0, metrics["memory_total"] - host["memory_overhead"] - used.get(ref, 0))
        host["suspend_image_sr"] = stores.shared["nfs"]
        host["crash_dump_sr"] = stores.local[ref]


def _write_pool(draft: Draft, master: str, stores: Stores) -> None:
    plan = draft.plan
    draft.add(
        "pool", name_label="Marmot production" if plan.hosts > 1 else "",
        name_description="Shop, ERP and desktops of Marmot Outdoor" if plan.hosts > 1 else "", master=master,
        default_SR=stores.shared["gold"], suspend_image_SR=stores.shared["nfs"],
        crash_dump_SR=stores.shared["nfs"], restrictions=licence_features(), cpu_info=cpu_info(OLD),
        other_config={"memory-ratio-hvm": "0.25", "memory-ratio-pv": "0.25", "mail-destination": "ops@marmot.example",
                      "EMPTY_FOLDERS": "/Projects/2027;/Decommissioned"},
        gui_config={"XenCenter.CustomFields": _CUSTOM_FIELDS}, tags=("production",),
        tls_verification_enabled=True, last_update_sync=draft.ago(4), migration_compression=False,
        **_high_availability(draft, stores),
    )  # fmt: skip


def _high_availability(draft: Draft, stores: Stores) -> dict[str, object]:
    if not draft.plan.is_ha_enabled:
        return {"ha_enabled": False, "ha_allow_overcommit": False, "ha_cluster_stack": "xhad"}
    heartbeat, log = (
        draft.add("VDI", SR=stores.shared["gold"], name_label=label, name_description=text, type=kind, managed=True,
                  virtual_size=size, physical_utilisation=size, location=draft.uuid(), sharable=True)
        for label, text, kind, size in (
            ("Statefile for HA", "Used for storage heartbeating", "ha_statefile", 4 * 1024**2),
            ("Metadata for HA", "Used for master failover", "redo_log", GIB // 4),
        )
    )  # fmt: skip
    tolerated = min(draft.plan.failures_to_tolerate, draft.plan.hosts - 1)
    return {
        "ha_enabled": True, "ha_statefiles": (heartbeat,), "redo_log_enabled": True, "redo_log_vdi": log,
        "ha_configuration": {"timeout": "60"}, "ha_host_failures_to_tolerate": tolerated,
        "ha_plan_exists_for": tolerated, "ha_cluster_stack": "xhad",
    }  # fmt: skip
