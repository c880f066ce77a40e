"""Taking a picture of the window once it is complete: the tree filled, the tab in front alive."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

_LOOK_MS = 50
_SETTLE_S = 0.3


async def take_picture(window: QWidget, is_complete: Callable[[], bool], path: Path, patience_s: float) -> bool:
    """Wait until the window is complete, then save it as PNG. False when it did not become so, or the file cannot be
    written; a picture of what is there is taken all the same."""
    complete = asyncio.Event()
    look = QTimer(window)
    look.timeout.connect(lambda: complete.set() if is_complete() else None)
    look.start(_LOOK_MS)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(complete.wait(), patience_s)
    look.stop()
    await asyncio.sleep(_SETTLE_S)
    path.parent.mkdir(parents=True, exist_ok=True)
    return window.grab().save(str(path)) and complete.is_set()
