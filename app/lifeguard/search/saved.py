"""The searches that a pool keeps in its gui_config, and those that every console brings along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lifeguard.inventory.answers import Facts
from lifeguard.inventory.kinds import ALL_BUT_FOLDERS, ObjectType
from lifeguard.inventory.natural import natural_key
from lifeguard.inventory.relations import the_pool
from lifeguard.search.document import MalformedSearch, read_searches
from lifeguard.search.query import (
    BooleanQuery,
    EnumPropertyQuery,
    GroupQuery,
    ListEmptyQuery,
    PropertyGrouping,
    SavedSearch,
    Search,
    XenModelObjectPropertyGrouping,
)
from lifeguard.search.writing import write_search

_KEY_PART = ".Search-"
_UUID_START = "dead-beef-1234-"
_PRODUCT = "XenCenter"
_NO_SEARCH = "null"
"""What the first versions wrote where nothing had been saved."""


def saved_searches(facts: Facts) -> dict[str, SavedSearch]:
    """The searches saved in a pool by the key they stand under; those that cannot be read are left out."""
    return {key: found for key, found in _readings(facts) if isinstance(found, SavedSearch)}


def unreadable_searches(facts: Facts) -> dict[str, str]:
    """What is left out: the key it stands under, and why it cannot be read, in a sentence."""
    return {key: found for key, found in _readings(facts) if isinstance(found, str)}


def _readings(facts: Facts) -> Iterator[tuple[str, SavedSearch | str]]:
    pool = the_pool(facts)
    for key, text in (pool.gui_config if pool is not None else {}).items():
        if _KEY_PART not in key or text == _NO_SEARCH:
            continue
        try:
            searches = read_searches(text)
        except MalformedSearch as broken:
            yield key, str(broken)
            continue
        yield (
            key,
            SavedSearch(searches[0], text) if len(searches) == 1 else "This is not one saved search, but several.",
        )


def text_to_save(saved: SavedSearch) -> str:
    """What to write back: the text as it was found, unless the search has been edited since."""
    if saved.text and read_searches(saved.text) == [saved.search]:
        return saved.text
    return write_search(saved.search)


def key_for(search: Search) -> str:
    """Where in gui_config a new search goes."""
    return f"{_PRODUCT}{_KEY_PART}{search.uuid}"


def known_searches(facts: Facts) -> list[Search]:
    """Those saved in a pool, then the built-in ones, each block by name."""
    own = [saved.search for saved in saved_searches(facts).values()]
    return [*sorted(own, key=_by_name), *sorted(BUILT_IN, key=_by_name)]


def find_search(facts: Facts, uuid: str) -> Search | None:
    """The saved or built-in search of that uuid; the last part of a built-in one's is enough."""
    return next((search for search in known_searches(facts) if search.uuid in (uuid, _UUID_START + uuid)), None)


def _by_name(search: Search) -> tuple[str, str]:
    return (natural_key(search.name), search.uuid)


def _built_in(suffix: str, name: str, scope: frozenset[ObjectType] | set[ObjectType], **parts: Any) -> Search:
    ordered = tuple(sort for sort in ObjectType if sort in scope)
    return Search(name=name, uuid=_UUID_START + suffix, scope=ordered, **parts)


_VMS = {ObjectType.VM}

BUILT_IN: tuple[Search, ...] = (
    _built_in("vmsbyos", "VMs by Operating System", _VMS, groupings=(PropertyGrouping("os_name"),)),
    _built_in(
        "vmswotools", "VMs without VM Tools", _VMS, groupings=(PropertyGrouping("virtualisation_status"),),
        query=GroupQuery("And", (
            EnumPropertyQuery("power_state", "Running"),
            EnumPropertyQuery("virtualisation_status", "Optimized", equals=False),
        )),
    ),
    _built_in("vmsbyps", "VMs by Power State", _VMS, groupings=(PropertyGrouping("power_state"),)),
    _built_in("vmsbynet", "VMs by Network", _VMS, groupings=(XenModelObjectPropertyGrouping("networks"),)),
    _built_in(
        "vmsbyappliance", "VMs by vApp", _VMS,
        query=BooleanQuery("in_any_appliance", True), groupings=(XenModelObjectPropertyGrouping("appliance"),),
    ),
    _built_in(
        "objbytags", "Objects by Tag", ALL_BUT_FOLDERS, query=ListEmptyQuery("tags", empty=False),
        groupings=(PropertyGrouping("tags"),),
    ),
    _built_in(
        "snapshotsbyvm", "Snapshots by VM", {ObjectType.SNAPSHOT, ObjectType.VM},
        groupings=tuple(XenModelObjectPropertyGrouping(name) for name in ("pool", "host", "vm")),
    ),
)  # fmt: skip
"""The searches that every console brings along."""
