"""The Infrastructure view: XenCenter's own tree of a pool, and its rules on every pool there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, parse

import pytest

from lifeguard.datamodel.records import Host, Pool, Sr, Vm
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.natural import natural_key
from lifeguard.inventory.relations import home_of, is_live, master_of, storage_home
from lifeguard.inventory.saved import open_dump
from lifeguard.tree.build import build_tree
from lifeguard.tree.node import Node
from lifeguard.tree.options import Options
from lifeguard.tree.views import infrastructure
from tests.support import shared_glob, shared_path

_DUMPS = shared_glob("dumps/*[!e].xml")
_ICON = {
    ("pool", "connected"): "PoolConnected",
    ("host", "connected"): "HostConnected",
    ("vm", "running"): "VmRunning",
    ("vm", "halted"): "VmStopped",
    ("sr", "normal"): "Storage",
    ("sr", "default"): "StorageDefault",
    ("template", "custom"): "TemplateUser",
    ("template", "default"): "Template",
}


def _load(path: Path) -> Inventory:
    return open_dump(path.read_bytes())[0]


def _tree(inventory: Inventory, **toggles: bool) -> tuple[Node, ...]:
    return build_tree({"pool": inventory}, infrastructure(Options(**toggles)))


def _all(nodes: tuple[Node, ...]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _all(node.children)


def _expected(element: Element) -> list[object]:
    return [
        (child.get("text"), child.get("imageindex"), child.get("tag"), _expected(child))
        for child in element.findall("node")
    ]


def _shown(nodes: tuple[Node, ...]) -> list[object]:
    return [(node.name, _ICON[node.kind, node.state], node.tooltip, _shown(node.children)) for node in nodes]


def test_the_tree_of_a_pool_is_the_one_that_xencenter_shows() -> None:
    inventory = _load(shared_path("dumps/hottub.xml"))
    picture = parse(shared_path("dumps/hottub.xencenter-tree.xml")).getroot()[0]
    assert _shown(_tree(inventory, default_templates=True)) == _expected(picture)


@pytest.mark.parametrize("path", _DUMPS)
def test_the_master_is_the_first_host_and_the_others_follow_by_name(path: Path) -> None:
    inventory = _load(path)
    hosts = [node for node in _tree(inventory)[0].children if node.kind == "host"]
    master = master_of(inventory)
    assert master is not None
    assert hosts[0].ref == master.ref
    assert "master" in hosts[0].marks
    rest = [natural_key(node.name) for node in hosts[1:]]
    assert rest == sorted(rest)
    assert len(hosts) == inventory.count("host")


@pytest.mark.parametrize("path", _DUMPS)
def test_every_real_vm_is_shown_once_under_its_home(path: Path) -> None:
    inventory = _load(path)
    pool = next(inventory.all(Pool))
    nodes = _tree(inventory)
    parents = {child.ref: node.ref for node in _all(nodes) for child in node.children if child.kind == "vm"}
    real = [vm for vm in inventory.all(Vm) if not (vm.is_a_template or vm.is_a_snapshot or vm.is_control_domain)]
    lives = [vm for vm in real if (home := home_of(inventory, vm.ref)) is None or is_live(inventory, home)]
    assert parents == {vm.ref: home_of(inventory, vm.ref) or pool.ref for vm in lives}
    running = [vm for vm in lives if vm.power_state == "Running"]
    assert all(parents[vm.ref] == vm.resident_on for vm in running)


@pytest.mark.parametrize("path", _DUMPS)
def test_storage_hangs_under_its_only_host_or_under_the_pool(path: Path) -> None:
    inventory = _load(path)
    pool = next(inventory.all(Pool))
    for node in _all(_tree(inventory)):
        for child in node.children:
            if child.kind == "sr" and child.ref is not None:
                assert node.ref == (storage_home(inventory, child.ref) or pool.ref)
                assert inventory.get(Sr, child.ref).shared == (node.kind == "pool")


@pytest.mark.parametrize("path", _DUMPS)
def test_kinds_follow_each_other_and_names_are_in_natural_order_among_their_like(path: Path) -> None:
    rank = {"pool": 0, "host": 1, "vm": 2, "sr": 3, "template": 4}
    for node in _all(_tree(_load(path), default_templates=True)):
        kinds = [rank[child.kind] for child in node.children]
        assert kinds == sorted(kinds)
        for kind, state in (("vm", None), ("sr", None), ("template", "custom"), ("template", "default")):
            names = [
                natural_key(child.tooltip)
                for child in node.children
                if child.kind == kind and state in (None, child.state)
            ]
            assert names == sorted(names)


@pytest.mark.parametrize("path", _DUMPS)
def test_what_is_no_business_of_an_admin_is_left_out(path: Path) -> None:
    inventory = _load(path)
    for node in _all(_tree(inventory, default_templates=True)):
        record = inventory.find(node.ref or "")
        if isinstance(record, Vm):
            assert not record.is_control_domain
            assert not record.is_a_snapshot
            assert record.other_config.get("xensource_internal") != "true"
            assert record.other_config.get("HideFromXenCenter") != "true"
        elif isinstance(record, Sr):
            assert record.name_label != "XenServer Tools"
        else:
            assert isinstance(record, Pool | Host)


@pytest.mark.parametrize("path", _DUMPS)
def test_each_toggle_of_the_view_takes_away_its_own_sort_only(path: Path) -> None:
    inventory = _load(path)
    everything = {node.ref: node for node in _all(_tree(inventory, default_templates=True, hidden=True))}
    without = {
        "custom_templates": lambda node: (node.kind, node.state) == ("template", "custom"),
        "default_templates": lambda node: (node.kind, node.state) == ("template", "default"),
        "local_storage": lambda node: (
            inventory.class_of(node.ref) == "SR" and inventory.get(Sr, node.ref).type in ("lvm", "ext", "udev", "local")
        ),
        "hidden": lambda node: "hidden" in node.marks,
    }
    for toggle, goes in without.items():
        left = _all(_tree(inventory, **({"default_templates": True, "hidden": True} | {toggle: False})))
        assert {node.ref for node in left} == {ref for ref, node in everything.items() if not goes(node)}


def test_hidden_objects_say_so_when_they_are_shown() -> None:
    inventory = _load(shared_path("dumps/cowley.xml"))
    hidden = [node for node in _all(_tree(inventory, hidden=True)) if "hidden" in node.marks]
    assert hidden
    assert all(node.name.endswith(" (hidden)") for node in hidden)
