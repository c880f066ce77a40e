"""What the General tab says: on small pools whose answer is plain, and of everything in every saved database."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifeguard.datamodel.records import Record
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.saved import open_dump
from lifeguard.quantities import UNKNOWN
from lifeguard.ui.properties.any import property_groups
from lifeguard.ui.properties.group import Row
from lifeguard.ui.properties.headline import headline
from tests.support.building import GIB, PoolBuilder, build_pool, ref
from tests.support.samples import shared_glob

_NOW_S = 1_770_000_000.0
_NOT_SELECTABLE = frozenset({"secret", "session", "user", "event", "role"})


def _rows(inventory: Inventory, subject: str) -> list[Row]:
    return [row for group in property_groups(inventory, subject, _NOW_S) for row in group.rows]


def _told(pool: PoolBuilder, subject: str) -> dict[str, str]:
    return {row.title: row.value for row in _rows(pool.inventory, ref(subject))}


def _hints(pool: PoolBuilder, subject: str) -> dict[str, str]:
    return {row.title: row.hint for row in _rows(pool.inventory, ref(subject))}


@pytest.mark.parametrize("path", [one for one in shared_glob("dumps/*.xml") if "xencenter-tree" not in str(one)])
def test_everything_in_a_saved_database_has_properties_and_every_dash_says_why(path: Path) -> None:
    inventory, _ = open_dump(path.read_bytes())
    for class_name in ("pool", "host", "VM", "SR", "VDI", "network", "VM_appliance"):
        for subject in inventory.refs(class_name):
            rows = _rows(inventory, subject)
            assert {"Name", "Description", "UUID"} <= {row.title for row in rows}
            assert headline(inventory, subject).name
            for row in rows:
                assert "OpaqueRef" not in row.value + row.hint, row
                assert row.value != UNKNOWN or row.hint, (class_name, row.title)
                assert "password" not in row.title.casefold()


@pytest.mark.parametrize("path", [one for one in shared_glob("dumps/*.xml") if "xencenter-tree" not in str(one)])
def test_objects_that_nobody_foresaw_are_told_by_their_own_fields(path: Path) -> None:
    inventory, _ = open_dump(path.read_bytes())
    known: list[Record] = []
    for class_name in ("PIF", "VBD", "VIF", "console", "message", "task", "VMPP"):
        known += [record for one in list(inventory.refs(class_name))[:3] if (record := inventory.find(one)) is not None]
    assert known
    for record in known:
        titles = {row.title for row in _rows(inventory, record.ref)}
        assert "Uuid" in titles or "UUID" in titles


def test_a_vm_tells_how_it_boots_and_what_its_guest_says() -> None:
    pool = build_pool().host("h1").network("lan", "h1").vm("web", on="h1", networks=("lan",))
    pool.change("VM", "web", HVM_boot_policy="BIOS order", HVM_boot_params={"firmware": "uefi", "order": "cn"})
    pool.change("VM", "web", platform={"secureboot": "true", "cores-per-socket": "2"}, VCPUs_max=4, VCPUs_at_startup=2)
    pool.change("VM", "web", VTPMs=[ref("tpm")], bios_strings={"bios-vendor": "Xen", "system-manufacturer": "Xen"})
    pool.change("VTPM", "tpm", VM=ref("web"))
    networks = {"0/ip": "10.0.0.1", "0/ipv6/0": "fe80::1"}
    pool.change("VM_guest_metrics", "web-guest", networks=networks, os_version={"name": "Debian 12|/dev/xvda"})
    told = _told(pool, "web")
    assert told["Boot mode"] == "UEFI, secure boot"
    assert told["Boot order"] == "Hard disk, Network"
    assert told["vTPM"] == "1 vTPM"
    assert told["BIOS strings"] == "Generic"
    assert told["vCPUs"] == "2 of 4"
    assert told["Topology"] == "2 sockets, 2 cores per socket"
    assert told["Address"] == "10.0.0.1, fe80::1"
    assert told["Operating system"] == "Debian 12"
    assert told["Guest tools"] == "Version 9.3"


def test_a_running_vm_without_tools_says_so_and_a_halted_one_that_it_is_halted() -> None:
    pool = build_pool().host("h1").vm("bare", on="h1", tools=False).vm("off")
    assert _told(pool, "bare")["Guest tools"] == "Not installed"
    assert _told(pool, "bare")["I/O drivers"] == "Not optimised"
    assert _hints(pool, "bare")["Operating system"] == "No guest tools report it"
    assert _told(pool, "off")["Uptime"] == UNKNOWN
    assert _hints(pool, "off")["Uptime"] == "It is halted"


def test_a_disk_that_is_read_cached_where_the_vm_runs_says_so_and_if_not_why() -> None:
    pool = build_pool().host("h1", uuid="the-host").sr("nfs", "h1").vm("web", on="h1", srs=("nfs",))
    pool.change("VDI", "web-nfs", sm_config={"read-caching-reason-the-host": "NO_RO_IMAGE"})
    assert _told(pool, "web")["Read caching"] == "Off"
    assert "only read" in _hints(pool, "web")["Read caching"]
    pool.change("VDI", "web-nfs", sm_config={"read-caching-enabled-on-the-host": "true"})
    assert _told(pool, "web")["Read caching"] == "On"


def test_a_host_tells_its_updates_certificates_and_licence() -> None:
    pool = build_pool().host("h1", address="10.0.0.5", edition="enterprise")
    pool.change("pool_update", "u1", name_label="XS82E001", hosts=[ref("h1")])
    pool.change("host_patch", "p1", name_label="XS61E002", host=ref("h1"), applied=True)
    pool.change("host_patch", "p2", name_label="XS61E003", host=ref("h1"), applied=False)
    pool.change(
        "Certificate", "c1", host=ref("h1"), type="host", not_after="20300101T00:00:00Z", fingerprint_sha256="AA:BB"
    )
    pool.change("host", "h1", license_params={"expiry": "20991231T23:59:59Z"})
    told = _told(pool, "h1")
    assert told["Updates applied"] == "XS61E002, XS82E001"
    assert told["Fingerprint"] == "AA:BB"
    assert told["Server certificate until"].startswith("1 Jan 2030") or "2029" in told["Server certificate until"]
    assert told["Edition"] == "Enterprise"
    assert "Updates missing" not in told
    assert _told(pool.change("host", "h1", edition="xcp-ng"), "h1")["Edition"] == "XCP-ng"
    pool.host("h2").change("pool_update", "u2", name_label="XS82E002", hosts=[ref("h2")])
    assert _told(pool, "h1")["Updates missing"] == "XS82E002"
    assert _told(pool, "pool")["Not on every server"] == "XS61E002, XS82E001, XS82E002"
    assert told["Expires"] == "Never"


def test_a_storage_tells_its_paths_server_by_server_and_never_a_password() -> None:
    pool = build_pool().host("h1").host("h2").sr("san", "h1", "h2", type="lvmoiscsi", physical_size=10 * GIB)
    config = {"SCSIid": "3600a", "target": "10.0.0.9", "chappassword": "hush"}
    paths = {"multipathed": "true", "mpath-3600a": "[2, 4]", "iscsi_sessions": "2"}
    pool.change("PBD", "san-h1", device_config=config, other_config=paths)
    pool.change("PBD", "san-h2", device_config=config, currently_attached=False)
    told = _told(pool, "san")
    assert told["Type"] == "LVM over iSCSI (lvmoiscsi)"
    assert told["SCSI ID"] == "3600a"
    assert told["State"] == "Not attached to every server"
    assert told["h1"] == "Attached, 10.0.0.9, 2 of 4 paths active, 2 iSCSI sessions"
    assert told["h2"] == "Detached, 10.0.0.9"
    assert "hush" not in " ".join(told.values())


def test_a_network_and_a_vapp_tell_where_they_are_and_who_is_in_them() -> None:
    pool = build_pool().host("h1").network("lan", "h1").network("inside").vm("web", on="h1", networks=("lan",))
    pool.vm("db", appliance=ref("shop"), order=1, start_delay=30).change("VM_appliance", "shop", name_label="Shop")
    pool.change("VM", "web", appliance=ref("shop"), order=2)
    pool.change("network", "lan", VIFs=[ref("web-lan")])
    assert _told(pool, "lan")["Used by"] == "1 virtual interface"
    assert _told(pool, "lan")["h1"].startswith("NIC 0")
    assert _told(pool, "inside")["Reaches"] == "VMs of one server"
    told = _told(pool, "shop")
    assert told["Virtual machines"] == "2 VMs, 1 running"
    assert [title for title in told if title in ("web", "db")] == ["db", "web"]
    assert told["db"] == "1, then waits 0:30 (halted)"


def test_a_pool_tells_its_members_the_master_first_and_who_does_not_answer() -> None:
    pool = build_pool().host("h2", address="10.0.0.2").host("h1", address="10.0.0.1", live=False)
    told = _told(pool, "pool")
    assert [title for title in told if title in ("h1", "h2")] == ["h2", "h1"]
    assert told["h1"] == "10.0.0.1, unreachable"
    assert told["Coordinator (master)"] == "h2"


@pytest.mark.parametrize("told", ["1e300", "inf", "nan", "-5", "", "yesterday", "1769990000."])
def test_whatever_a_host_tells_about_its_start_can_be_shown(told: str) -> None:
    pool = build_pool().host("h1", other_config={"boot_time": told})
    uptime = next(row for row in _rows(pool.inventory, ref("h1")) if row.title == "Uptime")
    assert (uptime.value != UNKNOWN) == told.startswith("176")
    assert uptime.hint
