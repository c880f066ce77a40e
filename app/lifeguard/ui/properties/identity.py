"""What people say about an object: its name, description, tags, folder and custom fields. All of it can be edited."""

from __future__ import annotations

from collections.abc import Mapping

from lifeguard.datamodel.records import Record
from lifeguard.inventory.custom_fields import field_definitions
from lifeguard.inventory.inventory import Inventory
from lifeguard.ui.properties.group import Edit, Group, Row, editable

_CUSTOM_FIELD = "XenCenter.CustomFields."


def identity(record: Record, shown_name: str = "") -> tuple[Row, ...]:
    """`shown_name` stands where the object has none of its own."""
    name = str(getattr(record, "name_label", ""))
    description = str(getattr(record, "name_description", ""))
    rows = [
        editable("Name", name or shown_name, Edit("name", name)),
        editable("Description", description, Edit("description", description)),
    ]
    tags = getattr(record, "tags", None)
    if isinstance(tags, tuple):
        text = ", ".join(sorted(map(str, tags), key=str.casefold))
        rows.append(editable("Tags", text, Edit("tags", text)))
    config = getattr(record, "other_config", None)
    if isinstance(tags, tuple) and isinstance(config, Mapping):
        path = str(config.get("folder", ""))
        rows.append(editable("Folder", path, Edit("folder", path)))
    return tuple(rows)


def custom_fields(inventory: Inventory, record: Record) -> tuple[Group, ...]:
    """The fields that the pool defines, then those that only this object has; none for objects without tags, which
    cannot have them."""
    config = getattr(record, "other_config", None)
    if not isinstance(config, Mapping):
        return ()
    own = {
        key.removeprefix(_CUSTOM_FIELD): str(value)
        for key, value in sorted(config.items())
        if key.startswith(_CUSTOM_FIELD)
    }
    defined = [one.name for one in field_definitions(inventory)] if hasattr(record, "tags") else []
    rows = [
        editable(name, own.get(name, ""), Edit("field", own.get(name, ""), name))
        for name in dict.fromkeys((*defined, *own))
    ]
    return (Group("Custom fields", tuple(rows)),) if rows else ()
