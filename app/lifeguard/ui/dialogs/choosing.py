"""Boxes to choose from, in which what cannot be chosen stands greyed with its reason."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox


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
        model = box.model()
        if refusal is not None and isinstance(model, QStandardItemModel):
            model.item(box.count() - 1).setEnabled(False)
    box.setCurrentIndex(box.findData(value))
    box.blockSignals(False)
