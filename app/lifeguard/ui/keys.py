"""Keys that several commands may share: one listener for each combination, which is told what was pressed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget


class Keys:
    """An action that owned its keys would be silent while another one with the same keys can run as well, and while it
    cannot run itself; so actions only show them, and `press` finds out what is meant."""

    def __init__(self, window: QWidget, press: Callable[[str], object]) -> None:
        self._window = window
        self._press = press
        self._listeners: dict[str, QShortcut] = {}

    def use(self, combinations: Iterable[str]) -> None:
        """Listen to these, and to no others."""
        wanted = {keys for keys in combinations if keys}
        for keys in self._listeners.keys() - wanted:
            listener = self._listeners.pop(keys)
            listener.setEnabled(False)
            listener.deleteLater()
        for keys in sorted(wanted - self._listeners.keys()):
            listener = self._listeners[keys] = QShortcut(QKeySequence(keys), self._window)
            listener.activated.connect(partial(self._press, keys))
