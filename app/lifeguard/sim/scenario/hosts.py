"""The hosts of a generated site, their metrics, processors, interfaces and networks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lifeguard.clock import Clock
from lifeguard.sim import dates
from lifeguard.sim.database import Database
from lifeguard.sim.release import Release
from lifeguard.sim.scenario.plan import CONTROL_MEMORY_BYTES, GIB, HOST_MEMORY_BYTES, Site

CPUS = 16
_FEATURES = "1fcbfbff-f7fa3223-2d93fbff-00000023-00000001-000007ab-00000000-00000000-00001000-0c000000"
_CPU = {
    "cpu_count": str(CPUS), "socket_count": "2", "threads_per_core": "1", "vendor": "GenuineIntel", "speed": "2394.454",
    "modelname": "Intel(R) Xeon(R) Silver 4210R CPU @ 2.40GHz", "family": "6", "model": "85", "stepping": "7",
    "flags": "fpu de tsc msr pae mce cx8 apic sep mca cmov pat clflush acpi mmx fxsr sse sse2 ht syscall nx lm",
    "features": _FEATURES, "features_pv": _FEATURES, "features_hvm": _FEATURES, "features_pv_host": _FEATURES,
    "features_hvm_host": _FEATURES,
}  # fmt: skip
_NICS = ("eth0", "eth1", "eth2")
_NETWORKS = (
    ("Management", "xenbr0", "Hosts and administrators", 1500),
    ("Storage", "xenbr1", "NFS and iSCSI, not routed", 9000),
    ("Production", "xenbr2", "Virtual machines", 1500),
)
_VLANS = (("DMZ", 20), ("Office", 30), ("Engineering", 40))
_UP_S = 41 * 86400.0


@dataclass(slots=True)
class Built:
    """Refs of what exists so far, for the steps that follow."""

    hosts: list[str] = field(default_factory=list)
    controls: list[str] = field(default_factory=list)
    networks: dict[str, str] = field(default_factory=dict)
    srs: dict[str, str] = field(default_factory=dict)
    isos: list[str] = field(default_factory=list)
    templates: dict[str, str] = field(default_factory=dict)


def add_hosts(db: Database, clock: Clock, site: Site, release: Release, built: Built) -> None:
    for at, name in enumerate(site.hosts):
        _add_host(db, clock, site, release, built, at, name)
    _add_networks(db, built)


def _add_host(
    db: Database, clock: Clock, site: Site, release: Release, built: Built, at: int, name: str
) -> None:
    now_s = clock.time_s()
    is_open = at != site.maintenance
    metrics = db.insert(
        "host_metrics",
        {
            "memory_total": HOST_MEMORY_BYTES,
            "memory_free": HOST_MEMORY_BYTES // 2,
            "live": True,
            "last_updated": dates.stamp(now_s),
        },
    )
    major, minor = release.api_version.split(".")
    boot_s = now_s - _UP_S - at * 3600
    ref = db.insert(
        "host",
        {
            "name_label": name,
            "name_description": f"Rack {at // 8 + 1}, unit {at % 8 * 2 + 1}",
            "hostname": name,
            "address": f"10.20.{at // 200}.{at % 200 + 11}",
            "enabled": is_open,
            "metrics": metrics,
            "memory_overhead": 2 * GIB,
            "API_version_major": int(major),
            "API_version_minor": int(minor),
            "API_version_vendor": "XenSource",
            "software_version": {**release.software, "hostname": name, "network_backend": "openvswitch"},
            "cpu_info": _CPU,
            "cpu_configuration": {},
            "capabilities": ("xen-3.0-x86_64", "hvm-3.0-x86_32", "hvm-3.0-x86_32p", "hvm-3.0-x86_64"),
            "virtual_hardware_platform_versions": (0, 1, 2),
            "sched_policy": "credit",
            "edition": "enterprise-per-socket",
            "license_params": {"sku_type": "enterprise-per-socket", "expiry": "20380101T00:00:00Z"},
            "license_server": {"address": "localhost", "port": "27000"},
            "bios_strings": {"system-manufacturer": "Dell Inc.", "system-product-name": "PowerEdge R640"},
            "other_config": {
                "boot_time": f"{boot_s:.0f}.",
                "agent_start_time": f"{boot_s + 120:.0f}.",
                "iscsi_iqn": f"iqn.2024-01.example.{site.name}:{name}",
                **({} if is_open else {"MAINTENANCE_MODE": "true"}),
            },
            "tags": ("rack-1",) if at < 8 else ("rack-2",),
            "allowed_operations": _host_operations(is_open=is_open),
            "logging": {},
            "iscsi_iqn": f"iqn.2024-01.example.{site.name}:{name}",
        },
    )
    built.hosts.append(ref)
    for number in range(CPUS):
        _add_cpu(db, ref, number)
    built.controls.append(_add_control_domain(db, clock, ref, name))
    db.set("host", ref, "control_domain", built.controls[-1])


def _host_operations(*, is_open: bool) -> tuple[str, ...]:
    if is_open:
        return ("vm_migrate", "vm_resume", "vm_start", "evacuate", "provision")
    return ("vm_migrate", "apply_updates", "power_on", "vm_resume", "vm_start", "reboot", "shutdown", "evacuate",
            "provision")  # fmt: skip


def _add_cpu(db: Database, host: str, number: int) -> None:
    db.insert(
        "host_cpu",
        {
            "host": host,
            "number": number,
            "vendor": _CPU["vendor"],
            "speed": 2394,
            "modelname": _CPU["modelname"],
            "family": 6,
            "model": 85,
            "stepping": _CPU["stepping"],
            "flags": _CPU["flags"],
            "features": _FEATURES,
        },
    )


def _add_control_domain(db: Database, clock: Clock, host: str, name: str) -> str:
    metrics = db.insert(
        "VM_metrics",
        {
            "memory_actual": CONTROL_MEMORY_BYTES,
            "VCPUs_number": CPUS,
            "start_time": dates.stamp(clock.time_s() - _UP_S),
            "install_time": dates.stamp(clock.time_s() - _UP_S),
            "last_updated": dates.stamp(clock.time_s()),
            "current_domain_type": "pv",
        },
    )
    ref = db.insert(
        "VM",
        {
            "name_label": f"Control domain on host: {name}",
            "name_description": "The domain which manages physical devices and manages other domains",
            "power_state": "Running",
            "is_control_domain": True,
            "resident_on": host,
            "affinity": host,
            "domid": 0,
            "domain_type": "pv",
            "memory_static_max": CONTROL_MEMORY_BYTES,
            "memory_static_min": CONTROL_MEMORY_BYTES,
            "memory_dynamic_max": CONTROL_MEMORY_BYTES,
            "memory_dynamic_min": CONTROL_MEMORY_BYTES,
            "memory_target": CONTROL_MEMORY_BYTES,
            "VCPUs_max": CPUS,
            "VCPUs_at_startup": CPUS,
            "metrics": metrics,
            "allowed_operations": ("changing_dynamic_range", "changing_static_range"),
            "other_config": {"is_system_domain": "true", "storage_driver_domain": "OpaqueRef:NULL"},
        },
    )
    address = db.get("host", host, "address")
    db.insert("console", {"VM": ref, "protocol": "vt100", "location": f"https://{address}/console?ref={ref}"})
    return ref


def _add_networks(db: Database, built: Built) -> None:
    for name, bridge, description, mtu in _NETWORKS:
        built.networks[name] = db.insert(
            "network", {"name_label": name, "name_description": description, "bridge": bridge, "MTU": mtu}
        )
    for at, (name, tag) in enumerate(_VLANS):
        built.networks[name] = db.insert(
            "network", {"name_label": name, "name_description": f"VLAN {tag}", "bridge": f"xapi{at}", "MTU": 1500}
        )
    built.networks["Lab"] = db.insert(
        "network", {"name_label": "Lab", "name_description": "Inside each host only", "bridge": "xapi9", "MTU": 1500}
    )
    for at, host in enumerate(built.hosts):
        _add_interfaces(db, built, at, host)


def _add_interfaces(db: Database, built: Built, at: int, host: str) -> None:
    trunk = ""
    for number, (device, (name, _, _, mtu)) in enumerate(zip(_NICS, _NETWORKS, strict=True)):
        is_management = number == 0
        trunk = db.insert(
            "PIF",
            {
                **_interface(db, device, host, built.networks[name], f"02:16:3e:{number:02x}:{at:02x}:01"),
                "MTU": mtu,
                "physical": True,
                "management": is_management,
                "ip_configuration_mode": "Static" if number < 2 else "None",
                "IP": _address(db, host, number),
                "netmask": "255.255.0.0" if number < 2 else "",
                "gateway": "10.20.255.254" if is_management else "",
                "DNS": "10.20.255.1" if is_management else "",
            },
        )
    for name, tag in _VLANS:
        fields = _interface(db, _NICS[2], host, built.networks[name], f"02:16:3e:02:{at:02x}:01")
        untagged = db.insert("PIF", {**fields, "VLAN": tag, "MTU": 1500})
        vlan = db.insert("VLAN", {"tagged_PIF": trunk, "untagged_PIF": untagged, "tag": tag})
        db.set("PIF", untagged, "VLAN_master_of", vlan)


def _interface(db: Database, device: str, host: str, network: str, mac: str) -> Mapping[str, object]:
    metrics = db.insert(
        "PIF_metrics",
        {"carrier": True, "speed": 10_000, "duplex": True, "vendor_name": "Intel", "device_name": "X710 10GbE"},
    )
    return {
        "device": device,
        "host": host,
        "network": network,
        "MAC": mac,
        "metrics": metrics,
        "currently_attached": True,
        "managed": True,
        "VLAN": -1,
        "primary_address_type": "IPv4",
    }


def _address(db: Database, host: str, number: int) -> str:
    management = str(db.get("host", host, "address"))
    return (management, management.replace("10.20.", "10.30."), "")[number]


