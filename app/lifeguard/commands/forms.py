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


def asking(verb: str, plural: str, detail: str = "", *, danger: bool = False) -> Callable[[Selection], Prompt | None]:
    """A prompt that names what is selected: `Reboot web-01?`."""

    def prompt(selection: Selection) -> Prompt | None:
        return Prompt(f"{verb} {in_short(selection, plural)}?", detail, danger, verb)

    return prompt


def naming(title: str, verb: str, suggestion: str) -> Callable[[Selection], Form | None]:
    """A form that asks for a name and a description; `{}` in the suggestion is the object's own name."""

    def form(selection: Selection) -> Form | None:
        name = name_of(selection, selection.items[0])
        fields = (TextField("name", "Name", suggestion.format(name)), description_field())
        return Form(title.format(name), fields, verb)

    return form


def description_field() -> TextField:
    return TextField("description", "Description", "", required=False, several_lines=True)


def text_of(doing: Doing, key: str, default: str = "") -> str:
    """What was typed into a field."""
    return str(doing.answers.get(key, default))
