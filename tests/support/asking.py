"""Answers for commands: whoever is asked in a test says what the script says, and remembers the questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lifeguard.commands.ask import Answer, Form, Prompt


@dataclass(slots=True)
class Script:
    """`agrees` to every prompt, fills forms with `answers` over the values they come with; None calls it off."""

    agrees: bool = True
    answers: Mapping[str, Answer] | None = field(default_factory=dict)
    prompts: list[Prompt] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)

    async def confirm(self, prompt: Prompt) -> bool:
        self.prompts.append(prompt)
        return self.agrees

    async def fill(self, form: Form) -> Mapping[str, Answer] | None:
        self.forms.append(form)
        if self.answers is None:
            return None
        return {one.key: one.value for one in form.fields} | dict(self.answers)
