"""Small pieces of forms and prompts that several commands share."""

from __future__ import annotations

from collections.abc import Callable

from lifeguard.commands.ask import Form, Prompt, TextField
from lifeguard.commands.command import Doing
from lifeguard.commands.selection import Item, Selection


def name_of(selection: Selection, item: Item) -> str:
    """What a person calls it; tags and folders are called what they are."""
    return item.ref if item.kind else selection.rules(item.source).words.name(item.ref)


def in_short(selection: Selection, plural: str) -> str:
    """`web-01`, or `3 VMs`."""
    items = selection.items
    return name_of(selection, items[0]) if len(items) == 1 else f"{len(items)} {plural}"


def asking(
    verb: str, plural: str, detail: str = "", *, danger: bool = False, about: str = ""
) -> Callable[[Selection], Prompt | None]:
    """A prompt that names what is selected: `Reboot web-01?`; `about` says it where the verb and the name do not read
    well in a row, with {} for the name."""

    def prompt(selection: Selection) -> Prompt | None:
        question = (about or verb + " {}").format(in_short(selection, plural))
        return Prompt(f"{question}?", detail, danger, verb)

    return prompt


def naming(title: str, verb: str, suggestion: str, *, is_described: bool = True) -> Callable[[Selection], Form | None]:
    """A form that asks for a name and a description; `{}` in the suggestion is the object's own name. Its description
    is suggested too, if `is_described`."""

    def form(selection: Selection) -> Form | None:
        item = selection.items[0]
        name = name_of(selection, item)
        description = description_field(description_of(item) if is_described else "")
        fields = (TextField("name", "Name", suggestion.format(name)), description)
        return Form(title.format(name), fields, verb)

    return form


def description_of(item: Item) -> str:
    """Empty for what has none."""
    return str(getattr(item.record, "name_description", ""))


def description_field(value: str = "") -> TextField:
    return TextField("description", "Description", value, required=False, several_lines=True)


def text_of(doing: Doing, key: str, default: str = "") -> str:
    """What was typed into a field."""
    return str(doing.answers.get(key, default))
