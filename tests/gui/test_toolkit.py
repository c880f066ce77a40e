"""What the toolkit must be trusted with: it keeps no and takes no references that are not its own.

PySide6 6.12.0 gave one back too many of None for every empty value read from a model, and of True for every signal
emitted from Python. Before Python 3.12 made these two immortal, that ended the process after some thousand of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QApplication, QWidget

_TIMES = 300
_NOISE = 30


class _Teller(QObject):
    told = Signal(str)


def _emit() -> None:
    teller = _Teller()
    teller.told.connect(lambda text: None)
    teller.told.emit("news")


def _read_nothing() -> None:
    model = QStandardItemModel(1, 1)
    model.index(0, 0).data()


def _find_nothing() -> None:
    QApplication.activePopupWidget()
    QObject().property("none")


def _draw() -> None:
    QWidget().update()


@pytest.mark.parametrize("act", [_emit, _read_nothing, _find_nothing, _draw])
@pytest.mark.parametrize("thing", [None, True, False])
def test_the_toolkit_takes_no_reference_that_is_not_its_own(
    application: QApplication, act: Callable[[], None], thing: object
) -> None:
    act()
    before = sys.getrefcount(thing)
    for _ in range(_TIMES):
        act()
    assert before - sys.getrefcount(thing) < _NOISE
