"""A group of properties and its rows."""

from __future__ import annotations

import time
from calendar import timegm
from dataclasses import dataclass

from lifeguard.quantities import UNKNOWN, format_ago


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
    return Row(title, value or UNKNOWN, hint if not value or value == UNKNOWN else "", is_code and bool(value))


def editable(title: str, value: str, edit: Edit) -> Row:
    return Row(title, value or UNKNOWN, "" if value else "None is set", edit=edit)


def yes(value: bool) -> str:
    return "Yes" if value else "No"


def when(timestamp: str, now_s: float) -> tuple[str, str]:
    """A server's timestamp as local time with how long ago that was, and the exact UTC time; an en dash for never."""
    instant_s = epoch_s(timestamp)
    if instant_s is None:
        return UNKNOWN, "Never"
    local = time.strftime("%d %b %Y %H:%M:%S", time.localtime(instant_s))
    exact = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(instant_s))
    return f"{local} ({format_ago(now_s - instant_s)})", exact


def epoch_s(timestamp: str) -> int | None:
    """UTC epoch seconds of `20260101T12:00:00Z`; None for the server's "never" and for what is no timestamp."""
    try:
        instant_s = timegm(time.strptime(timestamp[:17], "%Y%m%dT%H:%M:%S"))
    except ValueError:
        return None
    return instant_s if instant_s > 0 else None
