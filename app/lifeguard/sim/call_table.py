"""Which calls there are in a release, under which names, and who carries them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lifeguard.datamodel.calls import CALLS
from lifeguard.datamodel.schema import Call
from lifeguard.sim.context import Handler
from lifeguard.sim.failure import ApiError
from lifeguard.sim.generic import generic_handler
from lifeguard.sim.release import Release

_ASYNC = "Async."
_LOGIN = "session.login_with_password"


@dataclass(frozen=True, slots=True)
class Entry:
    """One call: `method` is its proper name, `class_name` the class it belongs to."""

    method: str
    class_name: str
    call: Call
    handler: Handler


@dataclass(frozen=True, slots=True)
class Named:
    """What a method name asks for."""

    entry: Entry
    is_async: bool


class CallTable:
    """The calls of one release. Handlers given by name take the place of what follows from the fields."""

    def __init__(self, release: Release, handlers: Mapping[str, Handler]) -> None:
        self._entries: dict[str, Entry] = {}
        self._other_spellings: dict[str, str] = {}
        for method, call in CALLS.items():
            class_name = method.partition(".")[0]
            if not (release.has_class(class_name) and release.has_call(method, call)):
                continue
            handler = handlers.get(method) or generic_handler(class_name, call) or _not_implemented(method)
            self._entries[method] = Entry(method, class_name, _as_in(release, method, call), handler)
            self._other_spellings[method.replace(".", "_", 1)] = method

    def take(self, handlers: Mapping[str, Handler]) -> None:
        """Let calls of this release be carried out by these handlers from now on."""
        for method in handlers.keys() & self._entries.keys():
            self._entries[method] = replace(self._entries[method], handler=handlers[method])

    def find(self, name: str) -> Named | None:
        is_async = name.startswith(_ASYNC)
        plain = name.removeprefix(_ASYNC)
        entry = self._entries.get(self._other_spellings.get(plain, plain))
        return None if entry is None else Named(entry, is_async)

    def methods(self) -> tuple[str, ...]:
        """All names as `system.listMethods` tells them."""
        return tuple(self._entries)


def _as_in(release: Release, method: str, call: Call) -> Call:
    """The call with the parameters it had then, which the description does not date, and not yet removed."""
    if call.removed is not None and not release.knows(call.removed):
        return replace(call, removed=None)
    if method == _LOGIN and not release.has_originator:
        return replace(call, parameters=call.parameters[:3])
    return call


def _not_implemented(method: str) -> Handler:
    async def refuse(*args: object) -> None:
        raise ApiError("NOT_IMPLEMENTED", method)

    return refuse
