"""The live tree behind the tree on the screen: what is in sight comes at once, the rest between the next frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import perf_counter
from typing import Final

from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.placing import View
from lifeguard.tree.live import LiveTree, Server
from lifeguard.tree.node import Key, Step, Thing
from lifeguard.ui.pools import OpenPool, PoolNews
from lifeguard.ui.slices import Slices
from lifeguard.ui.tree.model import TreeModel
from lifeguard.ui.tree.view import ObjectTree

_MOST_AT_ONCE: Final = 500
_MOST_LOOKED_AT: Final = 100
_FIRST_S: Final = 0.002
_LONGEST_S: Final = 0.003


class Filling:
    """Pools go by their keys, servers without a connection by any word of the caller's."""

    def __init__(self, model: TreeModel, tree: ObjectTree, view: View) -> None:
        self._model = model
        self._tree = tree
        self._live = LiveTree(view)
        self._pools: dict[str, OpenPool] = {}
        self._servers: dict[str, Server] = {}
        self._leavings: list[Iterator[None]] = []
        self._work = Slices(tree)

    def stop(self) -> None:
        self._work.stop()

    def has(self, source: str) -> bool:
        """Whether the records of this pool are shown, or on their way."""
        return source in self._pools

    def keys_of(self, thing: Thing) -> tuple[Key, ...]:
        """The nodes that show an object, though it was not yet its turn; none where the view does not have it."""
        if self._work.is_busy and not self._live.keys_of(thing.source, thing.ref):
            self._model.take(self._live.hurry(thing.source, (thing.ref,)))
        return self._live.keys_of(thing.source, thing.ref)

    def load(self, pool: OpenPool) -> None:
        """Show a pool in place of the waiting server."""
        self._pools[pool.key] = pool
        self._servers.pop(pool.key, None)
        self._model.take(self._live.connect(pool.key, pool.answers, _overview(pool)))
        self._work.run(self._go_on())

    def show_server(self, source: str, server: Server) -> None:
        self._servers[source] = server
        self._model.take(self._live.show_server(source, server))

    def drop(self, source: str) -> None:
        """Let a pool or a server go."""
        self._pools.pop(source, None)
        self._servers.pop(source, None)
        self._model.take(self._live.disconnect(source))

    def follow(self, news: PoolNews) -> list[Step]:
        """What a change of a pool means for the tree, to be taken by the model at once."""
        return self._live.apply(news.pool.key, news.change, news.differing)

    def arrange(self, view: View) -> None:
        """Show the same pools in another way. The old tree is taken apart when the new one is there."""
        self._leavings.append(self._live.forgetting())
        self._live = live = LiveTree(view)
        looked_at = self._tree.looked_at(_MOST_LOOKED_AT)
        steps: list[Step] = []
        for pool in self._pools.values():
            first = None if _is_small(pool) else [one.ref for one in looked_at if one.source == pool.key]
            steps += live.connect(pool.key, pool.answers, first, _overview(pool) or ())
        for source, server in self._servers.items():
            steps += live.show_server(source, server)
        steps += self._first_screen(live)
        self._leavings.append(self._model.take_anew(steps))
        self._work.run(self._go_on())

    def _first_screen(self, live: LiveTree) -> Iterable[Step]:
        """As many rows as there is room for, if they are found in time."""
        end_s, room = perf_counter() + _FIRST_S, self._tree.rows_in_sight()
        steps: list[Step] = []
        for more in live.fill():
            steps += more
            if len(steps) >= room or perf_counter() > end_s:
                break
        return steps

    def _go_on(self) -> Iterator[None]:
        filling = self._live.fill()
        while self._take_some(filling):
            yield
        while self._leavings:
            yield from self._leavings[-1]
            self._leavings.pop()

    def _take_some(self, filling: Iterator[list[Step]]) -> bool:
        """Take as much as fits between two frames; the view is laid out once for all of it. False when that was all."""
        end_s = perf_counter() + _LONGEST_S
        with self._tree.held_in_place():
            for steps in filling:
                self._model.take(steps)
                if perf_counter() > end_s:
                    return True
        return False


def _is_small(pool: OpenPool) -> bool:
    return pool.source.inventory.count("VM") <= _MOST_AT_ONCE


def _overview(pool: OpenPool) -> list[str] | None:
    """A pool's hosts and storage, before its thousands of VMs; None where all can come at once."""
    if _is_small(pool):
        return None
    inventory: Inventory = pool.source.inventory
    return [ref for class_name in ("pool", "host", "SR") for ref in inventory.refs(class_name)]
