"""What the tabs list, on small pools whose answer is plain and on every saved database there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lifeguard.datamodel.records import Record
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.saved import open_dump
from lifeguard.quantities import UNKNOWN
from lifeguard.rules.memory import free_memory_bytes
from lifeguard.ui.contents.ha import SERVERS, STATUS, VMS, ha_tables
from lifeguard.ui.contents.memory import HOST_MEMORY, POOL_MEMORY, memory_tables
from lifeguard.ui.contents.networking import ADDRESSES, NETWORKS, VM_INTERFACES, networking_tables
from lifeguard.ui.contents.nics import NICS, nic_tables
from lifeguard.ui.contents.snapshots import snapshot_tables
from lifeguard.ui.contents.storage import HOST_STORAGES, SR_DISKS, VM_DISKS, VM_DRIVES, storage_tables
from lifeguard.ui.table.line import Fill, Line, Share, Span, Table
from lifeguard.ui.table.live import TOP, LiveTable
from tests.support.building import GIB, PoolBuilder, build_pool, ref
from tests.support.samples import shared_glob

_CHOOSERS: tuple[Callable[[Facts, Record], tuple[Table, ...]], ...] = (
    memory_tables, storage_tables, networking_tables, nic_tables, ha_tables, snapshot_tables,
)  # fmt: skip
_SHOWN = ("pool", "host", "VM", "SR", "VDI", "network", "VM_appliance", "task")


def _lines(pool: PoolBuilder, table: Table, subject: str) -> dict[str, Line]:
    live = LiveTable(table, pool.inventory, ref(subject))
    return {key.removeprefix("OpaqueRef:"): live.line(key) for key in _all_keys(live, TOP)}


def _all_keys(live: LiveTable, parent: str) -> list[str]:
    return [found for key in live.keys(parent) for found in (key, *_all_keys(live, key))]


def _texts(line: Line) -> list[str]:
    return [cell.text for cell in line.cells]


@pytest.mark.parametrize("path", [one for one in shared_glob("dumps/*.xml") if "xencenter-tree" not in str(one)])
def test_every_tab_of_every_object_of_a_saved_database_lists_something_sensible(path: Path) -> None:
    inventory, _ = open_dump(path.read_bytes())
    shown = 0
    for class_name in _SHOWN:
        for subject in list(inventory.refs(class_name)):
            record = inventory.find(subject)
            for choose in _CHOOSERS if record is not None else ():
                for table in choose(inventory, record):
                    shown += _check(inventory, table, subject)
    assert shown > 0


def _check(inventory: Inventory, table: Table, subject: str) -> int:
    live = LiveTable(table, inventory, subject)
    keys = _all_keys(live, TOP)
    assert len(keys) == len(set(keys))
    for key in keys:
        line = live.line(key)
        assert len(line.cells) == len(table.columns)
        for cell in line.cells:
            assert "OpaqueRef" not in cell.text
            assert "OpaqueRef" not in cell.hint
            assert cell.text != UNKNOWN or cell.hint or cell.instant_s, (table.key, line.cells)
    for column in range(len(table.columns)):
        live.sort(column, is_ascending=False)
        assert sorted(_all_keys(live, TOP)) == sorted(keys)
    return len(keys)


def test_memory_of_a_host_is_shared_out_and_what_is_available_is_what_the_rules_say() -> None:
    pool = build_pool().host("h1", 64, memory_overhead=GIB).vm("web", on="h1", memory_gib=8)
    pool.vm("h1-dom0", on="h1", memory_gib=4, is_control_domain=True)
    pool.change("host", "h1", control_domain=ref("h1-dom0"))
    lines = _lines(pool, HOST_MEMORY, "h1")
    assert list(lines) == ["h1", "h1-dom0", "web"]
    share = lines["h1"].cells[2].bar
    assert isinstance(share, Share)
    assert [what for _, _, what in share.parts] == ["hypervisor", "control domain", "VMs"]
    assert share.parts[2][0] == pytest.approx(8 / 64)
    assert lines["h1"].cells[6].sort == free_memory_bytes(pool.inventory, ref("h1"))


def test_a_vm_with_room_to_move_shows_its_range_and_a_fixed_one_says_so() -> None:
    pool = build_pool().host("h1").vm("fixed", on="h1").vm("moves", on="h1", memory_gib=4)
    pool.change("VM", "moves", memory_dynamic_min=GIB, memory_target=2 * GIB)
    lines = _lines(pool, POOL_MEMORY, "pool")
    assert lines["fixed"].cells[2].text == "Fixed"
    assert lines["moves"].cells[2].bar == Span(0.25, 1.0, 0.5)


def test_an_unreachable_host_has_no_memory_to_tell_of() -> None:
    pool = build_pool().host("h1").host("dead", live=False)
    line = _lines(pool, POOL_MEMORY, "pool")["dead"]
    assert line.cells[1].text == "–"
    assert "does not answer" in line.cells[1].hint
    dead = pool.inventory.find(ref("dead"))
    assert dead is not None
    assert memory_tables(pool.inventory, dead) == ()
    assert nic_tables(pool.inventory, dead) == ()


def test_disks_and_drives_of_a_vm_are_listed_apart_by_position() -> None:
    pool = build_pool().host("h1").sr("nfs", "h1", name_label="NFS")
    pool.vm("web")
    for position in (10, 2, 0):
        pool.change("VDI", f"d{position}", SR=ref("nfs"), name_label=f"disk {position}", virtual_size=GIB, managed=True)
        fields = {"VM": ref("web"), "VDI": ref(f"d{position}"), "type": "Disk", "userdevice": str(position)}
        pool.change("VBD", f"b{position}", **fields)
    pool.change("VBD", "cd", VM=ref("web"), type="CD", empty=True, userdevice="3")
    names = [line.cells[1].text for line in _lines(pool, VM_DISKS, "web").values()]
    assert names == ["disk 0", "disk 2", "disk 10"]
    assert _texts(_lines(pool, VM_DRIVES, "web")["cd"])[:2] == ["3", "Empty"]


def test_a_storage_lists_who_uses_each_disk_and_leaves_out_what_it_does_not_manage() -> None:
    pool = build_pool().host("h1").sr("nfs", "h1").vm("web", srs=("nfs",))
    pool.change("VDI", "web-nfs", managed=True)
    pool.change("VDI", "base", SR=ref("nfs"), name_label="base copy", managed=False)
    lines = _lines(pool, SR_DISKS, "nfs")
    assert list(lines) == ["web-nfs"]
    assert "web" in _texts(lines["web-nfs"])


def test_a_host_lists_its_storages_with_how_full_they_are() -> None:
    pool = build_pool().host("h1").host("h2").sr("nfs", "h1", "h2", physical_size=100 * GIB)
    pool.change("SR", "nfs", physical_utilisation=25 * GIB)
    pool.sr("elsewhere", "h2")
    lines = _lines(pool, HOST_STORAGES, "h1")
    assert list(lines) == ["nfs"]
    usage = lines["nfs"].cells[5]
    assert usage.bar == Fill(0.25)
    assert usage.text == "25 % (25.0 GiB used)"


def test_addresses_of_a_vm_are_told_for_the_interface_they_belong_to_each_once() -> None:
    pool = build_pool().host("h1").network("lan", "h1").vm("web", on="h1", networks=("lan",))
    networks = {"0/ip": "10.0.0.1", "0/ipv4/0": "10.0.0.1", "0/ipv6/0": "fe80::1", "1/ip": "10.9.9.9"}
    pool.change("VM_guest_metrics", "web-guest", networks=networks)
    (line,) = _lines(pool, VM_INTERFACES, "web").values()
    assert line.cells[4].text == "10.0.0.1, fe80::1"


def test_a_vlan_is_told_by_the_nic_below_it_and_only_configured_interfaces_have_a_line_of_addresses() -> None:
    pool = build_pool().host("h1").network("lan", "h1").network("vlan", "h1")
    pool.change("PIF", "lan-h1", management=True, IP="10.0.0.5", ip_configuration_mode="Static", VLAN=-1)
    pool.change("PIF", "vlan-h1", VLAN=120, device="eth0", physical=False, VLAN_master_of=ref("v"))
    pool.change("VLAN", "v", tagged_PIF=ref("lan-h1"), untagged_PIF=ref("vlan-h1"), tag=120)
    assert _texts(_lines(pool, NETWORKS, "h1")["vlan"])[2:4] == ["NIC 0", "120"]
    addresses = _lines(pool, ADDRESSES, "pool")
    assert list(addresses) == ["lan-h1"]
    assert _texts(addresses["lan-h1"])[1:6] == ["Management", "lan", "NIC 0", "Static", "10.0.0.5"]


def test_the_members_of_a_bond_hang_below_it() -> None:
    pool = build_pool().host("h1").network("lan", "h1")
    for device in ("eth0", "eth1"):
        pool.change("PIF", device, host=ref("h1"), device=device, physical=True, VLAN=-1, bond_slave_of=ref("bond"))
    pool.change("PIF", "lan-h1", device="bond0", physical=False, VLAN=-1, bond_master_of=[ref("bond")])
    pool.change("Bond", "bond", master=ref("lan-h1"), slaves=[ref("eth0"), ref("eth1")], mode="lacp", links_up=1)
    live = LiveTable(NICS, pool.inventory, ref("h1"))
    assert live.keys() == (ref("lan-h1"),)
    assert live.keys(ref("lan-h1")) == (ref("eth0"), ref("eth1"))
    assert _texts(live.line(ref("lan-h1")))[5:7] == ["Bond, LACP", "1 of 2 links up"]


def test_ha_says_what_is_off_and_sorts_vms_by_what_happens_to_them() -> None:
    pool = build_pool().host("h1").vm("last").vm("first", ha_restart_priority="restart", order=1)
    pool.vm("maybe", ha_restart_priority="best-effort").vm("second", ha_restart_priority="restart", order=2)
    assert list(_lines(pool, VMS, "pool")) == ["first", "second", "maybe", "last"]
    assert _lines(pool, STATUS, "pool")["Status"].cells[1].text == "Off"
    pool.pool(ha_enabled=True, ha_host_failures_to_tolerate=1, ha_overcommitted=True)
    status = _lines(pool, STATUS, "pool")
    assert "overcommitted" in status["Status"].cells[1].text
    assert status["Configured to tolerate"].cells[1].text == "1 server failure"


def test_ha_tells_which_server_is_about_to_be_cut_off() -> None:
    pool = build_pool().host("h1").host("h2").host("h3", live=False).pool(ha_enabled=True, ha_statefiles=[ref("v")])
    everybody = [ref("h1"), ref("h2"), ref("h3")]
    pool.change("host", "h1", ha_statefiles=[ref("v")], ha_network_peers=everybody)
    pool.change("host", "h2", ha_statefiles=[], ha_network_peers=everybody)
    states = {name: line.cells[1].text for name, line in _lines(pool, SERVERS, "pool").items()}
    assert states == {"h1": "Healthy", "h2": "No heartbeat to storage", "h3": "Unreachable"}
    pool.change("host", "h2", ha_statefiles=[ref("v")], ha_network_peers=everybody[:2])
    assert _lines(pool, SERVERS, "pool")["h2"].cells[1].text == "Healthy", "nobody sees a server that is down"
    pool.change("host", "h2", ha_network_peers=[ref("h2")])
    missing = _lines(pool, SERVERS, "pool")["h2"].cells[1]
    assert (missing.text, missing.hint) == ("Misses other servers", "It does not see h1")
