"""The hosts of a site: hardware of two generations, control domains, processors, cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.scenario.draft import GIB, MIB, Draft

STANDARD_GIB = (32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096)
_SITES = ("paris", "lyon", "lille", "nantes")
_HOSTS_PER_SITE = 8
DOMAIN = "marmot.example"


@dataclass(frozen=True, slots=True)
class Model:
    """One kind of server as bought."""

    maker: str
    product: str
    cpu: str
    family_model: tuple[str, str, str]
    speed_mhz: str
    sockets: int
    cores: int
    features: str


NEW = Model("Dell Inc.", "PowerEdge R660", "Intel(R) Xeon(R) Gold 6438Y+", ("6", "143", "8"), "2000.000", 2, 32,
            "1fcbfbff-f7fa3223-2c100800-00000121-0000000f-f3bf27ab-1a405f4e-00000000-00000110-9c000400")  # fmt: skip
OLD = Model("Dell Inc.", "PowerEdge R640", "Intel(R) Xeon(R) Gold 6248R CPU @ 3.00GHz", ("6", "85", "7"),
            "3000.000", 2, 24,
            "1fcbfbff-f7fa3223-2c100800-00000121-0000000f-d19f27ab-0000000c-00000000-00000100-9c000400")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Machine:
    """A host as planned: its place in the site and what it is bought with."""

    ref: str
    name: str
    address: str
    model: Model
    memory_gib: int


def host_name(at: int) -> str:
    site = _SITES[at // _HOSTS_PER_SITE % len(_SITES)]
    number = at % _HOSTS_PER_SITE + 1 + at // (_HOSTS_PER_SITE * len(_SITES)) * _HOSTS_PER_SITE
    return f"hv-{site}-{number:02d}"


def address(at: int, *, net: int = 0) -> str:
    """The address of host number `at` on the management (0) or a storage network."""
    return f"10.71.{net}.{at + 11}" if at < 240 else f"10.71.{net}.{at - 239}"


def dom0_gib(memory_gib: int) -> int:
    return 2 if memory_gib <= 64 else 4 if memory_gib <= 256 else 8


def xen_overhead_bytes(memory_gib: int) -> int:
    """What Xen itself takes: its heap and its tables over all memory."""
    return 160 * MIB + memory_gib * 5 * MIB // 4


def next_standard(gib: float) -> int:
    """The smallest amount of memory servers are sold with that is at least `gib`."""
    return next((size for size in STANDARD_GIB if size >= gib), STANDARD_GIB[-1])


def write_hosts(draft: Draft, memory_gib: Sequence[int]) -> list[Machine]:
    """Write host, metrics, processors, cards and control domain of each."""
    old_from = len(memory_gib) - len(memory_gib) // 3
    return [
        _write_host(draft, at, size, OLD if at >= old_from else NEW) for at, size in enumerate(memory_gib)
    ]


def _write_host(draft: Draft, at: int, memory_gib: int, model: Model) -> Machine:
    name, ip = host_name(at), address(at)
    up_days = draft.rng.uniform(8, 190)
    metrics = draft.add("host_metrics", memory_total=memory_gib * GIB, memory_free=0, live=True,
                        last_updated=draft.ago(0))  # fmt: skip
    host = draft.add(
        "host",
        name_label=name,
        name_description=f"{model.product}, rack {chr(65 + at // 4 % 26)}{at % 4 + 1}",
        hostname=name,
        address=ip,
        enabled=True,
        metrics=metrics,
        memory_overhead=xen_overhead_bytes(memory_gib),
        virtual_hardware_platform_versions=(0, 1, 2),
        iscsi_iqn=f"iqn.2024-02.example.marmot:{name}",
        multipathing=True,
        other_config={
            "agent_start_time": f"{draft.ago_s(up_days) + 95}.",
            "boot_time": f"{draft.ago_s(up_days)}.",
            "iscsi_iqn": f"iqn.2024-02.example.marmot:{name}",
            "multipathing": "true",
            "multipathhandle": "dmp",
        },
        tags=("new",) if model is NEW and at < 2 else (),
        power_on_mode="IPMI" if at % 5 else "",
        **_software(draft, name),
        **_hardware(draft, model),
        **_licence(draft),
    )
    _write_processors(draft, host, model)
    _write_display(draft, host)
    _write_control_domain(draft, host, name, ip, memory_gib, up_days)
    return Machine(host, name, ip, model, memory_gib)


def _software(draft: Draft, name: str) -> dict[str, object]:
    release = draft.plan.release
    major, minor = release.api_version.split(".")[:2]
    xapi = release.software.get("xapi_build", "")
    more = {"date": "2025-10-14", "hostname": "localhost", "linux": "4.19.0+1", "xen": "4.17.5-20", "dbv": "0.0.1",
            "xapi": ".".join(xapi.split(".")[:2]), "build_number": "cloud", "network_backend": "openvswitch",
            "xencenter_min": "2.21", "xencenter_max": "2.21", "db_schema": "5.785"}  # fmt: skip
    return {
        "API_version_major": int(major),
        "API_version_minor": int(minor),
        "API_version_vendor": "XenSource",
        "software_version": {**more, **release.software},
        "latest_synced_updates_applied": "yes",
        "last_software_update": draft.ago(34),
        "tls_verification_enabled": True,
        "ssl_legacy": False,
    }


def _hardware(draft: Draft, model: Model) -> dict[str, object]:
    return {
        "capabilities": ("xen-3.0-x86_64", "hvm-3.0-x86_32", "hvm-3.0-x86_32p", "hvm-3.0-x86_64"),
        "cpu_info": {**cpu_info(model), "speed": model.speed_mhz, "threads_per_core": "2"},
        "cpu_configuration": {},
        "sched_policy": "credit",
        "supported_bootloaders": ("pygrub", "eliloader"),
        "chipset_info": {"iommu": "true"},
        "bios_strings": {
            "bios-vendor": model.maker, "bios-version": "2.19.1", "system-manufacturer": model.maker,
            "system-product-name": model.product, "system-version": "",
            "system-serial-number": "".join(draft.rng.choices("BCDFGHJKLMNPQRSTVWXYZ0123456789", k=7)),
            "baseboard-manufacturer": model.maker, "oem-1": "Xen",
        },
    }  # fmt: skip


def cpu_info(model: Model) -> dict[str, str]:
    family, number, stepping = model.family_model
    return {
        "cpu_count": str(model.sockets * model.cores * 2), "socket_count": str(model.sockets),
        "vendor": "GenuineIntel", "modelname": model.cpu, "family": family, "model": number, "stepping": stepping,
        "flags": "fpu de tsc msr pae mce cx8 apic sep mca cmov pat clflush acpi mmx fxsr sse sse2 ht syscall nx "
                 "rdtscp lm constant_tsc pni pclmulqdq vmx ssse3 fma cx16 sse4_1 sse4_2 movbe popcnt aes avx avx2",
        "features": model.features, "features_hvm": model.features, "features_pv": model.features,
        "features_hvm_host": model.features, "features_pv_host": model.features,
    }  # fmt: skip


def licence_features() -> dict[str, str]:
    """No restriction at all, as in an edition without licences."""
    restricted = (
        "xen_motion", "storage_xen_motion", "dmc", "rbac", "ad", "wlb", "checkpoint", "pooling", "pool_size", "gpu",
        "vgpu", "rpu", "updates", "vtpm", "cbt", "vlan", "qos", "snapshot_schedule", "export_resource_data",
        "intellicache", "live_patching", "vswitch_controller", "email_alerting", "ssl_legacy_switch", "corosync",
    )  # fmt: skip
    return {**{f"restrict_{name}": "false" for name in restricted}, "enable_xha": "true"}


def _licence(draft: Draft) -> dict[str, object]:
    edition = "xcp-ng" if draft.plan.release.software.get("product_brand") == "XCP-ng" else "premium-per-socket"
    return {
        "edition": edition,
        "license_params": {**licence_features(), "sku_type": edition, "expiry": "20380101T00:00:00Z", "sockets": "2"},
        "license_server": {"address": "localhost", "port": "27000"},
    }


def _write_processors(draft: Draft, host: str, model: Model) -> None:
    family, number, stepping = model.family_model
    for at in range(model.sockets * model.cores * 2):
        draft.add(
            "host_cpu", host=host, number=at, vendor="GenuineIntel", speed=int(float(model.speed_mhz)),
            modelname=model.cpu, family=int(family), model=int(number), stepping=stepping, features=model.features,
        )  # fmt: skip


def _write_display(draft: Draft, host: str) -> None:
    """The card of the management controller, the one display every server has."""
    groups = draft.tables["GPU_group"]
    label = "Group of Matrox Electronics Systems Ltd. Integrated Matrox G200eW3 Graphics Controller GPUs"
    group = next(iter(groups), None) or draft.add("GPU_group", name_label=label)
    card = draft.add(
        "PCI", host=host, pci_id="0000:03:00.0", class_id="0300", class_name="VGA compatible controller",
        vendor_id="102b", vendor_name="Matrox Electronics Systems Ltd.", device_id="0536",
        device_name="Integrated Matrox G200eW3 Graphics Controller", driver_name="mgag200",
    )  # fmt: skip
    draft.add("PGPU", PCI=card, GPU_group=group, host=host, is_system_display_device=True, dom0_access="enabled")


def _write_control_domain(
    draft: Draft, host: str, name: str, ip: str, memory_gib: int, up_days: float
) -> None:  # fmt: skip
    memory, vcpus = dom0_gib(memory_gib) * GIB, 16
    metrics = draft.add(
        "VM_metrics", memory_actual=memory, VCPUs_number=vcpus, start_time=draft.ago(up_days),
        last_updated=draft.ago(0), current_domain_type="pv", state=("running",),
    )  # fmt: skip
    vm = draft.add(
        "VM", name_label=f"Control domain on host: {name}",
        name_description="The domain which manages physical devices and manages other domains",
        power_state="Running", resident_on=host, affinity=host, domid=0, is_control_domain=True, metrics=metrics,
        memory_static_min=memory // 2, memory_dynamic_min=memory, memory_dynamic_max=memory,
        memory_static_max=memory, memory_target=memory, memory_overhead=0, VCPUs_max=vcpus, VCPUs_at_startup=vcpus,
        guest_metrics=NULL_REF, actions_after_shutdown="destroy", actions_after_reboot="destroy",
        actions_after_crash="destroy", domain_type="pv", has_vendor_device=False,
        other_config={"storage_driver_domain": f"OpaqueRef:{draft.uuid()}", "is_system_domain": "true"},
    )  # fmt: skip
    draft.row("host", host)["control_domain"] = vm
    for protocol in ("rfb", "vt100"):
        write_console(draft, vm, ip, protocol)


def write_console(draft: Draft, vm: str, ip: str, protocol: str = "rfb") -> None:
    console = draft.add("console", VM=vm, protocol=protocol)
    row = draft.row("console", console)
    row["location"] = f"https://{ip}/console?uuid={row['uuid']}"
