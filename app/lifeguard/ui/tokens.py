"""The colours of one theme by their meaning, as read from `resources/themes/*.json`; nothing else names a colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from lifeguard.assets import asset

Token = Literal[
    "text",
    "text-quiet",
    "line",
    "surface",
    "surface-raised",
    "accent",
    "text-on-accent",
    "ok",
    "busy",
    "warn",
    "bad",
    "off",
]
Scheme = Literal["light", "dark"]
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Tokens:
    """`colours` and `series` hold "#rrggbb"; `series` are ten that stay apart for every kind of colour vision."""

    scheme: Scheme
    colours: Mapping[Token, str]
    series: tuple[str, ...]


class _Series(msgspec.Struct):
    series: tuple[str, ...]


def read_tokens(scheme: Scheme) -> Tokens:
    """Read one theme. Raises msgspec.ValidationError when the file is not one."""
    raw = asset(f"themes/{scheme}.json").read_bytes()
    series = msgspec.json.decode(raw, type=_Series).series
    everything = msgspec.json.decode(raw, type=dict[str, object])
    named = {name: value for name, value in everything.items() if name != "series"}
    return Tokens(scheme, msgspec.convert(named, dict[Token, str]), series)
