"""Which search belongs to what is selected in the tree, before anybody has typed anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lifeguard.inventory.kinds import ObjectType
from lifeguard.inventory.placing import Group
from lifeguard.search.overview import either, of_group, overview
from lifeguard.search.query import Search, XenModelObjectPropertyGrouping
from lifeguard.tree.node import Key, Thing

_SCOPE = (
    ObjectType.POOL, ObjectType.DISCONNECTED_SERVER, ObjectType.HOST, ObjectType.VM, ObjectType.REMOTE_SR,
    ObjectType.CUSTOM_TEMPLATE,
)  # fmt: skip
_GROUPINGS = (XenModelObjectPropertyGrouping("pool"), XenModelObjectPropertyGrouping("host"))


@dataclass(frozen=True, slots=True)
class Base:
    """A search, and the keys of the pools it looks at; none named is every open one. `view` is the tree's."""

    search: Search
    pools: tuple[str, ...] = ()
    view: str = ""


EVERYTHING = Base(overview())


def base_for(keys: Sequence[Key], view: str = "", saved: Search | None = None) -> Base:
    """The pools of the selected objects under their hosts; the members of the selected groups; a saved search when its
    result is what the tree shows; everything when nothing of a pool is selected."""
    if saved is not None:
        return Base(saved, view=view)
    things = [key[-1] for key in keys if key and isinstance(key[-1], Thing)]
    if things:
        pools = tuple(dict.fromkeys(thing.source for thing in things))
        return Base(Search("Overview", scope=_SCOPE, groupings=_GROUPINGS), pools, view)
    groups = [path for key in keys if (path := tuple(step for step in key if isinstance(step, Group)))]
    return Base(either([of_group(path) for path in groups]) if groups else overview(), view=view)
