"""Random changes of a small pool, with everything that is odd in real ones: references that lead nowhere or in a
circle, rows that come and go, objects that are hidden, names that differ in case only."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import strategies as st

from lifeguard.inventory.change import Event

HOSTS = [f"host{number}" for number in range(3)]
VMS = [f"vm{number}" for number in range(4)]
_SRS = [f"sr{number}" for number in range(2)]
_NULL = "OpaqueRef:NULL"
_NAMES = st.sampled_from(["", "a", "A", "b10", "b9", "__gui__x"])
_FOLDERS = st.sampled_from([{}, {"folder": "/x"}, {"folder": "/x/y"}, {"HideFromXenCenter": "true"}])
_TAGS = st.sampled_from([[], ["t"], ["t", "u"]])
_MAYBE = st.booleans()


def _ref(refs: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from([*refs, _NULL])


def _event(class_name: str, refs: list[str], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Event]:
    def make(ref: str, is_gone: bool, values: dict[str, Any]) -> Event:
        return Event(class_name, ref, "del" if is_gone else "mod", None if is_gone else msgspec.json.encode(values))

    gone = st.integers(0, 5).map(lambda number: number == 0)
    return st.builds(make, st.sampled_from(refs), gone, st.fixed_dictionaries(fields))


EVENTS = st.one_of(
    _event("pool", ["pool0"], name_label=_NAMES, master=_ref(HOSTS), default_SR=_ref(_SRS), ha_enabled=_MAYBE,
           other_config=st.sampled_from([{}, {"EMPTY_FOLDERS": ";/x;/z/z"}, {"folder": "/x"}]),
           gui_config=st.just({"XenCenter.CustomFields": '<x><CustomFieldDefinition name="f" type="String"/></x>'})),
    _event("host", HOSTS, name_label=_NAMES, metrics=_ref(["metrics0", "metrics1"]), tags=_TAGS, enabled=_MAYBE,
           other_config=_FOLDERS),
    _event("host_metrics", ["metrics0", "metrics1"], live=_MAYBE),
    _event("VM", VMS, name_label=_NAMES, power_state=st.sampled_from(["Running", "Halted", "Suspended"]),
           resident_on=_ref(HOSTS), affinity=_ref(HOSTS), is_a_template=_MAYBE, is_a_snapshot=_MAYBE, tags=_TAGS,
           snapshot_of=_ref(VMS), other_config=st.one_of(_FOLDERS, st.just({"XenCenter.CustomFields.f": "1"})),
           appliance=_ref(["app0"]), ha_restart_priority=st.sampled_from(["", "restart"])),
    _event("VM_appliance", ["app0"], name_label=_NAMES),
    _event("SR", _SRS, name_label=_NAMES, shared=_MAYBE, type=st.sampled_from(["lvm", "nfs"]),
           other_config=st.sampled_from([{}, {"i18n-key": "local-storage", "i18n-original-value-name_label": "a"}])),
    _event("PBD", ["pbd0", "pbd1", "pbd2"], SR=_ref(_SRS), host=_ref(HOSTS), currently_attached=_MAYBE),
    _event("VBD", ["vbd0", "vbd1"], VM=_ref(VMS), VDI=_ref(["vdi0", "vdi1"])),
    _event("VDI", ["vdi0", "vdi1"], SR=_ref(_SRS), managed=_MAYBE, name_label=_NAMES, tags=_TAGS),
    _event("network", ["net0"], name_label=st.sampled_from(["n", "Pool-wide network associated with eth0"])),
    _event("PIF", ["pif0", "pif1"], network=_ref(["net0"]), host=_ref(HOSTS), device=st.just("eth7"), managed=_MAYBE),
)  # fmt: skip
BATCHES = st.lists(st.lists(EVENTS, min_size=1, max_size=12), min_size=1, max_size=6)
