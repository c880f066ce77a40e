"""Where a view puts an object: under which groups, in which order."""

from __future__ import annotations

from typing import Any, Protocol

from msgspec import Struct

from lifeguard.inventory.answers import Facts
from lifeguard.inventory.faces import Order
from lifeguard.inventory.natural import natural_key


class Group(Struct, frozen=True, gc=False):
    """A heading that is no object of a pool: a tag, a folder, a value. Equal ones of several pools are one.

    A value comes before all objects; a folder is one of them, and comes first by its type.
    """

    kind: str
    key: str
    label: str
    order: Order

    @property
    def ref(self) -> str | None:
        """What names the group where it is a thing of its own: a folder by its path."""
        return self.key if self.kind == "folder" else None


def group(kind: str, key: str, label: str | None = None, place: int = 0) -> Group:
    """A group that sorts by `place` first, then naturally by its label."""
    text = key if label is None else label
    return Group(kind, key, text, (0, 0, "", place, natural_key(text), key))


Path = tuple[Group | str, ...]
"""The groups from the top down to where something hangs; a str is the ref of an object that groups others."""


class Placing(Struct, frozen=True, gc=False):
    """Where an object hangs: nowhere, once, or in several groups. `bare` are groups to show even when empty."""

    paths: tuple[Path, ...] = ()
    bare: tuple[Path, ...] = ()


NOWHERE = Placing()
AT_TOP = Placing(((),))


class View(Protocol):
    """One way to arrange the objects of all pools. `place` is pure and may be asked through `Answers`.

    `order` and `order_of_group`, where a view has them, sort what stands on a level before its own order does.
    """

    @property
    def classes(self) -> tuple[str, ...]:
        """The XenAPI classes of which it may place objects."""

    @property
    def today(self) -> str | None:
        """The date (20260131T...) that licences are measured against; None measures none."""

    @property
    def is_sorted(self) -> bool:
        """Whether `order` says anything."""

    def place(self, facts: Facts, ref: str) -> Placing: ...

    def order(self, facts: Facts, ref: str) -> tuple[Any, ...]: ...

    def order_of_group(self, heading: Group) -> tuple[Any, ...]: ...
