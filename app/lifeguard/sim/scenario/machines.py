"""The templates and virtual machines of a generated site, with disks, interfaces, metrics and consoles."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from lifeguard.clock import Clock
from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim import dates
from lifeguard.sim.database import Database
from lifeguard.sim.scenario.hosts import Built
from lifeguard.sim.scenario.plan import GIB, Machine, Role, Site, overhead_bytes
from lifeguard.sim.scenario.storage import add_disk

_TEMPLATES = ("Debian Bookworm 12", "Ubuntu Noble Numbat 24.04", "Rocky Linux 9", "Windows Server 2022 (64-bit)",
              "Windows 11 (64-bit)", "Other install media")  # fmt: skip
_SHARED = ("nfs-gold", "nfs-silver", "san-tank")
_NETWORK_OF_TAG = {"production": "Production", "critical": "Production", "engineering": "Engineering",
                   "desktop": "Office", "office": "Office", "operations": "Management"}  # fmt: skip
_RUNNING = ("changing_dynamic_range", "migrate_send", "pool_migrate", "changing_VCPUs_live", "suspend", "hard_reboot",
            "hard_shutdown", "clean_reboot", "clean_shutdown", "pause", "checkpoint", "snapshot")  # fmt: skip
_HALTED = ("changing_NVRAM", "changing_dynamic_range", "changing_shadow_memory", "changing_static_range",
           "make_into_template", "migrate_send", "destroy", "export", "start_on", "start", "clone", "copy",
           "snapshot")  # fmt: skip
_SUSPENDED = ("migrate_send", "resume_on", "resume", "checkpoint", "destroy", "export", "hard_shutdown", "snapshot")
_TEMPLATE = ("changing_NVRAM", "changing_dynamic_range", "changing_shadow_memory", "changing_static_range", "provision",
             "export", "clone", "copy")  # fmt: skip
_WINDOWS = {"name": "Microsoft Windows 11 Pro", "distro": "windows", "major": "10", "minor": "0"}
_DEBIAN = {"name": "Debian GNU/Linux 12 (bookworm)", "distro": "debian", "major": "12", "minor": "5", "uname": "6.1.0"}
_OPERATIONS = {"Running": _RUNNING, "Halted": _HALTED, "Suspended": _SUSPENDED}


def add_templates(db: Database, built: Built) -> None:
    for name in _TEMPLATES:
        role = Role("template", "", "", 2, 4 * GIB, 20 * GIB)
        built.templates[name] = db.insert(
            "VM",
            {
                **_shape(role),
                "name_label": name,
                "name_description": f"Template for {name}",
                "is_a_template": True,
                "is_default_template": True,
                "allowed_operations": _TEMPLATE,
                "other_config": {
                    "default_template": "true",
                    "install-methods": "cdrom",
                    "disks": '<provision><disk device="0" size="21474836480" sr="" bootable="true" type="system"/>'
                    "</provision>",
                },
            },
        )


def add_machines(db: Database, clock: Clock, site: Site, built: Built, rng: random.Random) -> None:
    for number, machine in enumerate(site.machines):
        _add_machine(db, clock, built, rng, machine, number)


def _add_machine(
    db: Database, clock: Clock, built: Built, rng: random.Random, machine: Machine, number: int
) -> None:
    is_running = machine.state == "Running"
    host = NULL_REF if machine.host is None else built.hosts[machine.host]
    started_s = clock.time_s() - rng.uniform(1, 40) * 86400
    address = f"10.{40 + number // 62500}.{number // 250 % 250}.{number % 250 + 1}"
    template = "Windows 11 (64-bit)" if machine.role.is_windows else "Debian Bookworm 12"
    ref = db.insert(
        "VM",
        {
            **_shape(machine.role),
            "name_label": machine.name,
            "name_description": f"{machine.role.tag.capitalize()} machine",
            "power_state": machine.state,
            "resident_on": host,
            "affinity": host if machine.is_local else NULL_REF,
            "domid": number + 1 if is_running else -1,
            "memory_target": machine.role.memory_bytes if is_running else 0,
            "tags": (machine.role.tag,),
            "other_config": {
                "folder": machine.role.folder,
                "mac_seed": db.new_uuid(),
                "base_template_name": template,
            },
            "allowed_operations": _OPERATIONS[machine.state],
            "metrics": _add_metrics(db, clock, machine, started_s),
            "guest_metrics": _add_guest_metrics(db, clock, machine, address) if is_running else NULL_REF,
            "last_boot_CPU_flags": {"vendor": "GenuineIntel", "features": _features(db, host)} if is_running else {},
        },
    )
    is_local = machine.is_local and machine.host is not None
    sr = built.srs[host] if is_local else built.srs[rng.choice(_SHARED)]
    _add_devices(db, built, machine, ref, sr, number)
    if machine.state == "Suspended":
        image = add_disk(db, built.srs["nfs-silver"], "Suspend image", machine.role.memory_bytes * 5 // 4, "suspend")
        db.set("VM", ref, "suspend_VDI", image)
    if is_running:
        location = f"https://{db.get('host', host, 'address')}/console?ref={ref}"
        db.insert("console", {"VM": ref, "protocol": "rfb", "location": location})


def _shape(role: Role) -> Mapping[str, Any]:
    return {
        "memory_static_max": role.memory_bytes,
        "memory_static_min": role.memory_bytes // 4,
        "memory_dynamic_max": role.memory_bytes,
        "memory_dynamic_min": role.memory_bytes,
        "memory_overhead": overhead_bytes(role.vcpus, role.memory_bytes),
        "VCPUs_max": role.vcpus,
        "VCPUs_at_startup": role.vcpus,
        "HVM_boot_policy": "BIOS order",
        "HVM_boot_params": {"order": "cdn", "firmware": "bios"},
        "HVM_shadow_multiplier": 1.0,
        "domain_type": "hvm",
        "platform": {"acpi": "1", "apic": "true", "pae": "true", "viridian": str(role.is_windows).lower()},
        "actions_after_shutdown": "destroy",
        "actions_after_reboot": "restart",
        "actions_after_crash": "restart",
        "hardware_platform_version": 2,
    }


def _features(db: Database, host: str) -> str:
    return str(db.get("host", host, "cpu_info")["features_hvm"])


def _add_metrics(db: Database, clock: Clock, machine: Machine, started_s: float) -> str:
    is_running = machine.state == "Running"
    return db.insert(
        "VM_metrics",
        {
            "memory_actual": machine.role.memory_bytes if is_running else 0,
            "VCPUs_number": machine.role.vcpus,
            "start_time": dates.stamp(started_s),
            "install_time": dates.stamp(started_s - 90 * 86400),
            "last_updated": dates.stamp(clock.time_s()),
            "hvm": True,
            "current_domain_type": "hvm" if is_running else "unspecified",
        },
    )


def _add_guest_metrics(db: Database, clock: Clock, machine: Machine, address: str) -> str:
    return db.insert(
        "VM_guest_metrics",
        {
            "os_version": _WINDOWS if machine.role.is_windows else _DEBIAN,
            "PV_drivers_version": {"major": "8", "minor": "2", "micro": "2", "build": "9"},
            "PV_drivers_detected": True,
            "PV_drivers_up_to_date": True,
            "networks": {"0/ip": address, "0/ipv4/0": address},
            "other": {f"feature-{what}": "1" for what in ("suspend", "shutdown", "reboot", "vcpu-hotplug")},
            "last_updated": dates.stamp(clock.time_s()),
            "live": True,
            "can_use_hotplug_vbd": "yes",
            "can_use_hotplug_vif": "yes",
        },
    )


def _add_devices(db: Database, built: Built, machine: Machine, vm: str, sr: str, number: int) -> None:
    is_attached = machine.state != "Halted"
    disk = add_disk(db, sr, f"{machine.name} system", machine.role.disk_bytes, "system")
    common = {"VM": vm, "unpluggable": True, "other_config": {"owner": ""}}
    db.insert(
        "VBD",
        {
            **common,
            "VDI": disk,
            "userdevice": "0",
            "device": "xvda" if is_attached else "",
            "bootable": True,
            "mode": "RW",
            "type": "Disk",
            "currently_attached": is_attached,
            "allowed_operations": ("attach", "unpause", "unplug", "pause") if is_attached else ("attach",),
        },
    )
    db.insert(
        "VBD",
        {
            **common,
            "other_config": {},
            "userdevice": "3",
            "device": "xvdd" if is_attached else "",
            "mode": "RO",
            "type": "CD",
            "empty": True,
            "currently_attached": is_attached,
            "allowed_operations": ("attach", "insert"),
        },
    )
    db.insert(
        "VIF",
        {
            "VM": vm,
            "network": built.networks[_NETWORK_OF_TAG[machine.role.tag]],
            "device": "0",
            "MAC": f"02:16:3e:{0x40 + number // 65536:02x}:{number // 256 % 256:02x}:{number % 256:02x}",
            "MTU": 1500,
            "MAC_autogenerated": True,
            "currently_attached": is_attached,
            "locking_mode": "network_default",
            "allowed_operations": ("attach", "unplug") if is_attached else ("attach",),
        },
    )
