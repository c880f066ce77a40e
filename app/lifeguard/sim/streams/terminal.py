"""A text console: a login prompt that echoes what is typed and never lets anybody in."""

from __future__ import annotations

from lifeguard.sim.http.wires import Duplex

_BACKSPACES = b"\x08\x7f"


async def serve_terminal(duplex: Duplex, name: str) -> None:
    """Until the viewer hangs up."""
    await duplex.send(f"\r\n{name} (simulated) hvc0\r\n\r\n{name} login: ".encode())
    session, line = _Session(name), b""
    while data := await duplex.receive():
        echo = b""
        for letter in data:
            byte = bytes((letter,))
            if byte in (b"\r", b"\n"):
                echo += session.answer(line)
                line = b""
            elif letter in _BACKSPACES:
                echo += b"\x08 \x08" if line and not session.is_secret else b""
                line = line[:-1]
            elif letter >= 0x20:
                line += byte
                echo += b"" if session.is_secret else byte
        if echo:
            await duplex.send(echo)


class _Session:
    """Asks for a user, then for a password, which it does not show."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.is_secret = False

    def answer(self, line: bytes) -> bytes:
        if self.is_secret:
            self.is_secret = False
            return f"\r\n\r\nLogin incorrect\r\n{self._name} login: ".encode()
        self.is_secret = bool(line)
        return b"\r\nPassword: " if line else f"\r\n{self._name} login: ".encode()
