"""A group of properties and its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lifeguard.quantities import UNKNOWN, format_ago, format_duration
from lifeguard.ui.table.instant import epoch_s, exact_time, local_time

_ASTRAY_S: Final = 3600.0
"""Clocks differ; what began later than this from now is no instant."""


@dataclass(frozen=True, slots=True)
class Edit:
    """That a value can be edited: `what` is `name`, `description`, `tags`, `folder` or `field`, `text` what an editor
    begins with, `field` the custom field's name."""

    what: str
    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """`value` is never empty: what is not known is an en dash, and `hint` says why. `is_code` asks for fixed width."""

    title: str
    value: str
    hint: str = ""
    is_code: bool = False
    edit: Edit | None = None


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    rows: tuple[Row, ...]


def row(title: str, value: str, hint: str = "", is_code: bool = False) -> Row:
    """`hint` says why there is no value; where there is one it is left out."""
    return Row(title, value or UNKNOWN, hint if not value or value == UNKNOWN else "", is_code and bool(value))


def editable(title: str, value: str, edit: Edit) -> Row:
    return Row(title, value or UNKNOWN, "" if value else "None is set", edit=edit)


def yes(value: bool) -> str:
    return "Yes" if value else "No"


def moment(title: str, timestamp: str, now_s: float, never: str = "Never") -> Row:
    """A server's timestamp as local time with how long ago that was; the exact one in UTC is the hint."""
    instant_s = epoch_s(timestamp)
    if instant_s is None:
        return Row(title, UNKNOWN, never)
    age_s = now_s - instant_s
    ago = f" ({format_ago(age_s)})" if age_s >= 0 else ""
    return Row(title, local_time(instant_s) + ago, exact_time(instant_s))


def lasting(title: str, since_s: float | None, now_s: float, why: str) -> Row:
    """How long something has been so, and since when exactly; `why` nobody knows."""
    if since_s is None or not 0 < since_s <= now_s + _ASTRAY_S:
        return Row(title, UNKNOWN, why)
    return Row(title, format_duration(now_s - since_s), f"Since {exact_time(since_s)}")


def known(*rows: Row) -> tuple[Row, ...]:
    """Those that have something to say: for facts that most objects do not have."""
    return tuple(row for row in rows if row.value != UNKNOWN)
