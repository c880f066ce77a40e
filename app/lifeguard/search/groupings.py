"""What results can be grouped by, as the builder offers it."""

from __future__ import annotations

from collections.abc import Iterable

from lifeguard.inventory.answers import Facts
from lifeguard.inventory.custom_fields import field_definitions
from lifeguard.search.query import (
    BoolGrouping,
    CustomFieldGrouping,
    FolderGrouping,
    Grouping,
    PropertyGrouping,
    XenModelObjectPropertyGrouping,
)

DEEPEST = 5
"""How many groupings may stand one in another."""

_OFFERED: tuple[tuple[str, Grouping], ...] = (
    ("Pool", XenModelObjectPropertyGrouping("pool")),
    ("Server", XenModelObjectPropertyGrouping("host")),
    ("Operating system", PropertyGrouping("os_name")),
    ("Power state", PropertyGrouping("power_state")),
    ("Tools status", PropertyGrouping("virtualisation_status")),
    ("Type", PropertyGrouping("type")),
    ("Network", XenModelObjectPropertyGrouping("networks")),
    ("Storage", XenModelObjectPropertyGrouping("storage")),
    ("Virtual disk", XenModelObjectPropertyGrouping("disks")),
    ("HA restart priority", PropertyGrouping("ha_restart_priority")),
    ("Read caching", BoolGrouping("read_caching_enabled")),
    ("Windows updates", BoolGrouping("vendor_device_state")),
    ("vApp", XenModelObjectPropertyGrouping("appliance")),
    ("Tags", PropertyGrouping("tags")),
    ("VM", XenModelObjectPropertyGrouping("vm")),
)
FOLDERS = FolderGrouping()


def offered(pools: Iterable[Facts], above: tuple[Grouping, ...] = ()) -> tuple[tuple[str, Grouping], ...]:
    """Titles and groupings that may come below those already chosen; folders stand alone."""
    if FOLDERS in above or len(above) >= DEEPEST:
        return ()
    fields = dict.fromkeys(definition for facts in pools for definition in field_definitions(facts))
    known = (*_OFFERED, *((definition.name, CustomFieldGrouping(definition)) for definition in fields))
    last = () if above else (("Folder", FOLDERS),)
    return tuple((title, grouping) for title, grouping in (*known, *last) if grouping not in above)
