"""The part of qasync that Lifeguard uses."""

from __future__ import annotations

from asyncio import BaseEventLoop
from types import TracebackType
from typing import Self

from PySide6.QtCore import QCoreApplication

class QEventLoop(BaseEventLoop):
    def __init__(
        self, app: QCoreApplication | None = None, set_running_loop: bool = False, already_running: bool = False
    ) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
