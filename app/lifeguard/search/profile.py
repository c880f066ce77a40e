"""What an object is found by, read once and kept as long as it stays true."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from lifeguard.inventory.answers import Facts
from lifeguard.inventory.custom_fields import values_of
from lifeguard.inventory.faces import order_of
from lifeguard.inventory.kinds import ObjectType, type_of
from lifeguard.inventory.naming import full_name
from lifeguard.inventory.visibility import is_shown
from lifeguard.search.properties import PROPERTIES, os_name


class Profile(Struct, frozen=True, gc=False):
    """`name`, and `text` (name and description, a line each), are case folded."""

    type: ObjectType
    name: str
    text: str
    addresses: tuple[str, ...]
    tags: tuple[str, ...]
    folders: tuple[str, ...]
    host: tuple[str, ...]
    storage: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    os: str | None
    order: Any


class Hit(Struct, frozen=True, gc=False):
    """One object of a result."""

    source: str
    ref: str
    profile: Profile

    @property
    def place(self) -> Any:
        """Where it stands in the list of all objects of all pools."""
        return (self.profile.order, self.source)


def profile_of(facts: Facts, ref: str) -> Profile | None:
    """What an object is found by, None for what is not shown to people."""
    record = facts.find(ref)
    sort = type_of(record) if record is not None else None
    if record is None or sort is None or not is_shown(facts, record):
        return None
    label = full_name(facts, record)
    name = label.casefold()
    description = str(getattr(record, "name_description", "")).casefold()

    def several(key: str) -> tuple[str, ...]:
        return PROPERTIES[key](facts, record) or ()

    return Profile(
        type=sort, name=name, text=f"{name}\n{description}", addresses=several("ip_address"), tags=several("tags"),
        folders=several("folders"), host=several("host"), storage=several("storage"),
        fields=tuple((definition.name, value) for definition, value in values_of(facts, record)),
        os=os_name(facts, record), order=order_of(facts, record, label),
    )  # fmt: skip
