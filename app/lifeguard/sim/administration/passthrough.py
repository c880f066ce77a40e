"""Devices given to machines, and clusters: access of the control domain, room on cards, drivers, members."""

from __future__ import annotations

from collections.abc import Mapping

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.administration.shapes import accepted
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.failure import ApiError

_TOKEN_TIMEOUT_S = 1.0
_HIDDEN = "pciback.hide"


async def _set_pci_access(context: Context, pci_ref: str) -> str:
    is_on = context.method.endswith("enable_dom0_access")
    if is_on:
        context.db.drop("PCI", pci_ref, "other_config", _HIDDEN)
    else:
        context.db.put("PCI", pci_ref, "other_config", _HIDDEN, "true")
    return await _pci_access(context, pci_ref)


async def _pci_access(context: Context, pci_ref: str) -> str:
    return "disabled" if _HIDDEN in context.db.get("PCI", pci_ref, "other_config") else "enabled"


async def _set_gpu_access(context: Context, pgpu_ref: str) -> str:
    wish = "enable_on_reboot" if context.method.endswith("enable_dom0_access") else "disable_on_reboot"
    context.db.set("PGPU", pgpu_ref, "dom0_access", wish)
    return wish


async def _room_on_card(context: Context, pgpu_ref: str, type_ref: str) -> int:
    pgpu = context.db.row("PGPU", pgpu_ref)
    context.db.row("VGPU_type", type_ref)
    if type_ref not in pgpu["enabled_VGPU_types"]:
        return 0
    return max(0, int(pgpu["supported_VGPU_max_capacities"].get(type_ref, 0)) - len(pgpu["resident_VGPUs"]))


async def _room_in_group(context: Context, group_ref: str, type_ref: str) -> int:
    cards = context.db.get("GPU_group", group_ref, "PGPUs")
    return sum([await _room_on_card(context, ref, type_ref) for ref in cards if context.db.has("PGPU", ref)])


def _gather_types(field: str) -> Handler:
    async def gather(context: Context, group_ref: str) -> None:
        """What any card of the group has."""
        cards = [ref for ref in context.db.get("GPU_group", group_ref, "PGPUs") if context.db.has("PGPU", ref)]
        found = dict.fromkeys(one for ref in cards for one in context.db.get("PGPU", ref, field))
        context.db.set("GPU_group", group_ref, field, tuple(found))

    return gather


async def _unplug_usb(context: Context, vusb_ref: str) -> None:
    if not context.db.get("VUSB", vusb_ref, "currently_attached"):
        raise ApiError("DEVICE_ALREADY_DETACHED", vusb_ref)
    context.db.set("VUSB", vusb_ref, "currently_attached", False)


async def _room_for_functions(context: Context, ref: str) -> int:
    context.db.row("network_sriov", ref)
    return 0


async def _select_variant(context: Context, driver_ref: str, variant_ref: str) -> None:
    context.db.row("Driver_variant", variant_ref)
    context.db.set("Host_driver", driver_ref, "selected_variant", variant_ref)


async def _deselect_variant(context: Context, driver_ref: str) -> None:
    context.db.set("Host_driver", driver_ref, "selected_variant", NULL_REF)


async def _select_me(context: Context, variant_ref: str) -> None:
    await _select_variant(context, context.db.get("Driver_variant", variant_ref, "driver"), variant_ref)


async def _create_cluster(
    context: Context, network_ref: str, stack: str, timeout_s: float, coefficient: float
) -> str:
    """Of all hosts, over the network that they have addresses in."""
    db = context.db
    if db.rows("Cluster"):
        raise ApiError("CLUSTER_ALREADY_EXISTS")
    if stack != "corosync":
        raise ApiError("INVALID_CLUSTER_STACK", stack)
    if timeout_s < _TOKEN_TIMEOUT_S:
        raise ApiError("INVALID_VALUE", "token_timeout", str(timeout_s))
    pifs = {pif["host"]: ref for ref, pif in db.rows("PIF").items() if pif["network"] == network_ref and pif["IP"]}
    for host_ref in db.rows("host"):
        if host_ref not in pifs:
            raise ApiError("INTERNAL_ERROR", f"host {host_ref} has no address in the network of the cluster")
    count = len(pifs)
    cluster = db.insert("Cluster", {
        "cluster_stack": stack, "cluster_stack_version": 3, "is_quorate": True, "quorum": count // 2 + 1,
        "live_hosts": count, "expected_hosts": count, "pool_auto_join": True, "token_timeout": timeout_s,
        "token_timeout_coefficient": coefficient, "cluster_token": db.new_uuid(),
    })  # fmt: skip
    for host_ref, pif in pifs.items():
        db.insert("Cluster_host", {"cluster": cluster, "host": host_ref, "PIF": pif, "enabled": True, "joined": True,
                                   "live": True})  # fmt: skip
    return cluster


async def _destroy_cluster(context: Context, ref: str) -> None:
    for member in context.db.get("Cluster", ref, "cluster_hosts"):
        if context.db.has("Cluster_host", member):
            context.db.destroy("Cluster_host", member)
    context.db.destroy("Cluster", ref)


async def _network_of_cluster(context: Context, ref: str) -> str:
    for member in context.db.get("Cluster", ref, "cluster_hosts"):
        pif = context.db.get("Cluster_host", member, "PIF")
        if context.db.has("PIF", pif):
            return str(context.db.get("PIF", pif, "network"))
    return NULL_REF


async def _enable_member(context: Context, ref: str) -> None:
    context.db.update("Cluster_host", ref, enabled=context.method.endswith(".enable"))


async def _remove_member(context: Context, ref: str) -> None:
    context.db.destroy("Cluster_host", ref)


HANDLERS: Mapping[str, Handler] = {
    "PCI.disable_dom0_access": _set_pci_access,
    "PCI.enable_dom0_access": _set_pci_access,
    "PCI.get_dom0_access_status": _pci_access,
    "PGPU.enable_dom0_access": _set_gpu_access,
    "PGPU.disable_dom0_access": _set_gpu_access,
    "PGPU.get_remaining_capacity": _room_on_card,
    "GPU_group.get_remaining_capacity": _room_in_group,
    "GPU_group.update_enabled_VGPU_types": _gather_types("enabled_VGPU_types"),
    "GPU_group.update_supported_VGPU_types": _gather_types("supported_VGPU_types"),
    "VUSB.unplug": _unplug_usb,
    "network_sriov.get_remaining_capacity": _room_for_functions,
    "Host_driver.select": _select_variant,
    "Host_driver.deselect": _deselect_variant,
    "Driver_variant.select": _select_me,
    "Cluster.pool_create": _create_cluster,
    "Cluster.pool_destroy": _destroy_cluster,
    "Cluster.pool_force_destroy": _destroy_cluster,
    "Cluster.get_network": _network_of_cluster,
    "Cluster_host.enable": _enable_member,
    "Cluster_host.disable": _enable_member,
    "Cluster_host.force_destroy": _remove_member,
    **accepted("Cluster.pool_resync"),
}
