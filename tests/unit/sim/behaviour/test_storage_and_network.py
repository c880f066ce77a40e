"""Storage, disks, drives, cards, networks: what they do and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from lifeguard.datamodel.schema import NULL_REF
from tests.unit.sim.behaviour.site import GIB, Site


def _disk_record(site: Site, **values: Any) -> dict[str, Any]:
    return {"name_label": "data", "SR": site.shared, "virtual_size": GIB, "type": "user", "sharable": False,
            "read_only": False, "other_config": {}, **values}  # fmt: skip


async def test_a_shared_sr_is_plugged_into_every_host_and_a_local_kind_cannot_be_shared(site: Site) -> None:
    h1, h2 = site.host("h1"), site.host("h2")
    config = {"server": "filer", "serverpath": "/vms"}
    sr = await site.call("SR.create", h1, config, 0, "nfs", "", "nfs", "user", True, {})
    pbds = [site.db.row("PBD", ref) for ref in site.db.get("SR", sr, "PBDs")]
    assert {pbd["host"] for pbd in pbds} == {h1, h2}
    assert all(pbd["currently_attached"] for pbd in pbds)
    assert await site.error("SR.create", h1, {}, 0, "x", "", "ext", "user", True, {}) == ("SR_NOT_SHARABLE", "ext")
    assert (await site.error("SR.create", h1, {}, 0, "x", "", "nfs", "user", True, {}))[0] == "SR_BACKEND_FAILURE_90"
    assert (await site.error("SR.create", h1, {}, 0, "x", "", "cifs", "user", True, {}))[0] == "SR_UNKNOWN_DRIVER"


async def test_an_sr_is_forgotten_only_when_no_host_has_it_plugged(site: Site) -> None:
    site.host("h1")
    assert await site.error("SR.forget", site.shared) == ("SR_HAS_PBD", site.shared)
    for pbd in site.db.get("SR", site.shared, "PBDs"):
        await site.call("PBD.unplug", pbd)
    await site.call("SR.forget", site.shared)
    assert site.db.get("pool", site.pool, "default_SR") == NULL_REF


async def test_a_pbd_stays_plugged_while_a_vm_there_uses_a_disk(site: Site) -> None:
    host = site.host("h1")
    vm = site.vm("web", on=host)
    disk = site.db.get("VBD", site.db.get("VM", vm, "VBDs")[0], "VDI")
    assert await site.error("PBD.unplug", site.db.get("SR", site.shared, "PBDs")[0]) == ("VDI_IN_USE", disk)


async def test_a_disk_can_grow_be_snapshotted_copied_and_destroyed_but_not_shrink(site: Site) -> None:
    site.host("h1")
    disk = await site.call("VDI.create", _disk_record(site))
    await site.call("VDI.resize", disk, 2 * GIB)
    assert (await site.error("VDI.resize", disk, GIB))[0] == "VDI_TOO_SMALL"
    snapshot = await site.call("VDI.snapshot", disk, {})
    assert site.db.get("VDI", snapshot, "snapshot_of") == disk
    copy = await site.call("VDI.copy", disk, site.shared, NULL_REF, NULL_REF)
    await site.call("VDI.destroy", disk)
    assert site.db.has("VDI", copy)
    assert not site.db.has("VDI", disk)


async def test_a_full_sr_takes_no_more_disks(site: Site) -> None:
    site.host("h1")
    site.faults.full_srs.add(site.shared)
    assert (await site.error("VDI.create", _disk_record(site)))[0] == "SR_FULL"


async def test_a_disk_of_a_running_vm_moves_to_another_sr_under_a_new_ref(site: Site) -> None:
    host = site.host("h1")
    local = site.local_sr(host)
    vm = site.vm("web", on=host)
    vbd = site.db.get("VM", vm, "VBDs")[0]
    disk = site.db.get("VBD", vbd, "VDI")
    new = await site.call("VDI.pool_migrate", disk, local, {})
    assert site.db.get("VBD", vbd, "VDI") == new
    assert site.db.get("VDI", new, "SR") == local
    assert not site.db.has("VDI", disk)


async def test_a_disk_is_plugged_into_a_running_vm_and_out_again(site: Site) -> None:
    host = site.host("h1")
    vm = site.vm("web", on=host)
    disk = await site.call("VDI.create", _disk_record(site))
    record = {"VM": vm, "VDI": disk, "userdevice": "autodetect", "mode": "RW", "type": "Disk", "empty": False}
    vbd = await site.call("VBD.create", record)
    assert site.db.get("VBD", vbd, "userdevice") == "1"
    await site.call("VBD.plug", vbd)
    assert site.db.get("VBD", vbd, "device") == "xvdb"
    assert await site.error("VBD.plug", vbd) == ("DEVICE_ALREADY_ATTACHED", vbd)
    assert (await site.error("VDI.destroy", disk))[0] == "VDI_IN_USE"
    await site.call("VBD.unplug", vbd)
    assert not site.db.get("VBD", vbd, "currently_attached")


async def test_a_disk_that_is_not_sharable_has_one_writer(site: Site) -> None:
    host = site.host("h1")
    first, second = site.vm("a", on=host), site.vm("b", on=host)
    disk = site.db.get("VBD", site.db.get("VM", first, "VBDs")[0], "VDI")
    record = {"VM": second, "VDI": disk, "userdevice": "1", "mode": "RW", "type": "Disk", "empty": False}
    vbd = await site.call("VBD.create", record)
    assert (await site.error("VBD.plug", vbd))[:2] == ("VDI_IN_USE", disk)


async def test_media_go_in_and_out_of_a_drive_and_a_drive_is_read_only(site: Site) -> None:
    host = site.host("h1")
    vm = site.vm("web", on=host)
    record = {"VM": vm, "VDI": NULL_REF, "userdevice": "3", "mode": "RO", "type": "CD", "empty": True}
    assert await site.error("VBD.create", {**record, "mode": "RW"}) == ("VBD_CDS_MUST_BE_READONLY",)
    vbd = await site.call("VBD.create", record)
    iso = await site.call("VDI.create", _disk_record(site, read_only=True))
    assert await site.error("VBD.eject", vbd) == ("VBD_IS_EMPTY", vbd)
    await site.call("VBD.insert", vbd, iso)
    assert await site.error("VBD.insert", vbd, iso) == ("VBD_NOT_EMPTY", vbd)
    await site.call("VBD.eject", vbd)
    assert site.db.get("VBD", vbd, "empty")


async def test_a_card_gets_the_next_place_and_a_mac_of_its_own(site: Site) -> None:
    host = site.host("h1")
    vm = site.vm("web", on=host)
    vif = await site.call("VIF.create", {"VM": vm, "network": site.network, "device": "autodetect", "MAC": ""})
    assert site.db.get("VIF", vif, "device") == "1"
    assert site.db.get("VIF", vif, "MAC_autogenerated")
    bad = {"VM": vm, "network": site.network, "device": "2", "MAC": "hello"}
    assert await site.error("VIF.create", bad) == ("MAC_INVALID", "hello")
    await site.call("VIF.plug", vif)
    assert (await site.error("VIF.destroy", vif))[0] == "OPERATION_NOT_ALLOWED"


async def test_a_network_in_use_stays(site: Site) -> None:
    site.host("h1")
    vm = site.vm("web")
    vif = site.db.get("VM", vm, "VIFs")[0]
    assert await site.error("network.destroy", site.network) == ("NETWORK_CONTAINS_VIF", vif)


@pytest.mark.parametrize(("tag", "code"), [(4095, "VLAN_TAG_INVALID"), (-1, "VLAN_TAG_INVALID")])
async def test_a_vlan_tag_out_of_range_is_refused(site: Site, tag: int, code: str) -> None:
    site.host("h1")
    network = await site.call("network.create", {"name_label": "vlan"})
    pif = next(iter(site.db.rows("PIF")))
    assert (await site.error("VLAN.create", pif, tag, network))[0] == code


async def test_a_vlan_for_the_pool_reaches_every_host_once(site: Site) -> None:
    h1, h2 = site.host("h1"), site.host("h2")
    network = await site.call("network.create", {"name_label": "vlan"})
    pif = next(iter(site.db.rows("PIF")))
    made = await site.call("pool.create_VLAN_from_PIF", pif, network, 42)
    assert {site.db.get("PIF", ref, "host") for ref in made} == {h1, h2}
    other = await site.call("network.create", {"name_label": "again"})
    assert (await site.error("VLAN.create", pif, 42, other))[0] == "PIF_VLAN_EXISTS"


async def test_a_bond_takes_over_the_management_address_and_gives_it_back(site: Site) -> None:
    host = site.host("h1")
    first = next(iter(site.db.rows("PIF")))
    second = await site.call("PIF.introduce", host, "", "eth1", True)
    assert await site.error("Bond.create", site.network, (first,), "", "lacp", {}) == ("PIF_BOND_NEEDS_MORE_MEMBERS",)
    network = await site.call("network.create", {"name_label": "bond"})
    bond = await site.call("Bond.create", network, (first, second), "", "lacp", {})
    master = site.db.get("Bond", bond, "master")
    assert site.db.get("PIF", master, "management")
    assert site.db.get("PIF", master, "IP") == "10.0.0.1"
    assert set(site.db.get("Bond", bond, "slaves")) == {first, second}
    again = await site.error("Bond.create", network, (first, second), "", "lacp", {})
    assert again == ("PIF_ALREADY_BONDED", first)
    await site.call("Bond.destroy", bond)
    assert site.db.get("PIF", first, "management")
    assert site.db.get("PIF", first, "IP") == "10.0.0.1"
