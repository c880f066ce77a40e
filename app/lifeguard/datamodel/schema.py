"""The shapes in which the generated tables describe the XenAPI: types, fields, calls, classes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

NULL_REF = "OpaqueRef:NULL"
EPOCH = "19700101T00:00:00Z"


def is_null(ref: str) -> bool:
    """Whether a reference leads nowhere on purpose; old databases and their servers say so with an empty text."""
    return not ref or ref == NULL_REF



Kind = Literal[
    "string", "int", "float", "bool", "datetime", "void", "enum", "ref", "record", "set", "map", "option"
]
_PLAIN: dict[str, Kind] = {
    "string": "string", "int": "int", "float": "float", "bool": "bool", "datetime": "datetime", "void": "void",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Type:
    """One XenAPI type. `name` is the class or enum it names; `of` holds element, or key and value, types."""

    kind: Kind
    name: str = ""
    of: tuple[Type, ...] = ()

    @property
    def zero(self) -> Any:
        """The value of a field of this type that nobody has set."""
        match self.kind:
            case "int":
                return 0
            case "float":
                return 0.0
            case "bool":
                return False
            case "datetime":
                return EPOCH
            case "ref":
                return NULL_REF
            case "set":
                return ()
            case "map" | "record":
                return {}
            case "option" | "void":
                return None
            case _:
                return ""


@cache
def parse_type(text: str) -> Type:
    """Read a type as the description writes it: `string`, `VM ref set`, `(string -> enum vm_operations) map`.

    Raises ValueError when the text is not a type.
    """
    text = text.strip()
    if text in _PLAIN:
        return Type(_PLAIN[text])
    if text.startswith("(") and text.endswith(") map"):
        return Type("map", of=_key_and_value(text[1:-5]))
    for suffix, kind in ((" set", "set"), (" option", "option")):
        if text.endswith(suffix):
            return Type("set" if kind == "set" else "option", of=(parse_type(text[: -len(suffix)]),))
    words = text.split()
    if len(words) == 2 and words[0] == "enum":
        return Type("enum", words[1])
    if len(words) == 2 and words[1] in ("ref", "record"):
        return Type("ref" if words[1] == "ref" else "record", words[0])
    raise ValueError(f"{text!r} is not a XenAPI type")


def _key_and_value(inside: str) -> tuple[Type, Type]:
    depth = 0
    for at, letter in enumerate(inside):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and inside.startswith("->", at):
            return parse_type(inside[:at]), parse_type(inside[at + 2 :])
    raise ValueError(f"({inside}) map has no key and value")


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `name` as in the API, `db_name` as in a database dump; `default` is what a row without it gets."""

    name: str
    db_name: str
    type: Type
    access: Literal["RO/runtime", "RO/constructor", "RW"]
    since: str | None
    default: Any
    has_default: bool
    persists: bool
    deprecated: str | None
    removed: str | None


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: Type
    default: Any
    has_default: bool


@dataclass(frozen=True, slots=True)
class Call:
    """One message of a class, without its leading session parameter (`needs_session` says whether there is one).

    `is_generic` marks the getters, setters and other messages that follow from the fields alone. `weakest_role` is the
    least role that may call it, None for calls that no role of a pool may make.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: Type
    needs_session: bool
    has_async: bool
    is_generic: bool
    is_internal: bool
    since: str | None
    deprecated: str | None
    removed: str | None
    weakest_role: str | None
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """One class. `emits_events`: rows appear in event.from; `in_database`: it has a table; `persists`: in dumps too."""

    name: str
    since: str | None
    emits_events: bool
    in_database: bool
    persists: bool
    fields: dict[str, Field]
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Relation:
    """`child_class.child_field` refers to a `parent_class` row, whose `parent_field` is the set of those children."""

    child_class: str
    child_field: str
    parent_class: str
    parent_field: str


@dataclass(frozen=True, slots=True)
class HttpHandler:
    name: str
    method: str
    uri: str
    weakest_role: str | None
