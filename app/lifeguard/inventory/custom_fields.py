"""Custom fields: their definitions, kept by the pool as XML, and the values that objects have for them."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from lifeguard.datamodel.records import Record
from lifeguard.inventory.answers import Facts, question
from lifeguard.inventory.relations import the_pool

_DEFINITIONS = "XenCenter.CustomFields"
_VALUE = "XenCenter.CustomFields."


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """One custom field. `is_date`: its values are dates as ISO text, else any text."""

    name: str
    is_date: bool = False


@question
def field_definitions(facts: Facts) -> tuple[FieldDefinition, ...]:
    """The custom fields of a pool; none when their definition cannot be read."""
    pool = the_pool(facts)
    text = pool.gui_config.get(_DEFINITIONS, "").strip() if pool is not None else ""
    if not text:
        return ()
    try:
        root = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return ()
    found = {
        element.get("name", ""): FieldDefinition(element.get("name", ""), element.get("type") == "Date")
        for element in root.iter("CustomFieldDefinition")
    }
    return tuple(definition for name, definition in found.items() if name)


def value_of(record: Record, field_name: str) -> str | None:
    """What an object has for a custom field, None for nothing."""
    config: dict[str, str] = getattr(record, "other_config", {})
    return config.get(_VALUE + field_name) or None


def values_of(facts: Facts, record: Record) -> tuple[tuple[FieldDefinition, str], ...]:
    """The custom fields that an object has a value for, in the order of their definition."""
    config: dict[str, str] = getattr(record, "other_config", {})
    if not any(key.startswith(_VALUE) for key in config):
        return ()
    pairs = ((definition, value_of(record, definition.name)) for definition in field_definitions(facts))
    return tuple((definition, value) for definition, value in pairs if value is not None)


def readable_value(definition: FieldDefinition, value: str) -> str:
    """A value as people read it."""
    return value.replace("T", " ", 1) if definition.is_date else value
