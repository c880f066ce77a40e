"""Snapshots of a site's VMs: chains, a tree with two branches, and one with the memory in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lifeguard.datamodel.dump import Row
from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.scenario.draft import Draft
from lifeguard.sim.scenario.stores import Stores

_OWN = ("uuid", "guest_metrics", "metrics", "resident_on", "appliance", "snapshot_schedule", "suspend_VDI", "tags")
_REASONS = ("before the update", "known good", "before the migration of the schema", "after the security review",
            "last release", "working configuration", "before the disk was grown")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """A snapshot to write: its name, how long ago, the place of its parent among the earlier ones (-1: none)."""

    name: str
    days_ago: float
    parent: int = -1
    has_memory: bool = False


_TREE = (Wish("fresh install", 210), Wish("joined the directory", 190, 0), Wish("old application", 120, 1),
         Wish("new application", 60, 1), Wish("new application, tuned", 12, 3, has_memory=True))  # fmt: skip


def write_snapshots(draft: Draft, vms: Mapping[str, str], stores: Stores) -> None:
    """One tree for the first that suits, a chain of one to three for about one VM in fifteen."""
    candidates = [ref for name, ref in vms.items() if not name.startswith("desktop")]
    running = [ref for ref in candidates if draft.row("VM", ref)["power_state"] == "Running"]
    drives, cards = _by_machine(draft, "VBD"), _by_machine(draft, "VIF")
    for ref in running[3:4]:
        _write(draft, ref, _TREE, stores, (drives[ref], cards[ref]))
    for ref in candidates[5::15]:
        length = draft.rng.randint(1, 3)
        wishes = [
            Wish(draft.rng.choice(_REASONS), (length - at) * draft.rng.uniform(3, 25), at - 1) for at in range(length)
        ]
        _write(draft, ref, wishes, stores, (drives[ref], cards[ref]))


def _by_machine(draft: Draft, table: str) -> Mapping[str, list[Row]]:
    """The devices of each machine, found in one pass."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in draft.tables[table].values():
        found[row["VM"]].append(row)
    return found


def _write(
    draft: Draft, vm: str, wishes: Sequence[Wish], stores: Stores, devices: tuple[list[Row], list[Row]]
) -> None:
    drives, cards = devices
    disks = [vbd for vbd in drives if vbd["type"] == "Disk"]
    refs: list[str] = []
    for wish in wishes:
        parent = refs[wish.parent] if wish.parent >= 0 else NULL_REF
        refs.append(_write_one(draft, vm, wish, parent, stores))
        for vbd in disks:
            _copy_disk(draft, vbd, refs[-1], draft.ago(wish.days_ago))
        for vif in cards:
            draft.add("VIF", **{**_without(vif, "uuid"), "VM": refs[-1], "currently_attached": False})
    draft.row("VM", vm)["parent"] = refs[-1]


def _write_one(draft: Draft, vm: str, wish: Wish, parent: str, stores: Stores) -> str:
    of = draft.row("VM", vm)
    state = "Suspended" if wish.has_memory else "Halted"
    snapshot = draft.add(
        "VM",
        **{
            **_without(of, *_OWN),
            "name_label": wish.name, "name_description": f"Snapshot of {of['name_label']}", "power_state": state,
            "is_a_template": True, "is_a_snapshot": True, "snapshot_of": vm, "parent": parent, "domid": -1,
            "snapshot_time": draft.ago(wish.days_ago), "ha_always_run": False, "ha_restart_priority": "",
            "snapshot_info": {"power-state-at-snapshot": "Running", "disk-snapshot-type": "crash_consistent"},
            "other_config": {**of["other_config"]},
        },
    )  # fmt: skip
    if wish.has_memory:
        size = int(of["memory_static_max"] * 1.26)
        image = draft.add("VDI", SR=stores.shared["nfs"], name_label="Suspend image", type="suspend", managed=True,
                          name_description=f"Memory of {of['name_label']}", virtual_size=size,
                          physical_utilisation=size // 2, location=draft.uuid())  # fmt: skip
        draft.row("VM", snapshot)["suspend_VDI"] = image
    return snapshot


def _copy_disk(draft: Draft, vbd: Mapping[str, object], snapshot: str, time: str) -> None:
    origin = draft.row("VDI", str(vbd["VDI"]))
    used = int(origin["virtual_size"] * draft.rng.uniform(0.02, 0.12))
    changed = {"is_a_snapshot": True, "snapshot_of": vbd["VDI"], "snapshot_time": time, "physical_utilisation": used}
    vdi = draft.add("VDI", **{**_without(origin, "uuid"), **changed, "location": draft.uuid()})
    draft.add("VBD", **{**_without(vbd, "uuid"), "VM": snapshot, "VDI": vdi, "device": "", "currently_attached": False})


def _without(row: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in row.items() if name not in names}
