"""RFB, the protocol of graphical consoles, from the server's side: versions 3.3 to 3.8, no security, raw encoding."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from lifeguard.sim.http.wires import Duplex
from lifeguard.sim.streams.screen import HEIGHT, WHOLE, WIDTH, Area, Screen

_VERSION = b"RFB 003.008\n"
_NO_SECURITY = 1
_RAW = 0


class HungUp(ConnectionError):
    """The viewer has gone, or says something that is not RFB."""


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """How the viewer wants its pixels."""

    bits: int = 32
    is_big_endian: bool = False
    maxima: tuple[int, int, int] = (255, 255, 255)
    shifts: tuple[int, int, int] = (16, 8, 0)

    @classmethod
    def read(cls, data: bytes) -> PixelFormat:
        bits, _, big, true_colour, *rest = struct.unpack(">BBBBHHHBBB3x", data)
        if bits not in (8, 16, 32) or not true_colour:
            raise HungUp("a pixel format without colours")
        return cls(bits, bool(big), (rest[0], rest[1], rest[2]), (rest[3], rest[4], rest[5]))

    def write(self) -> bytes:
        depth = 24 if self.bits == 32 else self.bits
        return struct.pack(">BBBBHHHBBB3x", self.bits, depth, self.is_big_endian, 1, *self.maxima, *self.shifts)

    def pixels(self, screen: Screen, area: Area) -> bytes:
        part = screen.pixels[area.y : area.y + area.height, area.x : area.x + area.width]
        value = np.zeros(part.shape, dtype=np.uint32)
        for at, (most, shift) in enumerate(zip(self.maxima, self.shifts, strict=True)):
            level = (part >> np.uint32(16 - 8 * at)) & np.uint32(0xFF)
            value |= (level * np.uint32(most) // np.uint32(255)) << np.uint32(shift)
        order = ">" if self.is_big_endian else "<"
        return value.astype(f"{order}u{self.bits // 8}").tobytes()


class RfbServer:
    """One viewer of one screen. `run` ends with HungUp."""

    def __init__(self, duplex: Duplex, screen: Screen, name: str) -> None:
        self._duplex = duplex
        self._screen = screen
        self._name = name
        self._held = b""
        self._format = PixelFormat()
        self._damage: Area | None = None
        self._wanted: Area | None = None

    async def run(self) -> None:
        await self._greet()
        while True:
            await self._hear((await self._take(1))[0])
            await self._show_changes()

    async def _greet(self) -> None:
        await self._duplex.send(_VERSION)
        version = await self._take(len(_VERSION))
        if not version.startswith(b"RFB 003."):
            raise HungUp("not a viewer")
        minor = int(version[8:11]) if version[8:11].isdigit() else 3
        if minor < 7:
            await self._duplex.send(struct.pack(">I", _NO_SECURITY))
        else:
            await self._duplex.send(bytes((1, _NO_SECURITY)))
            if (await self._take(1))[0] != _NO_SECURITY:
                raise HungUp("no such security")
            if minor >= 8:
                await self._duplex.send(struct.pack(">I", 0))
        await self._take(1)  # whether others may look too: they may
        name = self._name.encode()
        head = struct.pack(">HH", WIDTH, HEIGHT) + self._format.write()
        await self._duplex.send(head + struct.pack(">I", len(name)) + name)

    async def _hear(self, kind: int) -> None:
        match kind:
            case 0:
                self._format = PixelFormat.read((await self._take(19))[3:])
            case 2:
                (count,) = struct.unpack(">xH", await self._take(3))
                await self._take(4 * count)
            case 3:
                await self._want_update()
            case 4:
                is_down, keysym = struct.unpack(">B2xI", await self._take(7))
                if is_down:
                    self._spoil(self._screen.key(keysym))
            case 5:
                buttons, x, y = struct.unpack(">BHH", await self._take(5))
                self._spoil(self._screen.point(x, y, buttons))
            case 6:
                (length,) = struct.unpack(">3xI", await self._take(7))
                await self._take(min(length, 1 << 20))
            case 255:
                _, is_down, keysym, _ = struct.unpack(">BHII", await self._take(11))
                if is_down:
                    self._spoil(self._screen.key(keysym))
            case _:
                raise HungUp(f"message {kind} is unknown")

    async def _want_update(self) -> None:
        only_changes, *corners = struct.unpack(">BHHHH", await self._take(9))
        self._wanted = Area(*corners).within(WHOLE)
        if not only_changes:
            self._spoil(self._wanted)

    def _spoil(self, area: Area | None) -> None:
        if area is not None:
            self._damage = area.joined(self._damage)

    async def _show_changes(self) -> None:
        """Answer the last request as soon as something in its area has changed."""
        if self._wanted is None or self._damage is None:
            return
        area = self._damage.within(self._wanted)
        if area is None:
            return
        self._damage = self._wanted = None
        head = struct.pack(">BxHHHHHi", 0, 1, area.x, area.y, area.width, area.height, _RAW)
        await self._duplex.send(head + self._format.pixels(self._screen, area))

    async def _take(self, size: int) -> bytes:
        while len(self._held) < size:
            data = await self._duplex.receive()
            if not data:
                raise HungUp("the viewer has gone")
            self._held += data
        taken, self._held = self._held[:size], self._held[size:]
        return taken
