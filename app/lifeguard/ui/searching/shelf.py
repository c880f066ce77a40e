"""The searches at hand: those that the open pools keep, and those that every console brings along."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from lifeguard.commands.selection import Item, Selection
from lifeguard.datamodel.records import Pool
from lifeguard.inventory.natural import natural_key
from lifeguard.link.saved import SavedDatabase
from lifeguard.search.columns import Load, Moment
from lifeguard.search.overview import narrowed
from lifeguard.search.query import Query, Search
from lifeguard.search.saved import BUILT_IN, saved_searches, unreadable_searches
from lifeguard.search.view import SearchView
from lifeguard.ui.live.meters import FeedMeters
from lifeguard.ui.pools import Pools


class Shelf:
    """`now_s` is UTC epoch seconds."""

    def __init__(self, pools: Pools, now_s: Callable[[], float]) -> None:
        self._pools = pools
        self._now_s = now_s

    def own(self) -> list[Search]:
        """The searches that people have saved, each once however many pools keep it, by name."""
        found: dict[str, Search] = {}
        for pool in self._pools:
            for saved in saved_searches(pool.source.inventory).values():
                found.setdefault(saved.search.uuid, saved.search)
        return sorted(found.values(), key=_by_name)

    def built_in(self) -> list[Search]:
        return sorted(BUILT_IN, key=_by_name)

    def unreadable(self) -> dict[str, str]:
        """Where the pools keep searches that cannot be read, each with the sentence that says why."""
        return {key: why for pool in self._pools for key, why in unreadable_searches(pool.source.inventory).items()}

    def find(self, uuid: str) -> Search | None:
        return next((search for search in (*self.own(), *self.built_in()) if search.uuid == uuid), None)

    def is_own(self, search: Search) -> bool:
        return any(known.uuid == search.uuid for known in self.own())

    def moment(self) -> Moment:
        """The present, with the figures of all pools."""
        return Moment(datetime.fromtimestamp(self._now_s(), UTC).astimezone(), _AllMeters(self._pools))

    def view(self, search: Search, also: Query | None = None) -> SearchView:
        """A search as an arrangement of objects, narrowed by what is typed above the tree."""
        return SearchView(narrowed(search, also), self.moment())

    def keepers(self) -> Selection:
        """The pools that can be asked to keep a search: all that live."""
        return Selection(
            tuple(
                Item(pool.source, record.ref)
                for pool in self._pools
                if not isinstance(pool.source, SavedDatabase)
                for record in pool.source.inventory.all(Pool)
            )
        )


class _AllMeters:
    """Knows the pool that a ref belongs to."""

    def __init__(self, pools: Pools) -> None:
        self._meters = [FeedMeters(pool.source.inventory, pool.feed) for pool in pools]
        self._inventories = [pool.source.inventory for pool in pools]

    def load(self, ref: str) -> Load | None:
        for inventory, meters in zip(self._inventories, self._meters, strict=True):
            if ref in inventory:
                return meters.load(ref)
        return None


def _by_name(search: Search) -> tuple[str, str]:
    return (natural_key(search.name), search.uuid)
