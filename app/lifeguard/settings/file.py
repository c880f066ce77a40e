"""The settings on disk: read once at the start, written whole, never overwritten when they could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
from platformdirs import user_config_path

from lifeguard.atomic import set_aside, write_whole
from lifeguard.settings.model import Settings


def default_place() -> Path:
    """Where this desktop keeps a program's settings."""
    return user_config_path("lifeguard") / "settings.json"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, and a sentence for the user when the file was broken and has been set aside.

    `may_overwrite` is False while a file that nobody could read still lies in its place: it may hold what is dear.
    """

    settings: Settings
    complaint: str | None = None
    may_overwrite: bool = True


class SettingsFile:
    """One file of settings, read once and then written whole whenever something differs."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or default_place()
        self._written: bytes | None = None

    def load(self) -> Loaded:
        """Read the file; a missing one gives the defaults, a broken one is renamed and told of."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return Loaded(Settings())
        except OSError as failure:
            return Loaded(Settings(), _unread(self._path, failure), may_overwrite=False)
        try:
            settings = msgspec.json.decode(data, type=Settings)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as broken:
            return self._put_aside(broken)
        self._written = data
        return Loaded(settings)

    def save(self, settings: Settings) -> str | None:
        """Write the file when something differs. Returns a sentence when it could not be written; the old one stays."""
        data = msgspec.json.format(msgspec.json.encode(settings), indent=2)
        if data == self._written:
            return None
        try:
            write_whole(self._path, data)
        except OSError as failure:
            return f"The settings could not be written to {self._path}: {failure.strerror or failure}."
        self._written = data
        return None

    def _put_aside(self, broken: Exception) -> Loaded:
        try:
            place = set_aside(self._path)
        except OSError as failure:
            what = f"The settings in {self._path} are broken and could not be renamed: {failure.strerror or failure}."
            return Loaded(Settings(), f"{what} Nothing is saved this time.", may_overwrite=False)
        complaint = f"The settings were broken ({broken}); they were kept as {place.name} and the defaults are in use."
        return Loaded(Settings(), complaint)


def _unread(path: Path, failure: OSError) -> str:
    return f"The settings in {path} could not be read: {failure.strerror or failure}. Nothing is saved this time."
