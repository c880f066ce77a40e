"""Editing in the General tab: which command changes a value, whether it may run, and what may be typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lifeguard.commands.answered import answered
from lifeguard.commands.ask import Answer
from lifeguard.commands.command import Command
from lifeguard.commands.custom_fields import CUSTOM_FIELD
from lifeguard.commands.objects import FOLDER, RENAME, TAGS
from lifeguard.commands.selection import Selection
from lifeguard.inventory.folders import clean_path
from lifeguard.ui.properties.group import Edit
from lifeguard.ui.properties.model import PropertyModel
from lifeguard.ui.shown import Shown
from lifeguard.ui.tree.inline import Index, why_not

_COMMANDS: Final[Mapping[str, Command]] = {
    "name": RENAME, "description": RENAME, "tags": TAGS, "folder": FOLDER, "field": CUSTOM_FIELD,
}  # fmt: skip
Run = Callable[[Command, Selection], object]


class PropertyEditing:
    """Nothing is written into the rows: the command runs as a job, and the rows follow the server."""

    def __init__(self, rows: PropertyModel, shown: Callable[[], Shown | None], run: Run) -> None:
        self._rows = rows
        self._shown = shown
        self._run = run

    def title(self, index: Index) -> str:
        return str(index.sibling(index.row(), 0).data())

    def text(self, index: Index) -> str:
        edit = self._rows.edit(index)
        return edit.text if edit is not None else ""

    def flaw(self, index: Index, text: str) -> str:
        edit = self._rows.edit(index)
        return flaw_of(edit, text) if edit is not None else "It is gone"

    def accept(self, index: Index, text: str) -> None:
        shown, edit = self._shown(), self._rows.edit(index)
        if shown is not None and edit is not None:
            command = answered(_COMMANDS[edit.what], _answers(edit, text))
            self._run(command, Selection.of(shown.source, [shown.ref]))


def refusals(shown: Shown) -> dict[str, str]:
    """Why each of the things that can be edited cannot be now; what can be is not in it."""
    selection = Selection.of(shown.source, [shown.ref])
    reasons = {what: why_not(command, selection) for what, command in _COMMANDS.items()}
    return {what: reason for what, reason in reasons.items() if reason}


def flaw_of(edit: Edit, text: str) -> str:
    if edit.what == "name" and not text:
        return "A name is needed"
    if edit.what == "folder" and text and clean_path(text) is None:
        return "A folder is a path such as /Production/Web; leave it empty for none"
    return ""


def _answers(edit: Edit, text: str) -> dict[str, Answer]:
    return {"field": edit.field, "value": text} if edit.what == "field" else {edit.what: text}
