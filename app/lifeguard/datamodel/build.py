"""Turn the rows of the generated tables into the shapes of `schema`."""

from __future__ import annotations

from typing import Any

from lifeguard.datamodel.schema import Call, ClassInfo, Field, HttpHandler, Parameter, parse_type


def class_info(
    name: str, since: str | None, flags: tuple[str, ...], enums: dict[str, tuple[str, ...]], rows: tuple[Any, ...]
) -> ClassInfo:
    fields = {row[0]: _field(*row) for row in rows}
    return ClassInfo(name, since, "events" in flags, "in_db" in flags, "persist" in flags, fields, enums)


def _field(name: str, db: str, text: str, access: Any, since: str | None, extra: dict[str, Any]) -> Field:
    kind = parse_type(text)
    default = extra.get("default", kind.zero)
    if kind.kind == "set":
        default = tuple(default or ())
    elif kind.kind == "float":
        default = float(default)
    elif kind.kind == "ref":
        default = default or kind.zero
    return Field(
        name=name,
        db_name=db or name,
        type=kind,
        access=access,
        since=since,
        default=default,
        has_default="default" in extra,
        persists=extra.get("persist", True),
        deprecated=extra.get("deprecated"),
        removed=extra.get("removed"),
    )


def call(
    name: str,
    parameters: list[list[Any]],
    result: str,
    flags: str,
    since: str | None,
    weakest_role: str | None,
    extra: dict[str, Any],
) -> Call:
    return Call(
        name=name,
        parameters=tuple(
            Parameter(p[0], parse_type(p[1]), p[2] if len(p) > 2 else None, len(p) > 2) for p in parameters
        ),
        result=parse_type(result),
        needs_session="s" in flags,
        has_async="a" in flags,
        is_generic="c" not in flags,
        is_internal="i" in flags,
        since=since,
        deprecated=extra.get("deprecated"),
        removed=extra.get("removed"),
        weakest_role=weakest_role,
        errors=tuple(extra.get("errors", ())),
    )


def http_handler(name: str, method: str, uri: str, weakest_role: str | None) -> HttpHandler:
    return HttpHandler(name, method, uri, weakest_role)
