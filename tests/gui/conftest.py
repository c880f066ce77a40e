"""Tests of real widgets: one application without a screen, and Qt's own loop under every asynchronous test."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

_LEVELS = {
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"qt": lambda: QEventLoop(_application())}


@pytest.fixture(scope="session", autouse=True)
def application() -> QApplication:
    """The one application of the process; closing the last window does not end it."""
    return _application()


def _application() -> QApplication:
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    created = QApplication(["lifeguard-tests"])
    created.setQuitOnLastWindowClosed(False)
    qInstallMessageHandler(_log)
    return created


def _log(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """What Qt complains about fails the test, like any other log, save what only the screenless platform says."""
    if not message.startswith("This plugin does not support"):
        logging.getLogger("qt").log(_LEVELS.get(kind, logging.DEBUG), message)
