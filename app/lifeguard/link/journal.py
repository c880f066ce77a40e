"""What the program says of its own defects, wherever they come up: on standard error, and without any secret."""

from __future__ import annotations

import logging
import sys
from types import TracebackType
from typing import TextIO

from lifeguard.xapi.redact import Redactor, Secrets

_log = logging.getLogger(__name__)


class Journal:
    """Between `open` and `close` every log record and every defect that nobody caught is written here, and nowhere
    else. The loop's exception handler logs, so it needs no more."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._redactor = Redactor()
        self._handler = logging.StreamHandler(stream)
        self._handler.addFilter(self._redactor)
        self._hook_before = sys.excepthook

    def hide(self, secrets: Secrets) -> None:
        """What must never be written from now on, asked for each time."""
        self._redactor.secrets = secrets

    def open(self) -> None:
        logging.getLogger().addHandler(self._handler)
        self._hook_before, sys.excepthook = sys.excepthook, log_defect

    def close(self) -> None:
        sys.excepthook = self._hook_before
        logging.getLogger().removeHandler(self._handler)


def log_defect(kind: type[BaseException], defect: BaseException, trace: TracebackType | None) -> None:
    """A slot that fails must not end the program: the sessions on the servers would stay behind."""
    _log.error("a defect", exc_info=(kind, defect, trace))
