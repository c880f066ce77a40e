"""Files that are never half-written: the old content or the new one, whatever happens in between."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` in the place of the file, readable by its owner only. Raises OSError; the old file then stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def set_aside(path: Path) -> Path:
    """Rename a file that cannot be read, so that it is neither lost nor met again. Returns its new place."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    place = path.with_name(f"{path.stem}-broken-{stamp}{path.suffix}")
    number = 1
    while place.exists():
        number += 1
        place = path.with_name(f"{path.stem}-broken-{stamp}-{number}{path.suffix}")
    return path.rename(place)
