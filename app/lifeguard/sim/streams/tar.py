"""Tar archives piece by piece: written without knowing the end, read without holding anything."""

from __future__ import annotations

import tarfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from lifeguard.sim.failure import ApiError

BLOCK_BYTES = tarfile.BLOCKSIZE
END = bytes(2 * BLOCK_BYTES)


def whole_entry(name: str, content: bytes) -> bytes:
    """A file with its head and what fills its last block."""
    return entry_head(name, len(content)) + content + padding(len(content))


def entry_head(name: str, size_bytes: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size_bytes, 0o444
    return info.tobuf(tarfile.USTAR_FORMAT)


def padding(size_bytes: int) -> bytes:
    return bytes(-size_bytes % BLOCK_BYTES)


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    size_bytes: int


class TarReader:
    """Reads from `receive`, which gives some bytes at a time and none at the end."""

    def __init__(self, receive: Callable[[], Awaitable[bytes]]) -> None:
        self._receive = receive
        self._held = bytearray()

    async def next_entry(self) -> Entry | None:
        """The next file; None at the end of the archive. Raises ApiError IMPORT_ERROR..."""
        block = await self._exactly(BLOCK_BYTES)
        if not any(block):
            return None
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.HeaderError as broken:
            raise ApiError("IMPORT_ERROR", f"not an archive: {broken}") from None
        return Entry(info.name, info.size)

    async def content(self, entry: Entry) -> bytes:
        """All of a small file. Raises ApiError IMPORT_ERROR..."""
        return b"".join([piece async for piece in self.pieces(entry)])

    async def pieces(self, entry: Entry) -> AsyncIterator[bytes]:
        """A file as it arrives. Raises ApiError IMPORT_ERROR..."""
        left = entry.size_bytes
        while left:
            piece = await self._some(left)
            left -= len(piece)
            yield piece
        await self._exactly(len(padding(entry.size_bytes)))

    async def _some(self, most: int) -> bytes:
        if not self._held:
            await self._fetch()
        piece = bytes(self._held[:most])
        del self._held[:most]
        return piece

    async def _exactly(self, size: int) -> bytes:
        while len(self._held) < size:
            await self._fetch()
        data = bytes(self._held[:size])
        del self._held[:size]
        return data

    async def _fetch(self) -> None:
        data = await self._receive()
        if not data:
            raise ApiError("IMPORT_ERROR_PREMATURE_EOF")
        self._held += data
