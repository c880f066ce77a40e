"""Where the objects of a selection could go: the hosts of their pool, other pools, servers that stand alone."""

from __future__ import annotations

from collections.abc import Iterable

from lifeguard.commands.selection import Item, Selection
from lifeguard.commands.source import Source
from lifeguard.datamodel.records import Host, Pool
from lifeguard.inventory.faces import face_of


def hosts_of(source: Source) -> tuple[Item, ...]:
    """The hosts of a pool, master first, as in the tree."""
    faces = [face for host in source.inventory.all(Host) if (face := face_of(source.inventory, host.ref)) is not None]
    return tuple(Item(source, face.ref) for face in sorted(faces, key=lambda face: face.order))


def places_for(kind: str, selection: Selection, sources: Iterable[Source]) -> tuple[Item, ...]:
    """What a command that wants such a target may be pointed at; `sources` are all pools that are open."""
    if kind == "host":
        return hosts_of(selection.sources[0]) if len(selection.sources) == 1 else ()
    others = [source for source in sources if source not in selection.sources and source.state.phase == "live"]
    if kind == "pool":
        return tuple(Item(source, pool.ref) for source in others for pool in source.inventory.all(Pool))
    if kind == "server":
        return tuple(host for source in others if source.inventory.count("host") == 1 for host in hosts_of(source))
    return ()
