"""The names of all objects, ready to be searched at every keystroke."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Final

from lifeguard.commands.palette import rank
from lifeguard.inventory.kinds import SEARCHABLE_CLASSES
from lifeguard.inventory.naming import name_of
from lifeguard.inventory.visibility import is_shown
from lifeguard.tree.node import Thing
from lifeguard.ui.pools import OpenPool

_PIECE: Final = 200
_ENOUGH: Final = 1_000
Named = tuple[str, str, Thing]
"""A name as it is compared, as it is shown, and whose it is."""


class NameIndex:
    """Filled by `build`, piece by piece; `find` searches what is there so far."""

    def __init__(self, names: Iterable[Named] = ()) -> None:
        self._names: list[Named] = list(names)

    def __len__(self) -> int:
        return len(self._names)

    def build(self, pools: Iterable[OpenPool]) -> Iterator[None]:
        """Yields wherever it may be interrupted."""
        for pool in pools:
            inventory = pool.source.inventory
            for class_name in SEARCHABLE_CLASSES:
                for place, ref in enumerate(tuple(inventory.refs(class_name))):
                    record = inventory.find(ref)
                    if record is not None and is_shown(pool.answers, record):
                        name = name_of(inventory, ref)
                        self._names.append((name.casefold(), name, Thing(pool.key, ref)))
                    if place % _PIECE == 0:
                        yield

    def find(self, text: str, limit: int) -> list[tuple[str, Thing]]:
        """Names that contain the text, those that begin so first; scattered letters only where nothing contains it."""
        wanted = text.strip().casefold()
        if not wanted:
            return []
        hits = self._those(lambda name: name.startswith(wanted))
        if len(hits) < limit:
            hits = self._those(lambda name: wanted in name) or self._those(partial(_has_letters, wanted))
        ranked = sorted((rank(wanted, folded) or 0, len(folded), folded, name, thing.ref, thing.source)
                        for folded, name, thing in hits)  # fmt: skip
        return [(name, Thing(source, ref)) for _, _, _, name, ref, source in ranked[:limit]]

    def _those(self, fits: Callable[[str], bool]) -> list[Named]:
        """Names that fit; of very many the first: who typed so little looks for none of them."""
        return list(islice((named for named in self._names if fits(named[0])), _ENOUGH))


def _has_letters(wanted: str, name: str) -> bool:
    """Whether the letters come in this order, with others between them."""
    at = 0
    for letter in wanted:
        if letter != " ":
            at = name.find(letter, at) + 1
            if not at:
                return False
    return True
