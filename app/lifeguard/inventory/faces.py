"""How an object shows itself in a list or tree: what it is, its names, its state, and its place among its like."""

from __future__ import annotations

from msgspec import Struct

from lifeguard.datamodel.records import Host, Network, Record, Vm
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.kinds import KIND_OF, is_default_template, type_of
from lifeguard.inventory.naming import full_name, short_name
from lifeguard.inventory.natural import natural_key
from lifeguard.inventory.relations import is_real_vm, master_ref
from lifeguard.inventory.standing import marks_of, state_of
from lifeguard.inventory.visibility import is_bond_member, is_marked_hidden

Order = tuple[int, int, str, int, str, str]
"""Sorts what stands on one level: values before objects, type, class, class's own order, natural name, ref."""

_TYPE_RANK = {"folder": 0, "pool": 1, "host": 2}
_REAL_VM_RANK = 3
_OTHER_RANK = 4
_CLASS_NAME = {"VmAppliance": "vm_appliance"}
OFFLINE = 2


class Face(Struct, frozen=True, gc=False):
    """One object as a node or a row. `name` is for where its place is plain to see, `label` stands on its own;
    `state` and `marks` choose the icon."""

    kind: str
    ref: str
    name: str
    label: str
    state: str
    marks: tuple[str, ...]
    order: Order


def face_of(facts: Facts, ref: str, today: str | None = None) -> Face | None:
    """The face of an object, None for what is not there or is nothing that lists show."""
    record = facts.find(ref)
    if record is None:
        return None
    sort = type_of(record)
    if sort is None:
        return None
    label, name = full_name(facts, record), short_name(facts, record)
    marks = marks_of(facts, record)
    if is_marked_hidden(facts, record):
        marks = (*marks, "hidden")
        is_member = isinstance(record, Network) and is_bond_member(facts, record)
        name = f"{name} (Bonded member)" if is_member else f"{name} (hidden)"
    return Face(KIND_OF[sort], ref, name, label, state_of(facts, record, today), marks, order_of(facts, record, label))


def order_of(facts: Facts, record: Record, label: str) -> Order:
    """The place of an object among others on one level: the master is the first host."""
    rank, place = _OTHER_RANK, 0
    class_name = type(record).__name__
    if isinstance(record, Vm):
        rank, place = (_REAL_VM_RANK if is_real_vm(record) else _OTHER_RANK), _vm_place(record)
    elif isinstance(record, Host):
        rank, place = _TYPE_RANK["host"], 0 if master_ref(facts) == record.ref else 1
    elif class_name == "Pool":
        rank = _TYPE_RANK["pool"]
    return (1, rank, _CLASS_NAME.get(class_name, class_name.lower()), place, natural_key(label), record.ref)


def order_of_server(address: str, title: str) -> Order:
    """The place of a server without a connection: among the hosts, after all that are connected."""
    return (1, _TYPE_RANK["host"], "host", OFFLINE, natural_key(title), address)


def _vm_place(vm: Vm) -> int:
    if vm.is_a_snapshot:
        return 2
    if vm.is_a_template:
        return 4 if is_default_template(vm) else 3
    return 0 if vm.is_control_domain else 1
