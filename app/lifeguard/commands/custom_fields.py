"""Custom fields: what an object has for one, and the list of them that every pool keeps."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from lifeguard.commands.ask import Form, TextField
from lifeguard.commands.command import Command, Doing
from lifeguard.commands.forms import in_short, text_of
from lifeguard.commands.judging import always
from lifeguard.commands.kinds import TAGGABLE
from lifeguard.commands.selection import Item, Selection
from lifeguard.datamodel.records import Pool
from lifeguard.inventory.custom_fields import field_definitions
from lifeguard.xapi.failures import Failure

_DEFINITIONS = "XenCenter.CustomFields"
_VALUE = "XenCenter.CustomFields."
_DEFINITION = "CustomFieldDefinition"
_CALLS = (
    "*.add_to_other_config/key:XenCenter.CustomFields.*",
    "*.remove_from_other_config/key:XenCenter.CustomFields.*",
)


def with_definition(text: str, name: str) -> str:
    """A pool's list of custom fields with one more in it, for texts. Raises ValueError when it is no such list."""
    try:
        root = fromstring(text, forbid_dtd=True) if text.strip() else Element("CustomFieldDefinitions")
    except (ParseError, DefusedXmlException) as broken:
        raise ValueError(str(broken)) from broken
    if all(element.get("name") != name for element in root.iter(_DEFINITION)):
        SubElement(root, _DEFINITION, name=name, type="String", defaultValue="")
    return tostring(root, encoding="unicode")


def _form(selection: Selection) -> Form | None:
    known = dict.fromkeys(one.name for source in selection.sources for one in field_definitions(source.inventory))
    detail = f"Known are {', '.join(known)}; another name makes a new field." if known else "The first of its pool."
    fields = TextField("field", "Field"), TextField("value", "Value", required=False)
    return Form(f"Custom field of {in_short(selection, 'objects')}", fields, "Save", detail)


async def _set(doing: Doing) -> None:
    """A field that the pool's list lacks would be kept and shown to nobody; so it is added first."""
    name, value = text_of(doing, "field").strip(), text_of(doing, "value")
    inventory = doing.item.source.inventory
    if value and all(one.name != name for one in field_definitions(inventory)):
        await _define(doing, name)
    kind = inventory.class_of(doing.item.ref)
    await doing.call(f"{kind}.remove_from_other_config", doing.item.ref, _VALUE + name)
    if value:
        await doing.call(f"{kind}.add_to_other_config", doing.item.ref, _VALUE + name, value)


async def _define(doing: Doing, name: str) -> None:
    pool = next(iter(doing.item.source.inventory.all(Pool)), None)
    if pool is None:
        return
    config = await doing.call("pool.get_gui_config", pool.ref)
    try:
        text = with_definition(str(config.get(_DEFINITIONS, "")), name)
    except ValueError as broken:
        raise Failure("The pool’s list of custom fields cannot be read, so nothing can be added to it") from broken
    await doing.call("pool.remove_from_gui_config", pool.ref, _DEFINITIONS)
    await doing.call("pool.add_to_gui_config", pool.ref, _DEFINITIONS, text)


def _lane(selection: Selection, item: Item) -> str:
    """The pool's list is read and written whole."""
    return f"custom fields of {id(item.source)}"


CUSTOM_FIELD = Command(
    "object.custom_field", "Set custom field", TAGGABLE, always, _set, _CALLS, "changed", form=_form, lane=_lane,
    phrase="Set a custom field of {}",
)  # fmt: skip

COMMANDS = (CUSTOM_FIELD,)
