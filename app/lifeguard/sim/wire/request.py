"""One call as it arrived, before anybody judged its method, its parameters or its session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

Wire: TypeAlias = Any
"""str, int, float, bool, None, list or dict (keys: str), as the wire tagged it; dates come as `DateText`."""


class DateText(str):
    """A `<dateTime.iso8601>`: a text that a string parameter does not accept."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Request:
    """`call_id` is what JSON-RPC asks to see again in the reply; None in XML-RPC."""

    method: str
    params: list[Wire]
    call_id: int | float | str | None = None
