"""The settings while the program runs: read once, changed by whoever owns a part of them, written at each change."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from lifeguard.settings.file import SettingsFile
from lifeguard.settings.model import Settings


class Keeper:
    """`complaint` is a sentence for the user when the file could not be read. Without a file nothing is remembered."""

    def __init__(self, file: SettingsFile | None = None) -> None:
        self._file = file
        loaded = file.load() if file is not None else None
        self.now: Settings = loaded.settings if loaded is not None else Settings()
        self.complaint = loaded.complaint if loaded is not None else None
        self._may_write = loaded is None or loaded.may_overwrite

    def change(self, **parts: Any) -> str | None:
        """Put other values in some fields of `Settings`. Returns a sentence when they could not be written."""
        self.now = structs.replace(self.now, **parts)
        if self._file is None or not self._may_write:
            return None
        return self._file.save(self.now)
