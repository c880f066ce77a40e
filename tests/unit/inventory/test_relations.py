"""Who belongs to whom, what things are called, and what is hidden: the rules, one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lifeguard.datamodel.records import Host, Network, Sr, Vdi, Vm
from lifeguard.inventory.addresses import addresses_of
from lifeguard.inventory.change import Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.naming import name_of, short_name
from lifeguard.inventory.relations import home_of, hosts_of, is_live, is_pool_visible, vms_on
from lifeguard.inventory.standing import host_state, marks_of, state_of
from lifeguard.inventory.visibility import is_shown

_Rows = Mapping[str, Mapping[str, Any]]
_POOL: dict[str, Mapping[str, Any]] = {
    "pool": {"pool": {"name_label": "p", "master": "h1", "default_SR": "shared"}},
    "host": {"h1": {"name_label": "one", "enabled": True}, "h2": {"name_label": "two", "enabled": True}},
    "SR": {"local": {"type": "lvm"}, "shared": {"type": "nfs", "shared": True}, "half": {"type": "lvm"}},
    "PBD": {
        "p1": {"SR": "local", "host": "h2", "currently_attached": True},
        "p2": {"SR": "shared", "host": "h1", "currently_attached": True},
        "p3": {"SR": "shared", "host": "h2", "currently_attached": True},
        "p4": {"SR": "half", "host": "h1"},
        "p5": {"SR": "half", "host": "h2"},
    },
    "VDI": {"on-local": {"SR": "local", "managed": True}, "on-shared": {"SR": "shared", "managed": True}},
    "VBD": {"b1": {"VM": "vm", "VDI": "on-shared"}, "b2": {"VM": "vm", "VDI": "on-local", "type": "CD"}},
}


def _inventory(**more: _Rows) -> Inventory:
    inventory = Inventory()
    for tables in (_POOL, more):
        inventory.apply(
            Event(table, ref, "mod", {**(_POOL.get(table, {}).get(ref, {})), **row})
            for table, rows in tables.items()
            for ref, row in rows.items()
        )
    return inventory


def test_a_running_vm_is_at_home_where_it_runs() -> None:
    assert home_of(_inventory(VM={"vm": {"power_state": "Running", "resident_on": "h1"}}), "vm") == "h1"


def test_a_halted_vm_is_at_home_with_its_first_storage_tied_to_one_host_then_with_a_live_affinity() -> None:
    halted = {"vm": {"power_state": "Halted", "affinity": "h1"}}
    assert home_of(_inventory(VM=halted), "vm") == "h2"
    elsewhere = {"on-local": {"SR": "half"}}
    assert home_of(_inventory(VM=halted, VDI=elsewhere), "vm") == "h1"
    unmanaged = {"on-local": {"managed": False}}
    assert home_of(_inventory(VM=halted, VDI=unmanaged), "vm") == "h1"
    dead = {"m": {"live": False}}
    hosts = {"h1": {"metrics": "m"}}
    assert home_of(_inventory(VM=halted, VDI=elsewhere, host_metrics=dead, host=hosts), "vm") is None


def test_a_suspended_vm_follows_its_storage_and_not_where_it_ran() -> None:
    assert home_of(_inventory(VM={"vm": {"power_state": "Suspended", "resident_on": "h1"}}), "vm") == "h2"


def test_a_snapshot_is_at_home_with_its_vm_and_a_template_nowhere() -> None:
    inventory = _inventory(
        VM={
            "vm": {"power_state": "Running", "resident_on": "h1"},
            "snap": {"is_a_snapshot": True, "is_a_template": True, "snapshot_of": "vm"},
            "orphan": {"is_a_snapshot": True, "snapshot_of": "gone"},
            "template": {"is_a_template": True, "affinity": "h1"},
        }
    )
    assert [home_of(inventory, ref) for ref in ("snap", "orphan", "template", "none")] == ["h1", None, None, None]


def test_hosts_without_any_metrics_at_all_count_as_live() -> None:
    assert is_live(_inventory(), "h1")
    inventory = _inventory(host_metrics={"m": {"live": True}}, host={"h1": {"metrics": "m"}})
    assert is_live(inventory, "h1")
    assert not is_live(inventory, "h2")


def test_a_pool_is_one_when_it_has_a_name_or_a_second_host() -> None:
    unnamed = {"pool": {"name_label": ""}}
    assert is_pool_visible(_inventory(pool=unnamed))
    alone = _inventory(pool=unnamed)
    alone.apply([Event("host", "h2", "del")])
    assert not is_pool_visible(alone)
    assert name_of(alone, "pool") == "one"


def test_a_host_counts_its_real_vms_only() -> None:
    there = {"resident_on": "h1"}
    inventory = _inventory(VM={"vm": there, "dom0": there | {"is_control_domain": True}})
    assert [vm.ref for vm in vms_on(inventory, "h1")] == ["vm"]


def test_storage_that_the_server_named_gets_a_friendly_name_until_somebody_renames_it() -> None:
    made = {"i18n-key": "local-storage", "i18n-original-value-name_label": "Local storage"}
    inventory = _inventory(SR={"local": {"name_label": "Local storage", "other_config": made}})
    record = inventory.get(Sr, "local")
    assert record is not None
    assert (short_name(inventory, record), name_of(inventory, "local")) == ("Local storage", "Local storage on two")
    renamed = _inventory(SR={"local": {"name_label": "Fast", "other_config": made}})
    assert name_of(renamed, "local") == "Fast"


def test_networks_are_named_by_the_nic_of_the_master() -> None:
    nics = {
        "a": {"network": "n", "host": "h2", "device": "eth5", "VLAN": -1},
        "b": {"network": "n", "host": "h1", "device": "eth3", "VLAN": -1},
        "v": {"network": "tagged", "host": "h1", "device": "eth3", "VLAN": 7},
        "bond": {"network": "bonded", "host": "h1", "device": "bond0", "VLAN": -1, "bond_master_of": ["bd"]},
        "s1": {"network": "m", "host": "h1", "device": "eth1", "VLAN": -1, "bond_slave_of": "bd"},
        "s0": {"network": "m", "host": "h1", "device": "eth0", "VLAN": -1, "bond_slave_of": "bd"},
    }
    label = {"name_label": "Pool-wide network associated with eth9"}
    networks = {ref: label for ref in ("n", "tagged", "bonded", "m", "none")} | {"own": {"name_label": "DMZ"}}
    inventory = _inventory(PIF=nics, Bond={"bd": {"master": "bond"}}, network=networks)
    assert [name_of(inventory, ref) for ref in ("n", "tagged", "bonded", "none", "own")] == [
        "Network 3", "Network 3 on VLAN 7", "Network 0+1", label["name_label"], "DMZ",
    ]  # fmt: skip
    shown = {ref for ref in networks if is_shown(inventory, inventory.get(Network, ref))}
    assert shown == {"n", "tagged", "bonded", "none", "own"}
    assert is_shown(inventory, inventory.get(Network, "m"), with_hidden=True)


def test_dom0_and_drives_are_named_after_their_host() -> None:
    inventory = _inventory(
        VM={"dom0": {"is_control_domain": True, "resident_on": "h1"}},
        SR={"local": {"type": "udev", "sm_config": {"type": "cd"}}},
        VDI={"on-local": {"name_label": "SCSI 0:0:0:0"}},
    )
    assert name_of(inventory, "dom0") == "Control domain on host one"
    assert name_of(inventory, "on-local") == "DVD drive on two"
    stick = _inventory(
        SR={"local": {"type": "udev", "sm_config": {"type": "block"}}}, VDI={"on-local": {"name_label": "sdb"}}
    )
    assert name_of(stick, "on-local") == "sdb"


def test_only_marked_objects_come_back_when_hidden_ones_are_asked_for() -> None:
    marked = {"other_config": {"HideFromXenCenter": "true"}}
    inventory = _inventory(
        VM={
            "marked": marked,
            "dom0": {"is_control_domain": True},
            "internal": {"is_a_template": True, "other_config": {"xensource_internal": "true"}},
            "temporary": {"name_label": "__gui__x"},
            "stranded": {"power_state": "Running", "resident_on": "h2"},
        },
        SR={
            "tools": {"name_label": "XenServer Tools", "type": "iso"},
            "tmp": {"type": "tmpfs"},
            "shared": marked,
            "recovered": {"introduced_by": "OpaqueRef:not-to-be-seen"},
        },
        VDI={"lost": {"missing": True, "managed": True}, "raw": {"managed": False}},
        host={"h2": {"metrics": "m"}},
        host_metrics={"m": {"live": False}},
    )

    def shown(kind: type[Any], with_hidden: bool) -> set[str]:
        return {record.ref for record in inventory.all(kind) if is_shown(inventory, record, with_hidden)}

    assert shown(Vm, False) == set()
    assert shown(Vm, True) == {"marked"}
    assert (shown(Sr, False), shown(Sr, True)) == ({"half"}, {"half", "shared"})
    assert shown(Vdi, True) == {"on-local", "on-shared"}


def test_states_say_what_the_icon_shows() -> None:
    inventory = _inventory(
        VM={
            "run": {"power_state": "Running"},
            "busy": {"power_state": "Running", "current_operations": {"t": "clean_reboot"}},
            "moving": {"power_state": "Running", "current_operations": {"t": "pool_migrate"}},
            "calm": {"power_state": "Running", "current_operations": {"t": "changing_dynamic_range"}},
            "snap": {"is_a_snapshot": True, "power_state": "Suspended", "is_vmss_snapshot": True},
        },
        SR={"bare": {}},
        host={"h2": {"enabled": False}},
    )
    states = {record.ref: state_of(inventory, record) for kind in (Vm, Sr, Host) for record in inventory.all(kind)}
    assert states == {
        "run": "running", "busy": "busy", "moving": "migrating", "calm": "running", "snap": "scheduled-memory",
        "local": "normal", "shared": "default", "half": "detached", "bare": "disabled",
        "h1": "connected", "h2": "maintenance",
    }  # fmt: skip
    assert marks_of(inventory, inventory.get(Host, "h1")) == ("master",)


def test_shared_storage_is_broken_when_a_host_lacks_it() -> None:
    inventory = _inventory(PBD={"p3": {"currently_attached": False}})
    assert state_of(inventory, inventory.get(Sr, "shared")) == "broken"


def test_a_host_older_than_its_master_needs_an_upgrade_and_an_expired_licence_is_said_on_its_day() -> None:
    expiring = {"license_params": {"expiry": "20260101T00:00:00Z"}, "software_version": {"product_version": "8.10.0"}}
    older = {"license_params": {"expiry": "never"}, "software_version": {"product_version": "8.9.1"}}
    inventory = _inventory(host={"h1": expiring, "h2": older})
    assert host_state(inventory, "h2") == "needs-upgrade"
    assert host_state(inventory, "h1") == "connected"
    assert host_state(inventory, "h1", "20260102T00:00:00Z") == "unlicensed"


def test_addresses_are_those_of_nics_guests_and_storage_servers() -> None:
    inventory = _inventory(
        PIF={ref: {"host": "h1", "IP": ip} for ref, ip in (("a", "10.0.0.1"), ("b", ""), ("c", "10.1.0.1"))},
        VM={"vm": {"guest_metrics": "g"}, "bare": {}},
        VIF={"v1": {"VM": "vm", "device": "1"}, "v0": {"VM": "vm", "device": "0"}},
        VM_guest_metrics={
            "g": {"networks": {"1/ip": "10.3.0.1", "0/ip": "10.2.0.1%n10.2.0.2", "0/ipv6/0": "fe80::1", "7/ip": "x"}}
        },
        PBD={"p1": {"device_config": {"location": "nas:/vol/x"}}, "p4": {"device_config": {"target": "10.9.9.9"}}},
    )

    def of(kind: type[Any], ref: str) -> tuple[str, ...] | None:
        return addresses_of(inventory, inventory.get(kind, ref))

    assert of(Host, "h1") == ("10.0.0.1", "10.1.0.1")
    assert of(Host, "h2") == ()
    assert of(Vm, "vm") == ("10.2.0.1", "10.2.0.2", "fe80::1", "10.3.0.1")
    assert of(Vm, "bare") is None
    assert (of(Sr, "local"), of(Sr, "half")) == (("nas",), ("10.9.9.9",))


def test_everything_belongs_to_a_standalone_host_and_without_a_pool_to_where_it_is_at_home() -> None:
    inventory = _inventory(pool={"pool": {"name_label": ""}}, VM={"vm": {}, "apart": {}})
    inventory.apply([Event("host", "h1", "del")])
    vm, shared, apart = inventory.find("vm"), inventory.find("shared"), inventory.find("apart")
    assert [hosts_of(inventory, one) for one in (vm, shared, apart)] == [("h2",)] * 3
    inventory.apply([Event("host", "h1", "add", {"name_label": "one"}), Event("pool", "pool", "del")])
    assert [hosts_of(inventory, one) for one in (vm, shared, apart)] == [("h2",), (), ()]
    inventory.apply([Event("host", "h1", "del"), Event("host", "h2", "del")])
    assert [hosts_of(inventory, one) for one in (vm, shared, apart)] == [(), (), ()]


def test_storage_is_broken_when_a_link_by_several_paths_has_lost_one() -> None:
    def state(**config: str) -> str:
        return state_of((inventory := _inventory(PBD={"p2": {"other_config": config}})), inventory.find("shared"))

    assert state(**{"multipathed": "true", "mpath-3600": "[2, 4, 0]"}) == "broken"
    assert state(**{"multipathed": "true", "mpath-3600": "[4L, 4L]", "mpath-3601": "?"}) == "default"
    assert state(**{"multipathed": "false", "mpath-3600": "[2, 4]"}) == "default"


def test_a_pool_says_what_is_wrong_with_a_host_whatever_state_that_is_in() -> None:
    newer = {"software_version": {"product_version": "8.2"}}
    older = {"software_version": {"product_version": "8.1"}, "enabled": False}
    inventory = _inventory(host={"h1": newer, "h2": older})
    assert host_state(inventory, "h2") == "maintenance"
    assert state_of(inventory, inventory.find("pool")) == "needs-upgrade"
    lacking = _inventory(
        host={"h2": {"enabled": False}}, pool_update={"u": {"enforce_homogeneity": True, "hosts": ["h1"]}}
    )
    assert state_of(lacking, lacking.find("pool")) == "unpatched"
    assert state_of(_inventory(), _inventory().find("pool")) == "connected"


def test_a_network_is_hidden_with_its_nics_and_withheld_when_one_is_not_managed() -> None:
    marked = {"network": "a", "other_config": {"HideFromXenCenter": "true"}}
    nics = {"n1": marked, "n2": {"network": "b", "managed": False}, "n3": {"network": "c"}}
    inventory = _inventory(PIF=nics, network={"a": {}, "b": {}, "c": {}})
    shown = {
        hidden: {one.ref for one in inventory.all(Network) if is_shown(inventory, one, hidden)}
        for hidden in (False, True)
    }
    assert shown == {False: {"c"}, True: {"a", "c"}}
