"""Certificates that a user looked at and accepted, by the address they were shown for."""

from __future__ import annotations

from pathlib import Path

import msgspec
from platformdirs import user_config_path

from lifeguard.atomic import set_aside, write_whole


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """What was accepted: enough to recognise the certificate again and to show it beside a changed one.

    `fingerprint` is the SHA-256 of the whole certificate in hex; the dates are ISO 8601 UTC.
    """

    fingerprint: str
    subject: str = ""
    issuer: str = ""
    not_before: str = ""
    not_after: str = ""


def default_place() -> Path:
    """Where this desktop keeps a program's settings."""
    return user_config_path("lifeguard") / "certificates.json"


class Pins:
    """The accepted certificates, in one file that is written at every change."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or default_place()
        self._pins: dict[str, Pin] = {}

    def load(self) -> str | None:
        """Read the file. Returns a sentence when it was broken: it is set aside, and every server is asked for anew."""
        try:
            self._pins = msgspec.json.decode(self._path.read_bytes(), type=dict[str, Pin])
        except FileNotFoundError:
            return None
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return f"The accepted certificates could not be read; they were kept as {set_aside(self._path).name}."
        except OSError as failure:
            return f"The accepted certificates could not be read: {failure.strerror or failure}."
        return None

    def get(self, address: str) -> Pin | None:
        """What was accepted for this server (host:port as dialled), None when nothing was."""
        return self._pins.get(address.lower())

    def accept(self, address: str, pin: Pin) -> None:
        """Believe this certificate from now on. Raises OSError when that cannot be remembered; it holds for now."""
        self._pins[address.lower()] = pin
        self._write()

    def forget(self, address: str) -> None:
        """Ask again the next time. Raises OSError as `accept`."""
        if self._pins.pop(address.lower(), None) is not None:
            self._write()

    def _write(self) -> None:
        write_whole(self._path, msgspec.json.format(msgspec.json.encode(self._pins), indent=2))

