"""The generated site: consistent with itself, sensible to every rule, and interesting to look at."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache

import pytest

from lifeguard.clock import VirtualClock
from lifeguard.datamodel.dump import Dump
from lifeguard.datamodel.schema import NULL_REF
from lifeguard.datamodel.tables import CLASSES
from lifeguard.sim.behaviour import lookup, memory, placement
from lifeguard.sim.behaviour.agility import check_agile
from lifeguard.sim.behaviour.upgrade import put_in_order
from lifeguard.sim.database import Database
from lifeguard.sim.release import Release
from lifeguard.sim.scenario.build import build_pool
from lifeguard.sim.scenario.plan import Plan
from lifeguard.sim.scenario.site import generate


@cache
def site(hosts: int = 16, vms: int = 200, seed: int = 1) -> Dump:
    return generate(Plan(hosts=hosts, vms=vms, seed=seed))


@pytest.fixture(scope="module")
def db() -> Database:
    return build_pool(16, 200, random.Random(1), VirtualClock(), Release.newest())


def names(db: Database, table: str, *refs: str) -> list[str]:
    return [db.get(table, ref, "name_label") for ref in refs]


def running(db: Database) -> list[str]:
    return [ref for ref, vm in lookup.guests(db) if vm["power_state"] == "Running"]


def test_same_plan_gives_the_same_site() -> None:
    assert generate(Plan(seed=7)) == generate(Plan(seed=7))
    assert generate(Plan(seed=7)) != generate(Plan(seed=8))


def test_every_field_written_exists_and_every_enum_value_is_known() -> None:
    for table, rows in site().tables.items():
        info = CLASSES[table]
        for row in rows.values():
            assert set(row) <= set(info.fields), table
            for name, value in row.items():
                kind = info.fields[name].type
                if kind.kind == "enum" and kind.name in info.enums:
                    assert value in info.enums[kind.name], (table, name)


def test_every_value_has_the_type_of_its_field() -> None:
    python = {"int": int, "bool": bool, "float": float, "string": str, "datetime": str, "enum": str, "ref": str,
              "set": tuple, "map": dict}  # fmt: skip
    for table, rows in site().tables.items():
        for row in rows.values():
            for name, value in row.items():
                expected = python.get(CLASSES[table].fields[name].type.kind)
                assert expected is None or type(value) is expected, (table, name, value)


def test_every_reference_leads_to_a_row_of_its_class() -> None:
    tables = site().tables
    for table, rows in tables.items():
        for row in rows.values():
            for name, value in row.items():
                kind = CLASSES[table].fields[name].type
                if kind.kind == "ref" and value != NULL_REF:
                    assert value in tables[kind.name], (table, name)


def test_uuids_addresses_and_macs_of_hosts_are_unique() -> None:
    tables = site().tables
    uuids = Counter(row["uuid"] for rows in tables.values() for row in rows.values())
    assert set(uuids.values()) == {1}
    addresses = [host["address"] for host in tables["host"].values()]
    assert len(set(addresses)) == 16
    cards = Counter(pif["MAC"] for pif in tables["PIF"].values() if pif["physical"])
    assert set(cards.values()) == {1}


def test_number_of_machines_is_what_was_asked_for(db: Database) -> None:
    assert len(db.rows("host")) == 16
    assert len(list(lookup.guests(db))) == 200


@pytest.mark.parametrize(("hosts", "vms"), [(1, 0), (1, 3), (2, 10), (3, 1), (5, 40), (40, 900)])
def test_pools_of_any_size_hold_together(hosts: int, vms: int) -> None:
    db = build_pool(hosts, vms, random.Random(5), VirtualClock(), Release.newest())
    assert len(list(lookup.guests(db))) == vms
    for ref in db.rows("host"):
        used = sum(vm["memory_dynamic_min"] + vm["memory_overhead"] for _, vm in memory.occupants(db, ref))
        assert used <= memory.capacity_bytes(db, ref)


@pytest.mark.parametrize(("hosts", "vms"), [(0, 1), (300, 1), (1, -1)])
def test_impossible_pools_are_refused(hosts: int, vms: int) -> None:
    with pytest.raises(ValueError, match="A generated pool"):
        Plan(hosts=hosts, vms=vms)


def test_coordinator_is_not_the_first_host_by_name(db: Database) -> None:
    [master] = names(db, "host", lookup.pool(db)["master"])
    assert master != min(host["name_label"] for host in db.rows("host").values())


def test_host_addresses_are_those_of_their_management_cards(db: Database) -> None:
    cards = {pif["host"]: pif["IP"] for pif in db.rows("PIF").values() if pif["management"]}
    assert cards == {ref: host["address"] for ref, host in db.rows("host").items()}


def test_running_machines_could_boot_where_they_are(db: Database) -> None:
    for ref in running(db):
        home = db.get("VM", ref, "resident_on")
        assert placement.verdict(db, ref, home, check_memory=False) is None, db.get("VM", ref, "name_label")


def test_most_hosts_can_take_most_machines(db: Database) -> None:
    verdicts = [placement.verdict(db, vm, host) is None for vm in running(db) for host in db.rows("host")
                if host != db.get("VM", vm, "resident_on")]  # fmt: skip
    assert sum(verdicts) > 0.75 * len(verdicts)


def test_one_host_is_nearly_full_and_refuses_for_memory(db: Database) -> None:
    free = {ref: memory.free_bytes(db, ref) for ref in db.rows("host")}
    full = min(free, key=lambda ref: free[ref])
    assert free[full] < 1024**3
    codes = Counter(
        error.code
        for vm in running(db)
        if db.get("VM", vm, "resident_on") != full and (error := placement.verdict(db, vm, full))
    )
    assert codes.most_common(1)[0][0] == "HOST_NOT_ENOUGH_FREE_MEMORY"


def test_one_host_is_in_maintenance_and_empty(db: Database) -> None:
    [resting] = [ref for ref, host in db.rows("host").items() if not host["enabled"]]
    assert db.get("host", resting, "other_config")["MAINTENANCE_MODE"] == "true"
    assert db.get("host", resting, "resident_VMs") == (db.get("host", resting, "control_domain"),)


def test_something_is_slightly_wrong(db: Database) -> None:
    unplugged = [pbd for pbd in db.rows("PBD").values() if not pbd["currently_attached"]]
    tight = [sr["name_label"] for sr in db.rows("SR").values()
             if sr["physical_size"] > 0 and sr["physical_utilisation"] > 0.9 * sr["physical_size"]]  # fmt: skip
    down = [bond for bond in db.rows("Bond").values() if bond["links_up"] < 2]
    assert (len(unplugged), tight, len(down)) == (1, ["NFS archive"], 1)
    alerts = {message["name"] for message in db.rows("message").values()}
    assert alerts >= {"PBD_PLUG_FAILED_ON_SERVER_START", "ALARM", "BOND_STATUS_CHANGED", "VM_CRASHED", "VM_MIGRATED"}


def test_what_is_not_short_of_room_raises_no_alarm() -> None:
    small = build_pool(2, 2, random.Random(1), VirtualClock(), Release.newest())
    full = {sr["uuid"] for sr in small.rows("SR").values()
            if sr["physical_utilisation"] > 0.9 * sr["physical_size"] > 0}  # fmt: skip
    alarms = [one for one in small.rows("message").values() if (one["name"], one["cls"]) == ("ALARM", "SR")]
    assert {one["obj_uuid"] for one in alarms} <= full


def test_alerts_name_objects_that_exist(db: Database) -> None:
    tables = {"VM": "VM", "Host": "host", "SR": "SR", "Pool": "pool"}
    for message in db.rows("message").values():
        assert db.by_uuid(tables[message["cls"]], message["obj_uuid"]), message["name"]


def test_states_tools_and_systems_are_mixed(db: Database) -> None:
    guests = list(lookup.guests(db))
    assert {vm["power_state"] for _, vm in guests} == {"Running", "Halted", "Suspended", "Paused"}
    distros = {row["os_version"]["distro"] for row in db.rows("VM_guest_metrics").values()}
    assert {"debian", "windows", "rocky", "ubuntu"} <= distros
    silent = [vm for _, vm in guests if vm["power_state"] == "Running" and vm["guest_metrics"] == NULL_REF]
    assert 3 <= len(silent) < 30


def test_some_machines_are_tied_to_their_host_and_most_are_not(db: Database) -> None:
    tied = [ref for ref in running(db) if check_agile(db, ref)]
    local = [ref for ref in tied if check_agile(db, ref).params[0] in {  # type: ignore[union-attr]
        sr for sr, row in db.rows("SR").items() if not row["shared"]}]  # fmt: skip
    assert 0 < len(local) < len(running(db)) / 4


def test_snapshots_form_trees_and_one_keeps_the_memory(db: Database) -> None:
    snapshots = {ref: vm for ref, vm in db.rows("VM").items() if vm["is_a_snapshot"]}
    assert all(vm["snapshot_of"] in db.rows("VM") for vm in snapshots.values())
    assert any(len(vm["children"]) > 1 for vm in snapshots.values())
    assert any(vm["power_state"] == "Suspended" and db.has("VDI", vm["suspend_VDI"]) for vm in snapshots.values())
    for ref in {vm["snapshot_of"] for vm in snapshots.values()}:
        assert db.get("VM", ref, "parent") in snapshots


def test_suspended_machines_have_an_image_and_no_host(db: Database) -> None:
    for _, vm in lookup.guests(db):
        if vm["power_state"] == "Suspended":
            assert db.get("VDI", vm["suspend_VDI"], "type") == "suspend"
            assert vm["resident_on"] == NULL_REF


def test_each_drive_has_metrics_of_its_own(db: Database) -> None:
    drives = db.rows("VBD").values()
    assert len({drive["metrics"] for drive in drives}) == len(drives) == len(db.rows("VBD_metrics"))


@pytest.mark.parametrize("is_ha_enabled", [False, True])
def test_what_runs_with_priority_restart_is_wanted_running_as_its_start_says(is_ha_enabled: bool) -> None:
    db = build_pool(5, 40, random.Random(2), VirtualClock(), Release.newest(), is_ha_enabled=is_ha_enabled)
    guests = [vm for _, vm in lookup.guests(db)]
    assert any(vm["ha_always_run"] for vm in guests)
    for vm in guests:
        wanted = vm["ha_restart_priority"] == "restart" and vm["power_state"] == "Running"
        assert vm["ha_always_run"] == wanted, vm["name_label"]


def test_addresses_of_machines_are_unique(db: Database) -> None:
    seen = [row["networks"]["0/ip"] for row in db.rows("VM_guest_metrics").values()]
    assert len(seen) == len(set(seen)) > 100


def test_allowed_operations_are_computed_when_the_pool_is_put_in_order(db: Database) -> None:
    put_in_order(db)
    assert "pool_migrate" in db.get("VM", running(db)[0], "allowed_operations")
    assert db.get("pool", lookup.pool_ref(db), "allowed_operations")


def test_high_availability_can_be_on_from_the_start() -> None:
    db = build_pool(5, 40, random.Random(2), VirtualClock(), Release.newest(), is_ha_enabled=True)
    pool = lookup.pool(db)
    assert pool["ha_enabled"]
    assert pool["ha_plan_exists_for"] == 2
    protected = [ref for ref, vm in lookup.guests(db) if vm["ha_always_run"]]
    assert protected
    shared = {ref for ref, sr in db.rows("SR").items() if sr["shared"]}
    assert all(set(placement.required_srs(db, db.row("VM", ref))) <= shared for ref in protected)
