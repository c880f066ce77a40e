"""What keeps a VM of some needs from a host of some offer, in the server's words and order."""

from __future__ import annotations

from lifeguard.inventory.inventory import Inventory
from lifeguard.rules.reach import GpuNeed, HostOffer, Needs, has_pif, internal_network_is_elsewhere
from lifeguard.rules.verdict import Obstacle

ITSELF = "\0vm"
"""Stands for the VM in question: VMs of equal needs share their obstacles."""
_PINNED = "Cannot boot a control domain on a host different from its affinity"


def host_obstacle(needs: Needs, offer: HostOffer, *, runs_here: bool) -> Obstacle | None:
    """The host's own state and hardware, which the server looks at first."""
    ref = offer.host.ref
    if not offer.is_live:
        return "HOST_NOT_LIVE", ()
    if needs.pinned_to and needs.pinned_to != ref:
        return "OPERATION_NOT_ALLOWED", (_PINNED,)
    if not offer.host.enabled and not runs_here and not needs.is_control_domain:
        return "HOST_DISABLED", (ref,)
    if offer.is_evacuating and not runs_here:
        return "HOST_EVACUATE_IN_PROGRESS", (ref,)
    versions = offer.host.virtual_hardware_platform_versions or (0,)
    if needs.hardware_platform not in versions:
        listed = f"[{'; '.join(map(str, versions))}]"
        own = str(needs.hardware_platform)
        return "VM_HOST_INCOMPATIBLE_VIRTUAL_HARDWARE_PLATFORM_VERSION", (ref, listed, ITSELF, own)
    return None


def reach_obstacle(inventory: Inventory, needs: Needs, offer: HostOffer) -> Obstacle | None:
    """Storage, networks, devices and hardware virtualisation."""
    for sr in needs.srs:
        if sr not in offer.srs:
            return "VM_REQUIRES_SR", (ITSELF, sr)
    for network in needs.networks:
        if network not in offer.networks and (
            has_pif(inventory, network) or internal_network_is_elsewhere(inventory, network, offer.host.ref)
        ):
            return "VM_REQUIRES_NETWORK", (ITSELF, network)
    for network in needs.networks:
        if network in offer.bonded_away:
            return "HOST_CANNOT_ATTACH_NETWORK", (offer.host.ref, network)
    if any(gpu.is_whole for gpu in needs.gpus) and not offer.passes_devices:
        return "VM_REQUIRES_IOMMU", (offer.host.ref,)
    for gpu in needs.gpus:
        if gpu.group not in offer.gpu_groups:
            return _without_gpu(gpu)
    for group in needs.usb_groups:
        if group not in offer.usb_groups:
            return "VM_REQUIRES_VUSB", (ITSELF, group)
    return None if offer.has_hvm or not needs.needs_hvm else ("VM_HVM_REQUIRED", (ITSELF,))


def processor_obstacle(needs: Needs, offer: HostOffer) -> Obstacle | None:
    """What the server looks at last, after memory."""
    if needs.vcpus > offer.cpu_count > 0:
        return "HOST_NOT_ENOUGH_PCPUS", (str(needs.vcpus), str(offer.cpu_count))
    return None


def _without_gpu(gpu: GpuNeed) -> Obstacle:
    if gpu.is_whole:
        return "VM_REQUIRES_GPU", (ITSELF, gpu.group)
    return "VM_REQUIRES_VGPU", (ITSELF, gpu.group, gpu.type)
