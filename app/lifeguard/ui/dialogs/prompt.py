"""Putting a command's questions to the person: a confirmation, or a form to fill."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from lifeguard.commands.ask import Answer, Prompt
from lifeguard.commands.ask import Form as Questions
from lifeguard.ui.dialogs.answer import answered
from lifeguard.ui.dialogs.filling import Filling, left_out_words
from lifeguard.ui.dialogs.form import Form
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.theme import Theme

_ASKING = "The server is being asked whether it agrees …"


class DialogAsk:
    """The `Ask` of the window: every question is a dialog over `parent`."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        self._theme = theme
        self._parent = parent

    async def confirm(self, prompt: Prompt) -> bool:
        dialog = self._form("confirm", prompt)
        for text in filter(None, (prompt.detail, left_out_words(prompt.left_out))):
            dialog.say(text)
        return await answered(dialog)

    async def fill(self, form: Questions) -> Mapping[str, Answer] | None:
        dialog = self._form("fill", form)
        filling = Filling(dialog, form)
        async with asyncio.TaskGroup() as meanwhile:
            asking = meanwhile.create_task(_refine(filling, form, form.refine)) if form.refine is not None else None
            is_agreed = await answered(dialog)
            if asking is not None:
                asking.cancel()
        return filling.answers() if is_agreed else None

    def _form(self, name: str, prompt: Prompt | Questions) -> Form:
        glyph = Glyph("warning", "bad") if prompt.danger else Glyph("question", "accent")
        dialog = Form(name, prompt.title, prompt.title, prompt.verb, glyph, self._theme, self._parent)
        if prompt.danger:
            dialog.leave.setDefault(True)
            dialog.proceed.setAutoDefault(False)
        return dialog


async def _refine(filling: Filling, form: Questions, refine: Callable[[], Awaitable[Questions]]) -> None:
    """Show the form as the server sees it, as soon as it has said so."""
    filling.say_progress(_ASKING)
    seen = await refine()
    filling.say_progress("")
    if seen != form:
        filling.show(replace(seen, left_out=form.left_out))
