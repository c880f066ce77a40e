"""What each host of a pool can offer: storage, networks, devices, a working hypervisor."""

from __future__ import annotations

from typing import NamedTuple

from lifeguard.datamodel.records import (
    Bond,
    Host,
    HostMetrics,
    Network,
    Pbd,
    Pgpu,
    Pif,
    Pusb,
    Vgpu,
    VgpuType,
    Vif,
    Vm,
    Vusb,
)
from lifeguard.inventory.inventory import Inventory
from lifeguard.rules.domain import NEEDS_HVM, domain_type, has_flag, required_srs
from lifeguard.rules.memory import total_bytes


class GpuNeed(NamedTuple):
    """A graphics card, whole or a virtual one of some type."""

    group: str
    type: str
    is_whole: bool


class Needs(NamedTuple):
    """What a VM wants of any host, memory and processor features aside. VMs with equal needs fit the same hosts."""

    srs: tuple[str, ...]
    networks: tuple[str, ...]
    gpus: tuple[GpuNeed, ...]
    usb_groups: tuple[str, ...]
    hardware_platform: int
    needs_hvm: bool
    vcpus: int
    is_control_domain: bool
    pinned_to: str


class HostOffer(NamedTuple):
    """What one host has."""

    host: Host
    is_live: bool
    is_evacuating: bool
    srs: frozenset[str]
    networks: frozenset[str]
    bonded_away: frozenset[str]
    gpu_groups: frozenset[str]
    usb_groups: frozenset[str]
    passes_devices: bool
    has_hvm: bool
    cpu_count: int
    memory_bytes: int


def needs_of(inventory: Inventory, vm: Vm) -> Needs:
    vifs = (inventory.get(Vif, ref) for ref in vm.VIFs)
    networks = {vif.network: None for vif in vifs if vif is not None and inventory.get(Network, vif.network)}
    vgpus = (inventory.get(Vgpu, ref) for ref in vm.VGPUs)
    vusbs = (inventory.get(Vusb, ref) for ref in vm.VUSBs)
    return Needs(
        srs=required_srs(inventory, vm),
        networks=tuple(networks),
        gpus=tuple({_gpu_need(inventory, vgpu): None for vgpu in vgpus if vgpu is not None}),
        usb_groups=tuple({vusb.USB_group: None for vusb in vusbs if vusb is not None}),
        hardware_platform=vm.hardware_platform_version,
        needs_hvm=domain_type(inventory, vm) in NEEDS_HVM,
        vcpus=0 if has_flag(vm, "vcpu-unrestricted") else vm.VCPUs_max,
        is_control_domain=vm.is_control_domain,
        pinned_to=vm.affinity if vm.is_control_domain and inventory.get(Host, vm.affinity) is not None else "",
    )


def _gpu_need(inventory: Inventory, vgpu: Vgpu) -> GpuNeed:
    kind = inventory.get(VgpuType, vgpu.type)
    return GpuNeed(vgpu.GPU_group, vgpu.type, is_whole=kind is None or kind.implementation == "passthrough")


def offer_of(inventory: Inventory, host: Host) -> HostOffer:
    pbds = inventory.pointing_to(Pbd, "host", host.ref)
    pifs = inventory.pointing_to(Pif, "host", host.ref)
    bonded = {pif.network for pif in pifs if inventory.get(Bond, pif.bond_slave_of) is not None}
    return HostOffer(
        host=host,
        is_live=host_is_live(inventory, host),
        is_evacuating="evacuate" in host.current_operations.values(),
        srs=frozenset(pbd.SR for pbd in pbds if pbd.currently_attached),
        networks=frozenset(pif.network for pif in pifs),
        bonded_away=frozenset(bonded),
        gpu_groups=frozenset(pgpu.GPU_group for pgpu in inventory.pointing_to(Pgpu, "host", host.ref)),
        usb_groups=frozenset(pusb.USB_group for pusb in inventory.pointing_to(Pusb, "host", host.ref)),
        passes_devices=host.chipset_info.get("iommu", "true") == "true",
        has_hvm=not host.capabilities or any(word.startswith("hvm") for word in host.capabilities),
        cpu_count=_count(host),
        memory_bytes=total_bytes(inventory, host),
    )


def host_is_live(inventory: Inventory, host: Host) -> bool:
    """As its heartbeat says; true where a server keeps no metrics at all."""
    metrics = inventory.get(HostMetrics, host.metrics)
    return metrics.live if metrics is not None else inventory.count("host_metrics") == 0


def _count(host: Host) -> int:
    text = host.cpu_info.get("cpu_count", "")
    return int(text) if text.isdigit() else len(host.host_CPUs)


def internal_network_is_elsewhere(inventory: Inventory, network_ref: str, host_ref: str) -> bool:
    """Whether a network without any PIF lives on other hosts only, through the VMs that run there."""
    network = inventory.get(Network, network_ref)
    if network is None or not network.managed or network.other_config.get("assume_network_is_shared") == "true":
        return False
    vms = (inventory.get(Vm, vif.VM) for vif in inventory.pointing_to(Vif, "network", network_ref))
    homes = {vm.resident_on for vm in vms if vm is not None and vm.power_state == "Running"}
    return bool(homes) and host_ref not in homes


def has_pif(inventory: Inventory, network_ref: str) -> bool:
    return bool(inventory.pointing_to(Pif, "network", network_ref))
