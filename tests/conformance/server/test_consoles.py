"""Consoles of running machines, opened by the real client and read as a viewer reads them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import struct
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from lifeguard.xapi.certificate import SessionTrust
from lifeguard.xapi.dialler import Dialler
from lifeguard.xapi.endpoint import AddressBook, parse_endpoint
from lifeguard.xapi.failures import HttpRefused
from lifeguard.xapi.streams import Duplex, Streams
from tests.support import until
from tests.support.simulated import HASTY, PASSWORD, Simulated, simulated


@pytest.fixture
async def served() -> AsyncIterator[Simulated]:
    async with simulated(hosts=2, vms=8, passwords={"root": PASSWORD, "vm-operator": PASSWORD}) as served:
        yield served


def _session(served: Simulated, user: str = "root") -> str:
    return served.pool.sessions.open(user, PASSWORD, "tests", served.pool.master_ref)


def _streams(served: Simulated, user: str = "root") -> Streams:
    book = AddressBook(parse_endpoint(served.dialled(served.pool.master_ref), tls=False), served.address_book())
    session = _session(served, user)
    return Streams(Dialler(book, SessionTrust(), HASTY), lambda: session)


def _console(served: Simulated, protocol: str, *, of_dom0: bool = False) -> tuple[str, str]:
    """Machine and location of a console of a running machine."""
    for row in served.db.rows("console").values():
        vm = served.db.row("VM", row["VM"])
        if vm["power_state"] == "Running" and row["protocol"] == protocol and vm["is_control_domain"] == of_dom0:
            return row["VM"], row["location"]
    raise AssertionError(f"nothing has a {protocol} console")


class _Viewer:
    """As little of a viewer as shows what the server draws."""

    def __init__(self, duplex: Duplex) -> None:
        self._in, self._out = duplex.reader, duplex.writer

    async def greet(self, version: bytes = b"RFB 003.008\n") -> tuple[int, int, str]:
        assert await self._in.readexactly(12) == b"RFB 003.008\n"
        self._out.write(version)
        if version < b"RFB 003.007":
            assert await self._in.readexactly(4) == struct.pack(">I", 1)
        else:
            assert await self._in.readexactly(2) == b"\x01\x01"
            self._out.write(b"\x01")
        if version >= b"RFB 003.008":
            assert await self._in.readexactly(4) == bytes(4)
        self._out.write(b"\x01")
        width, height, _, length = struct.unpack(">HH16sI", await self._in.readexactly(24))
        return width, height, (await self._in.readexactly(length)).decode()

    def ask(self, width: int, height: int, *, only_changes: bool) -> None:
        self._out.write(struct.pack(">BBHHHH", 3, only_changes, 0, 0, width, height))

    def press(self, keysym: int) -> None:
        self._out.write(struct.pack(">BBxxI", 4, 1, keysym) + struct.pack(">BBxxI", 4, 0, keysym))

    def point(self, x: int, y: int, buttons: int) -> None:
        self._out.write(struct.pack(">BBHH", 5, buttons, x, y))

    def set_format(self, bits: int, big: int, maxima: tuple[int, int, int], shifts: tuple[int, int, int]) -> None:
        depth = 24 if bits == 32 else bits
        self._out.write(b"\0\0\0\0" + struct.pack(">BBBBHHHBBB3x", bits, depth, big, 1, *maxima, *shifts))

    async def update(self, bytes_a_pixel: int = 4) -> tuple[tuple[int, int, int, int], bytes]:
        kind, count = struct.unpack(">BxH", await self._in.readexactly(4))
        assert (kind, count) == (0, 1)
        x, y, width, height, encoding = struct.unpack(">HHHHi", await self._in.readexactly(12))
        assert encoding == 0
        return (x, y, width, height), await self._in.readexactly(width * height * bytes_a_pixel)


@pytest.mark.parametrize("version", [b"RFB 003.003\n", b"RFB 003.007\n", b"RFB 003.008\n"])
async def test_a_viewer_of_any_version_sees_the_screen(served: Simulated, version: bytes) -> None:
    vm, location = _console(served, "rfb")
    async with _streams(served).console(location) as duplex:
        viewer = _Viewer(duplex)
        width, height, name = await viewer.greet(version)
        assert name == served.db.get("VM", vm, "name_label")
        viewer.ask(width, height, only_changes=False)
        area, pixels = await viewer.update()
        assert area == (0, 0, width, height)
        assert len({pixels[at : at + 4] for at in range(0, len(pixels), 4)}) > 3


async def test_keys_and_pointer_change_what_is_seen_and_nothing_else_is_sent_again(served: Simulated) -> None:
    _, location = _console(served, "rfb")
    async with _streams(served).console(location) as duplex:
        viewer = _Viewer(duplex)
        width, height, _ = await viewer.greet()
        viewer.ask(width, height, only_changes=False)
        await viewer.update()
        viewer.ask(width, height, only_changes=True)
        waiting = asyncio.ensure_future(viewer.update())
        await asyncio.wait((waiting,), timeout=0.05)
        assert not waiting.done()
        viewer.press(ord("w"))
        (_, _, _, typed_height), typed = await waiting
        assert typed_height < height
        viewer.press(ord("i"))
        viewer.ask(width, height, only_changes=True)
        assert (await viewer.update())[1] != typed
        viewer.point(100, 50, 1)
        viewer.ask(width, height, only_changes=True)
        assert (await viewer.update())[0][:2] == (100, 50)


async def test_pixels_come_in_the_format_the_viewer_wants(served: Simulated) -> None:
    _, location = _console(served, "rfb")
    async with _streams(served).console(location) as duplex:
        viewer = _Viewer(duplex)
        width, height, _ = await viewer.greet()
        viewer.ask(width, height, only_changes=False)
        _, wide = await viewer.update()
        viewer.set_format(16, 1, (31, 63, 31), (11, 5, 0))
        viewer.ask(width, height, only_changes=False)
        _, narrow = await viewer.update(2)
        (blue, green, red, _), (pixel,) = wide[:4], struct.unpack(">H", narrow[:2])
        assert pixel == (red * 31 // 255) << 11 | (green * 63 // 255) << 5 | blue * 31 // 255


async def test_a_terminal_echoes_and_asks_for_a_password_it_does_not_show(served: Simulated) -> None:
    _, location = _console(served, "vt100", of_dom0=True)
    async with _streams(served).console(location) as duplex:
        await duplex.reader.readuntil(b"login: ")
        duplex.writer.write(b"root\r")
        assert await duplex.reader.readuntil(b"Password: ") == b"root\r\nPassword: "
        duplex.writer.write(b"secret\r")
        assert b"secret" not in await duplex.reader.readuntil(b"login: ")


async def test_a_control_domains_console_is_for_administrators_of_the_pool(served: Simulated) -> None:
    _, location = _console(served, "vt100", of_dom0=True)
    with pytest.raises(HttpRefused, match="403"):
        async with _streams(served, "vm-operator").console(location):
            pass


async def test_a_console_closes_when_its_machine_stops(served: Simulated) -> None:
    vm, location = _console(served, "rfb")
    async with _streams(served).console(location) as duplex:
        await _Viewer(duplex).greet()
        served.db.set("VM", vm, "power_state", "Halted")
        assert await asyncio.wait_for(duplex.reader.read(), 5) == b""


async def test_a_paused_machine_has_no_console_and_an_unknown_one_is_not_found(served: Simulated) -> None:
    vm, location = _console(served, "rfb")
    served.db.set("VM", vm, "power_state", "Paused")
    for where, status in ((location, "500"), (location.replace("uuid=", "uuid=no"), "404")):
        with pytest.raises(HttpRefused, match=status):
            async with _streams(served).console(where):
                pass


async def test_a_browser_gets_the_same_bytes_in_frames(served: Simulated) -> None:
    vm, location = _console(served, "rfb")
    at = urlsplit(served.server.urls[served.db.get("VM", vm, "resident_on")])
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    key = base64.b64encode(bytes(16)).decode()
    query = f"{urlsplit(location).query}&session_id={_session(served)}"
    head = f"GET /console?{query} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    more = f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: binary\r\n\r\n"
    writer.write((head + more).encode())
    answer = (await reader.readuntil(b"\r\n\r\n")).decode()
    assert answer.startswith("HTTP/1.1 101")
    assert "Sec-WebSocket-Protocol: binary" in answer
    proof = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode(), usedforsecurity=False).digest()
    assert base64.b64encode(proof).decode() in answer
    assert await _frame(reader) == (2, b"RFB 003.008\n")
    _send_masked(writer, 9, b"still there?")
    assert await _frame(reader) == (10, b"still there?")
    _send_masked(writer, 2, b"RFB 003.008\n")
    assert await _frame(reader) == (2, b"\x01\x01")
    _send_masked(writer, 8, struct.pack(">H", 1000))
    assert await _frame(reader) == (8, struct.pack(">H", 1000))
    writer.close()
    await writer.wait_closed()


async def _frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    first, size = await reader.readexactly(2)
    return first & 15, await reader.readexactly(size)


def _send_masked(writer: asyncio.StreamWriter, kind: int, data: bytes) -> None:
    mask = b"mask"
    coded = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
    writer.write(bytes((0x80 | kind, 0x80 | len(data))) + mask + coded)


async def test_leaving_a_console_leaves_nothing_behind(served: Simulated) -> None:
    _, location = _console(served, "rfb")
    before = len(served.db.rows("task"))
    async with _streams(served).console(location) as duplex:
        await _Viewer(duplex).greet()
    await until(lambda: len(served.db.rows("task")) == before)
