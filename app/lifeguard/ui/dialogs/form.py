"""The shape all small dialogs share: an icon, a heading, text below it, something to fill in, buttons with verbs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from lifeguard.ui.glyph import Glyph
from lifeguard.ui.theme import Theme


class Form(QDialog):
    """`content` takes what the dialog is about; `proceed` is the button that carries the verb."""

    def __init__(
        self, name: str, title: str, heading: str, verb: str, glyph: Glyph, theme: Theme, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        gap = self.fontMetrics().height()
        picture = QLabel()
        picture.setPixmap(theme.icon(glyph).pixmap(gap * 2, gap * 2))
        picture.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.heading = QLabel(heading)
        self.heading.setWordWrap(True)
        self.heading.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        font = self.heading.font()
        font.setPointSizeF(font.pointSizeF() * 1.2)
        font.setBold(True)
        self.heading.setFont(font)
        self.content = QVBoxLayout()
        self.content.setSpacing(gap // 2)
        self.buttons = QDialogButtonBox()
        self.proceed = QPushButton(verb)
        self.proceed.setObjectName(f"{name}.proceed")
        self.proceed.setDefault(True)
        self.leave = QPushButton("Cancel")
        self.leave.setObjectName(f"{name}.cancel")
        self.buttons.addButton(self.proceed, QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.addButton(self.leave, QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        grid = QGridLayout(self)
        grid.setContentsMargins(gap, gap, gap, gap)
        grid.setHorizontalSpacing(gap)
        grid.setVerticalSpacing(gap)
        grid.addWidget(picture, 0, 0)
        grid.addWidget(self.heading, 0, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addLayout(self.content, 1, 1)
        grid.addWidget(self.buttons, 2, 0, 1, 2)
        grid.setRowStretch(1, 1)
        grid.setColumnStretch(1, 1)
        self.setMinimumWidth(gap * 30)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.settle()

    def settle(self) -> None:
        """As tall as the wrapped text needs at this width, no taller: a layout alone does not see to that."""
        layout = self.layout()
        if layout is not None:
            width = max(self.width(), layout.minimumSize().width())
            height = layout.totalHeightForWidth(width)
            self.setMinimumHeight(height)
            self.resize(width, height)

    def say(self, text: str, place: QVBoxLayout | None = None) -> QLabel:
        """Add a paragraph that may be selected and copied, to the content or to a part of it."""
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        (place or self.content).addWidget(label)
        return label
