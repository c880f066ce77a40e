"""What a command asks of a person, as data: a question to confirm, a form to fill. Dialogs and test scripts answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question with two answers. `verb` is what the button says; `left_out` lists what is not acted on, and why."""

    title: str
    detail: str = ""
    danger: bool = False
    verb: str = "Continue"
    left_out: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TextField:
    """`flaw` says why a text will not do, nothing when it will."""

    key: str
    label: str
    value: str = ""
    required: bool = True
    several_lines: bool = False
    is_secret: bool = False
    flaw: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class CheckField:
    key: str
    label: str
    value: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; one with a `refusal` is shown but cannot be taken."""

    value: str
    label: str
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class ChoiceField:
    key: str
    label: str
    options: tuple[Option, ...]
    value: str = ""


Field: TypeAlias = TextField | CheckField | ChoiceField
Answer: TypeAlias = str | bool


@dataclass(frozen=True, slots=True)
class Form:
    """Some fields to fill in before a command runs. `listing` is what will happen, line by line.

    `refine` asks the servers, and returns the form as they see it: what was worked out is shown until then.
    """

    title: str
    fields: tuple[Field, ...]
    verb: str = "Continue"
    detail: str = ""
    danger: bool = False
    left_out: tuple[tuple[str, str], ...] = ()
    listing: tuple[str, ...] = ()
    refine: Callable[[], Awaitable[Form]] | None = field(default=None, compare=False)


class Ask(Protocol):
    """Whoever answers: dialogs in the window, a script in tests."""

    async def confirm(self, prompt: Prompt) -> bool: ...

    async def fill(self, form: Form) -> Mapping[str, Answer] | None:
        """The values by key; None when the person thought better of it."""
        ...
