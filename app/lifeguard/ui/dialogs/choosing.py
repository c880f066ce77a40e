"""Boxes to choose from, in which what cannot be chosen stands greyed with its reason."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

_FLAGS_ROLE = Qt.ItemDataRole.UserRole - 1
"""By which a box's own model keeps what may be done with an entry."""


def chooser(name: str, title: str) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(title)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(24)
    return box


def fill_chooser(box: QComboBox, options: Iterable[tuple[str, str, str | None]], value: str) -> None:
    """Options as (value, label, refusal); the one with this value is chosen, else none."""
    box.blockSignals(True)
    box.clear()
    for one, label, refusal in options:
        box.addItem(label if refusal is None else f"{label} ({refusal})", one)
        if refusal is not None:
            box.setItemData(box.count() - 1, 0, _FLAGS_ROLE)
    box.setCurrentIndex(box.findData(value))
    box.blockSignals(False)
