"""What a program tells screen readers: everything on its screen by role, name and id, on a session bus of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

import pytest
from jeepney import DBusAddress, MessageType, new_method_call
from jeepney.io.asyncio import DBusRouter, open_dbus_router

from tests.support.display import Point, Screen

_ACTIVATED = Path("/usr/share/dbus-1/services/org.a11y.Bus.service")
_ROOT = "/org/a11y/atspi/accessible/root"
_REGISTRY = ("org.a11y.atspi.Registry", _ROOT)
_ACCESSIBLE, _COMPONENT = "org.a11y.atspi.Accessible", "org.a11y.atspi.Component"
_READY_S = 15.0
_ANSWER_S = 10.0
_PAUSE_S = 0.05
_ALL, _ANY = 1, 2
# Rows come and go while they are asked for; that Qt says so on standard error is no complaint about the program.
_TALKATIVE = {"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "QT_LOGGING_RULES": "qt.accessibility.atspi.warning=false"}

Address = tuple[str, str]


class Role(IntEnum):
    """The roles that tests look for, by their numbers in AT-SPI. A row of a tree is a cell for each of its columns."""

    INVALID = 0
    CHECK_BOX = 7
    COMBO_BOX = 11
    DIALOG = 16
    FRAME = 23
    LABEL = 29
    LIST_ITEM = 32
    MENU_ITEM = 35
    PAGE_TAB = 37
    PANEL = 39
    PASSWORD = 40
    PROGRESS_BAR = 42
    BUTTON = 43
    CELL = 56
    COLUMN_HEADER = 57
    TEXT = 61
    TOOL_TIP = 64
    TREE = 65
    UNKNOWN = 67


class State(IntEnum):
    CHECKED = 4
    ENABLED = 8
    EXPANDED = 10
    FOCUSABLE = 11
    FOCUSED = 12
    SELECTED = 23
    SHOWING = 25


@dataclass(frozen=True, slots=True)
class Thing:
    """Something on the screen as it was when it was asked. `id` is the path of Qt object names that lead to it."""

    address: Address
    role: int
    name: str
    description: str
    id: str
    left: int
    top: int
    width: int
    height: int
    states: frozenset[State]

    @property
    def middle(self) -> Point:
        return self.left + self.width // 2, self.top + self.height // 2

    @property
    def is_enabled(self) -> bool:
        return State.ENABLED in self.states


class Desktop:
    """What is showing now, asked over the bus."""

    def __init__(self, router: DBusRouter) -> None:
        self._router = router

    async def find_all(
        self, role: Role, name: str | None = None, *, starts: str = "", id_ends: str = "", id_has: str = ""
    ) -> list[Thing]:
        """Everything that shows and fits, in the order of the program's own tree. `name` is the whole name."""
        found = [address for program in await self._programs() for address in await self._matches(program, role)]
        names = await asyncio.gather(*(self._property(address, "Name") for address in found))
        fitting = [
            (address, named)
            for address, named in zip(found, names, strict=True)
            if named is not None and (name is None or named == name) and named.startswith(starts)
        ]
        things = await asyncio.gather(*(self._thing(address, role, named) for address, named in fitting))
        return [
            thing for thing in things if thing is not None and thing.id.endswith(id_ends) and id_has in thing.id
        ]  # fmt: skip

    async def find(
        self, role: Role, name: str | None = None, *, starts: str = "", id_ends: str = "", id_has: str = ""
    ) -> Thing | None:
        found = await self.find_all(role, name, starts=starts, id_ends=id_ends, id_has=id_has)
        return found[0] if found else None

    async def wait_for(
        self,
        role: Role,
        name: str | None = None,
        *,
        starts: str = "",
        id_ends: str = "",
        id_has: str = "",
        such_that: Callable[[Thing], bool] = lambda _: True,
        timeout_s: float = _ANSWER_S,
    ) -> Thing:
        """The first thing that shows and fits, once there is one. Raises AssertionError, with what was there."""
        deadline_s = time.monotonic() + timeout_s
        while True:
            found = await self.find_all(role, name, starts=starts, id_ends=id_ends, id_has=id_has)
            for thing in found:
                if such_that(thing):
                    return thing
            if time.monotonic() > deadline_s:
                there = [thing.name for thing in found or await self.find_all(role)]
                raise AssertionError(f"no {role.name} {name or starts or id_ends!r} that fits; there are {there}")
            await asyncio.sleep(_PAUSE_S)

    async def wait_gone(self, role: Role, *, id_ends: str = "", timeout_s: float = _ANSWER_S) -> None:
        deadline_s = time.monotonic() + timeout_s
        while (thing := await self.find(role, id_ends=id_ends)) is not None:
            assert time.monotonic() < deadline_s, f"{thing} is still there"
            await asyncio.sleep(_PAUSE_S)

    async def text(self, of: Thing) -> str:
        """What stands in a field."""
        answer = await self._call(of.address, "org.a11y.atspi.Text", "GetText", "ii", (0, -1))
        return str(answer[0]) if answer else ""

    async def longest_silence_s(self, while_running: Awaitable[object]) -> float:
        """How long the programs took at most to answer while something else went on: what their loops stalled, and what
        the machine was busy with besides."""
        work = asyncio.ensure_future(while_running)
        longest_s = 0.0
        try:
            while not work.done():
                begin_s = time.monotonic()
                for program in await self._programs():
                    await self._children(program)
                longest_s = max(longest_s, time.monotonic() - begin_s)
                await asyncio.sleep(0)
        finally:
            await work
        return longest_s

    async def _programs(self) -> list[Address]:
        return await self._children(_REGISTRY)

    async def everything(self, role: Role | None = None, *states: State) -> list[Thing]:
        """All that shows, in every window, and is in these states."""
        found = [address for one in await self._programs() for address in await self._matches(one, role, *states)]
        names = await asyncio.gather(*(self._property(address, "Name") for address in found))
        roles = await asyncio.gather(*(self._role(address) for address in found))
        known = zip(found, roles, names, strict=True)
        things = await asyncio.gather(*(
            self._thing(address, its_role, name)
            for address, its_role, name in known
            if name is not None and its_role is not None
        ))  # fmt: skip
        return [thing for thing in things if thing is not None]

    async def _matches(self, program: Address, role: Role | None, *states: State) -> list[Address]:
        """All that show, are as asked and have the role, if one is asked for, in every window of a program."""
        mask = [0, 0, 0, 0, 0]
        if role is not None:
            mask[role // 32] = _signed(1 << role % 32)
        bits = _signed(sum(1 << state for state in {State.SHOWING, *states}))
        fit = _ANY if role is not None else _ALL
        rule: tuple[object, ...] = ([bits, 0], _ALL, {}, _ALL, mask, fit, [], _ALL, False)
        found: list[Address] = []
        for window in await self._children(program):
            answer = await self._call(
                window, "org.a11y.atspi.Collection", "GetMatches", "(aiia{ss}iaiiasib)uib", (rule, 0, 0, True)
            )
            if role is not None and (await self._role(window)) == role:
                found.append(window)
            found += [(bus, path) for bus, path in answer[0]] if answer else []
        return list(dict.fromkeys(found))

    async def _children(self, of: Address) -> list[Address]:
        answer = await self._call(of, _ACCESSIBLE, "GetChildren")
        return [(bus, path) for bus, path in answer[0]] if answer else []

    async def _role(self, of: Address) -> int | None:
        answer = await self._call(of, _ACCESSIBLE, "GetRole")
        return int(answer[0]) if answer else None

    async def _thing(self, address: Address, role: int, name: str) -> Thing | None:
        """None when it has gone meanwhile."""
        description, identity, extents, states = await asyncio.gather(
            self._property(address, "Description"),
            self._property(address, "AccessibleId"),
            self._call(address, _COMPONENT, "GetExtents", "u", (0,)),
            self._call(address, _ACCESSIBLE, "GetState"),
        )
        if extents is None or states is None:
            return None
        bits = states[0][0] | states[0][1] << 32
        shown = frozenset(state for state in State if bits >> state & 1)
        left, top, width, height = extents[0]
        return Thing(address, role, name, description or "", identity or "", left, top, width, height, shown)

    async def _property(self, of: Address, name: str) -> str | None:
        answer = await self._call(of, "org.freedesktop.DBus.Properties", "Get", "ss", (_ACCESSIBLE, name))
        return str(answer[0][1]) if answer else None

    async def _call(
        self, of: Address, interface: str, method: str, signature: str | None = None, body: tuple[Any, ...] = ()
    ) -> tuple[Any, ...] | None:
        """None when what was asked has gone. Raises TimeoutError when the program does not answer."""
        bus, path = of
        message = new_method_call(DBusAddress(path, bus, interface), method, signature, body)
        reply = await asyncio.wait_for(self._router.send_and_get_reply(message), _ANSWER_S)
        return None if reply.header.message_type == MessageType.error else tuple(reply.body)


@dataclass(frozen=True, slots=True)
class Audience:
    """A session where somebody listens: what shows, and the variables by which programs join it."""

    desktop: Desktop
    environment: dict[str, str]


@asynccontextmanager
async def open_audience(screen: Screen) -> AsyncIterator[Audience]:
    """A session bus with the accessibility service, gone at the end. Skips where they are absent; fails in CI."""
    _require_bus()
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="lg-", ignore_cleanup_errors=True))
        home = {"HOME": folder, "XDG_RUNTIME_DIR": folder}
        session = await _start_bus(stack, {**screen.environment, **home})
        async with open_dbus_router(bus=session) as router:
            ask = new_method_call(DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus"), "GetAddress")
            reply = await asyncio.wait_for(router.send_and_get_reply(ask), _READY_S)
            assert reply.header.message_type != MessageType.error, reply.body
        listeners = await stack.enter_async_context(open_dbus_router(bus=reply.body[0]))
        yield Audience(Desktop(listeners), {"DBUS_SESSION_BUS_ADDRESS": session, **_TALKATIVE})


def _require_bus() -> None:
    missing = [] if shutil.which("dbus-daemon") else ["dbus-daemon"]
    missing += [] if _ACTIVATED.exists() else ["at-spi2-core"]
    if missing:
        reason = f"needs {', '.join(missing)}: `python3 packaging/dev.py test` installs them"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


async def _start_bus(stack: AsyncExitStack, env: dict[str, str]) -> str:
    """Its address. What it activates ends with it."""
    process = await asyncio.create_subprocess_exec(
        "dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address",
        env=env, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL,
    )  # fmt: skip
    stack.push_async_callback(process.wait)
    stack.callback(process.terminate)
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), _READY_S)
    assert line, "dbus-daemon ended before it was ready"
    return line.decode().strip()


def _signed(bits: int) -> int:
    """AT-SPI sends sets of bits as signed 32-bit numbers."""
    return bits - (1 << 32) if bits >> 31 else bits
