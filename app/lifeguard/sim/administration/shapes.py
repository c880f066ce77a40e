"""The few shapes that most calls of this kind have: accepted without effect, a field set, a row made, a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lifeguard.datamodel.calls import CALLS
from lifeguard.datamodel.schema import is_null
from lifeguard.datamodel.tables import CLASSES
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.failure import ApiError


def assert_present(context: Context, args: Iterable[Any]) -> None:
    """Every object that a call names must be there. Raises ApiError HANDLE_INVALID."""
    for parameter, value in zip(CALLS[context.method].parameters, args, strict=True):
        kind = parameter.type
        if kind.kind == "ref" and kind.name in CLASSES and CLASSES[kind.name].in_database and not is_null(value):
            context.db.row(kind.name, value)


def accepted(*methods: str, result: Any = None) -> Mapping[str, Handler]:
    """Calls that do nothing one could see, once all they name is there."""

    async def accept(context: Context, *args: Any) -> Any:
        assert_present(context, args)
        return result

    return dict.fromkeys(methods, accept)


def refused(code: str, *methods: str, about_first: bool = False) -> Mapping[str, Handler]:
    """Calls that a server without the feature refuses, naming their first parameter where the error has one."""

    async def refuse(context: Context, *args: Any) -> None:
        assert_present(context, args)
        raise ApiError(code, *(str(arg) for arg in args[:1] if about_first))

    return dict.fromkeys(methods, refuse)


def introduced(*methods: str) -> Mapping[str, Handler]:
    """Calls that make a row of their parameters."""

    async def introduce(context: Context, *args: Any) -> str:
        table = context.method.partition(".")[0]
        names = (parameter.name for parameter in CALLS[context.method].parameters)
        known = CLASSES[table].fields
        return context.db.insert(table, {name: value for name, value in zip(names, args, strict=True) if name in known})

    return dict.fromkeys(methods, introduce)


def forgotten(*methods: str) -> Mapping[str, Handler]:
    """Calls that remove their object's row."""

    async def forget(context: Context, ref: str, *args: Any) -> None:
        context.db.destroy(context.method.partition(".")[0], ref)

    return dict.fromkeys(methods, forget)


def putting(table: str, field: str, *methods: str) -> Mapping[str, Handler]:
    """Calls that set one key of a map."""

    async def put(context: Context, ref: str, key: str, value: str) -> None:
        context.db.put(table, ref, field, key, value)

    return dict.fromkeys(methods, put)


def setting(table: str, method: str, **values: Any) -> Mapping[str, Handler]:
    """A call that sets fields of its object to what its name says."""

    async def write(context: Context, ref: str, *args: Any) -> None:
        context.db.update(table, ref, **values)

    return {method: write}


def everywhere(method: str, **values: Any) -> Mapping[str, Handler]:
    """A call of the pool that sets fields of all its hosts."""

    async def write(context: Context, *args: Any) -> None:
        for ref in list(context.db.rows("host")):
            context.db.update("host", ref, **values)

    return {method: write}
