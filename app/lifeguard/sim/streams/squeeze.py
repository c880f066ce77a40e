"""Compressed streams: gzip both ways; zstd in blocks that are stored as they are, which every reader of it takes."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from typing import Protocol

from lifeguard.sim.failure import ApiError

_GZIP = 16 + zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_ZSTD_WINDOW = b"\x00\x38"  # no content size, a window of 128 KiB
_ZSTD_BLOCK = 128 * 1024


class Squeezer(Protocol):
    """Takes pieces, gives what is ready to be sent; `flush` gives the rest."""

    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


class _AsItIs:
    def compress(self, data: bytes, /) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


class _Zstd:
    def __init__(self) -> None:
        self._head = _ZSTD_MAGIC + _ZSTD_WINDOW

    def compress(self, data: bytes, /) -> bytes:
        blocks = [self._head]
        for at in range(0, len(data), _ZSTD_BLOCK):
            piece = data[at : at + _ZSTD_BLOCK]
            blocks += ((len(piece) << 3).to_bytes(3, "little"), piece)
        self._head = b""
        return b"".join(blocks)

    def flush(self) -> bytes:
        return self._head + b"\x01\x00\x00"


def squeezer(wish: str) -> Squeezer:
    """By the parameter `use_compression`: true or gzip, zstd, anything else for none."""
    if wish in ("true", "gzip"):
        return zlib.compressobj(1, zlib.DEFLATED, _GZIP)
    return _Zstd() if wish == "zstd" else _AsItIs()


class Unsqueezed:
    """Reads what was compressed with gzip, or not at all, as the first bytes tell."""

    def __init__(self, receive: Callable[[], Awaitable[bytes]]) -> None:
        self._receive = receive
        self._is_first = True
        self._gzip: zlib._Decompress | None = None

    async def receive(self) -> bytes:
        """Some bytes; none at the end. Raises ApiError IMPORT_ERROR."""
        data = await self._receive()
        if self._is_first and data:
            self._is_first = False
            if data.startswith(_ZSTD_MAGIC):
                raise ApiError("IMPORT_ERROR", "this host does not read archives compressed with zstd")
            if data.startswith(_GZIP_MAGIC):
                self._gzip = zlib.decompressobj(_GZIP)
        while self._gzip is not None and data:
            plain = self._unzip(self._gzip, data)
            if plain:
                return plain
            data = await self._receive()
        return data

    def _unzip(self, gzip: zlib._Decompress, data: bytes) -> bytes:
        try:
            return gzip.decompress(data)
        except zlib.error as broken:
            raise ApiError("IMPORT_ERROR", f"the compressed stream is broken: {broken}") from None
