"""Storage repositories and virtual disks."""

from __future__ import annotations

from lifeguard.commands.command import Command, Doing
from lifeguard.commands.forms import asking
from lifeguard.commands.judging import refuse
from lifeguard.commands.kinds import NETWORK, SR, VDI
from lifeguard.commands.selection import Item, Selection
from lifeguard.datamodel.records import Host, Network, Pbd, Pif, Pool, Sm, Sr, Vbd, Vdi, Vif, Vm
from lifeguard.datamodel.schema import NULL_REF
from lifeguard.inventory.visibility import is_tools_sr
from lifeguard.rules.domain import is_live
from lifeguard.rules.verdict import ALLOWED, Verdict

_REMOVABLE_TYPES = frozenset({"iso", "lvmoiscsi", "nfs", "lvmohba", "smb", "lvmofcoe", "gfs2"})
_POOLS_OWN = frozenset({"ha_statefile", "redo_log", "metadata", "rrd"})


def pbds_of(item: Item) -> list[Pbd]:
    return item.source.inventory.pointing_to(Pbd, "SR", item.ref)


def is_broken(item: Item) -> bool:
    """Whether some host that should see the storage does not, or one more does than should."""
    sr, pbds = item.record, pbds_of(item)
    wanted = item.source.inventory.count("host") if isinstance(sr, Sr) and sr.shared else 1
    return bool(pbds) and (len(pbds) != wanted or any(not pbd.currently_attached for pbd in pbds))


def running_vms(item: Item) -> tuple[str, ...]:
    """The names of the VMs that run with a disk on this storage."""
    inventory = item.source.inventory
    names: dict[str, None] = {}
    for vdi in inventory.pointing_to(Vdi, "SR", item.ref):
        for vbd in inventory.pointing_to(Vbd, "VDI", vdi.ref):
            vm = inventory.get(Vm, vbd.VM)
            if vm is not None and vbd.currently_attached and is_live(vm):
                names[vm.name_label] = None
    return tuple(names)


def _judge_rescan(selection: Selection, item: Item) -> Verdict:
    if any(pbd.currently_attached for pbd in pbds_of(item)):
        return ALLOWED
    return refuse(selection, item, "SR_HAS_NO_PBDS", item.ref)


def _judge_repair(selection: Selection, item: Item) -> Verdict:
    if not pbds_of(item):
        return refuse(selection, item, "SR_HAS_NO_PBDS", item.ref)
    return ALLOWED if is_broken(item) else refuse(selection, item, "sr_is_fine")


def _judge_default(selection: Selection, item: Item) -> Verdict:
    sr, inventory = item.record, item.source.inventory
    if not isinstance(sr, Sr):
        return ALLOWED
    if any(pool.default_SR == sr.ref for pool in inventory.all(Pool)):
        return refuse(selection, item, "is_default_sr")
    if not pbds_of(item):
        return refuse(selection, item, "SR_HAS_NO_PBDS", item.ref)
    driver = next((sm for sm in inventory.all(Sm) if sm.type == sr.type), None)
    can_create = driver is None or "VDI_CREATE" in driver.features or "VDI_CREATE" in driver.capabilities
    if not can_create or sr.content_type == "iso" or sr.type in ("iso", "udev"):
        return refuse(selection, item, "sr_cannot_hold_disks")
    if not sr.shared and inventory.count("host") > 1:
        return refuse(selection, item, "sr_not_shared")
    return ALLOWED


def _judge_detach(selection: Selection, item: Item) -> Verdict:
    if not any(pbd.currently_attached for pbd in pbds_of(item)):
        return refuse(selection, item, "sr_is_detached")
    return _judge_unused(selection, item)


def _judge_unused(selection: Selection, item: Item) -> Verdict:
    names = running_vms(item)
    return refuse(selection, item, "sr_runs_vms", ", ".join(names)) if names else ALLOWED


def _judge_remove(selection: Selection, item: Item) -> Verdict:
    sr = item.record
    if isinstance(sr, Sr) and is_tools_sr(sr):
        return refuse(selection, item, "sr_has_tools")
    if isinstance(sr, Sr) and sr.type not in _REMOVABLE_TYPES:
        return refuse(selection, item, "sr_kind_is_fixed", sr.type)
    verdict = _judge_unused(selection, item)
    if verdict.allowed and isinstance(sr, Sr) and sr.current_operations:
        task, operation = next(iter(sr.current_operations.items()))
        return refuse(selection, item, "OTHER_OPERATION_IN_PROGRESS", "SR", sr.ref, operation, task)
    return verdict


def _judge_destroy(selection: Selection, item: Item) -> Verdict:
    sr = item.record
    if isinstance(sr, Sr) and sr.other_config.get("indestructible") == "true":
        return refuse(selection, item, "SR_INDESTRUCTIBLE", sr.ref)
    return _judge_remove(selection, item)


def _judge_delete_vdi(selection: Selection, item: Item) -> Verdict:
    vdi, inventory = item.record, item.source.inventory
    if not isinstance(vdi, Vdi):
        return ALLOWED
    sr = inventory.get(Sr, vdi.SR)
    if sr is not None and sr.type == "udev":
        return refuse(selection, item, "VDI_IS_A_PHYSICAL_DEVICE", vdi.ref)
    if vdi.is_tools_iso or (sr is not None and sr.is_tools_sr):
        return refuse(selection, item, "SR_OPERATION_NOT_SUPPORTED", vdi.SR)
    if vdi.type in _POOLS_OWN:
        return refuse(selection, item, "vdi_is_special")
    if vdi.current_operations:
        task, operation = next(iter(vdi.current_operations.items()))
        return refuse(selection, item, "OTHER_OPERATION_IN_PROGRESS", "VDI", vdi.ref, operation, task)
    if any(vbd.currently_attached for vbd in inventory.pointing_to(Vbd, "VDI", vdi.ref)):
        return refuse(selection, item, "VDI_IN_USE", vdi.ref, "destroy")
    return ALLOWED


def _judge_delete_network(selection: Selection, item: Item) -> Verdict:
    inventory = item.source.inventory
    vifs = inventory.pointing_to(Vif, "network", item.ref)
    pifs = [pif for pif in inventory.pointing_to(Pif, "network", item.ref) if pif.physical]
    network = item.record
    if isinstance(network, Network) and network.other_config.get("is_host_internal_management_network") == "true":
        return refuse(selection, item, "CANNOT_DESTROY_SYSTEM_NETWORK", item.ref)
    if pifs:
        return refuse(selection, item, "NETWORK_CONTAINS_PIF", *(pif.ref for pif in pifs))
    if vifs:
        return refuse(selection, item, "NETWORK_CONTAINS_VIF", *(vif.ref for vif in vifs))
    return ALLOWED


async def _rescan(doing: Doing) -> None:
    await doing.task("SR.scan", doing.item.ref)


async def _repair(doing: Doing) -> None:
    """Connect every host that should see a shared storage, with the settings of one that is connected."""
    sr, inventory = doing.item.record, doing.item.source.inventory
    pbds = pbds_of(doing.item)
    have = {pbd.host for pbd in pbds}
    refs = [pbd.ref for pbd in pbds if not pbd.currently_attached]
    if isinstance(sr, Sr) and sr.shared and pbds:
        for host in inventory.all(Host):
            if host.ref not in have:
                record = {"host": host.ref, "SR": sr.ref, "device_config": pbds[0].device_config, "other_config": {}}
                refs.append(await doing.call("PBD.create", record))
    for ref in refs:
        await doing.task("PBD.plug", ref)


async def _set_default(doing: Doing) -> None:
    for pool in doing.item.source.inventory.all(Pool):
        for field in ("default_SR", "suspend_image_SR", "crash_dump_SR"):
            await doing.call(f"pool.set_{field}", pool.ref, doing.item.ref)


async def _unplug(doing: Doing, end: float = 1.0) -> None:
    attached = [pbd for pbd in pbds_of(doing.item) if pbd.currently_attached]
    for number, pbd in enumerate(attached, start=1):
        await doing.task("PBD.unplug", pbd.ref, share=(0.0, end * number / len(attached)))


async def _forget(doing: Doing) -> None:
    await _unplug(doing, 0.6)
    await doing.task("SR.forget", doing.item.ref, share=(0.6, 1.0))


async def _destroy(doing: Doing) -> None:
    await _unplug(doing, 0.6)
    await doing.task("SR.destroy", doing.item.ref, share=(0.6, 1.0))


async def _delete_vdi(doing: Doing) -> None:
    for vbd in doing.item.source.inventory.pointing_to(Vbd, "VDI", doing.item.ref):
        if vbd.type == "Disk":
            await doing.call("VBD.destroy", vbd.ref)
    await doing.task("VDI.destroy", doing.item.ref)


async def _delete_network(doing: Doing) -> None:
    for pif in doing.item.source.inventory.pointing_to(Pif, "network", doing.item.ref):
        if pif.VLAN_master_of not in ("", NULL_REF):
            await doing.call("VLAN.destroy", pif.VLAN_master_of)
    await doing.call("network.destroy", doing.item.ref)


RESCAN = Command("sr.rescan", "Rescan", SR, _judge_rescan, _rescan, ("SR.scan",), "rescanned", icon="refresh")
REPAIR = Command(
    "sr.repair", "Repair", SR, _judge_repair, _repair, ("PBD.plug", "PBD.create"), "repaired", icon="repair"
)
SET_DEFAULT = Command(
    "sr.set_default", "Set as default", SR, _judge_default, _set_default,
    ("pool.set_default_SR", "pool.set_suspend_image_SR", "pool.set_crash_dump_SR"), "made the default", "one",
    phrase="Make {} the default storage",
)  # fmt: skip
DETACH = Command(
    "sr.detach", "Detach", SR, _judge_detach, _unplug, ("PBD.unplug",), "detached", danger=True,
    prompt=asking("Detach", "storages", "Its disks cannot be reached until it is attached again.", danger=True),
)  # fmt: skip
FORGET = Command(
    "sr.forget", "Forget", SR, _judge_remove, _forget, ("SR.forget", "PBD.unplug"), "forgotten", danger=True,
    prompt=asking("Forget", "storages", "What is on it stays there, but the pool no longer knows it.", danger=True),
)  # fmt: skip
DESTROY = Command(
    "sr.destroy", "Destroy", SR, _judge_destroy, _destroy, ("SR.destroy", "PBD.unplug"), "destroyed", danger=True,
    prompt=asking("Destroy", "storages", "Everything on it is erased for good.", danger=True),
)  # fmt: skip
DELETE_VDI = Command(
    "vdi.delete", "Delete", VDI, _judge_delete_vdi, _delete_vdi, ("VDI.destroy", "VBD.destroy"), "deleted", "all",
    icon="delete", danger=True, prompt=asking("Delete", "disks", "What is on it is erased for good.", danger=True),
)  # fmt: skip
DELETE_NETWORK = Command(
    "network.delete", "Remove", NETWORK, _judge_delete_network, _delete_network, ("network.destroy", "VLAN.destroy"),
    "removed", icon="delete", danger=True, prompt=asking("Remove", "networks", danger=True),
)  # fmt: skip

COMMANDS = (RESCAN, REPAIR, SET_DEFAULT, DETACH, FORGET, DESTROY, DELETE_VDI, DELETE_NETWORK)
