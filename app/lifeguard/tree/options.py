"""What the user chose to see in the tree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lifeguard.inventory.answers import Facts
from lifeguard.inventory.kinds import ObjectType

_ALWAYS = frozenset({
    ObjectType.DISCONNECTED_SERVER, ObjectType.HOST, ObjectType.VM, ObjectType.REMOTE_SR, ObjectType.CONTAINER,
    ObjectType.POOL,
})  # fmt: skip

Filter = Callable[[Facts, str], bool]


@dataclass(frozen=True, slots=True)
class Options:
    """The toggles of the View menu. `matches` is the quick filter: a pure function of the facts and a ref.

    `today` (20260131T...) is what licences are measured against: the server's date, None for a saved database.
    """

    custom_templates: bool = True
    default_templates: bool = False
    local_storage: bool = True
    hidden: bool = False
    today: str | None = None
    matches: Filter | None = None

    @property
    def scope(self) -> frozenset[ObjectType]:
        """The sorts of things in the Infrastructure view; all other views show everything."""
        wanted = {
            ObjectType.CUSTOM_TEMPLATE: self.custom_templates,
            ObjectType.DEFAULT_TEMPLATE: self.default_templates,
            ObjectType.LOCAL_SR: self.local_storage,
        }
        return _ALWAYS | {sort for sort, is_wanted in wanted.items() if is_wanted}
