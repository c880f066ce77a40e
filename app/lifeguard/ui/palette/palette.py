"""The palette on the screen: a line to type in, and below it what is offered for it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from lifeguard.inventory.faces import face_of
from lifeguard.tree.node import Thing
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.glyphs import glyph_of
from lifeguard.ui.palette.index import NameIndex
from lifeguard.ui.palette.offers import Ground, Offer, command_offers, object_offers
from lifeguard.ui.pools import Pools
from lifeguard.ui.slices import Slices
from lifeguard.ui.table.flat import FlatLines
from lifeguard.ui.table.line import Cell, Column, Line
from lifeguard.ui.table.view import TableView
from lifeguard.ui.theme import Theme

_COLUMNS = (Column("What", 50, is_steady=True), Column("Note", 60))
_COMMANDS, _OBJECTS = 12, 20
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}


class Palette(QFrame):
    """Opened with `show_over`; closes, and is gone, once something was chosen, on Escape and on a click elsewhere."""

    def __init__(self, ground: Ground, pools: Pools, theme: Theme, parent: QWidget) -> None:
        # Qt hides popups from screen readers; a dialog without a frame looks the same and is found.
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("palette")
        self.setAccessibleName("Find or do")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._ground = ground
        self._pools = pools
        self._index = NameIndex()
        self._offers: dict[str, Offer] = {}
        self._line = QLineEdit()
        self._line.setObjectName("palette.line")
        self._line.setAccessibleName("Find or do")
        self._line.setPlaceholderText("Type part of a command or of a name")
        self._line.setClearButtonEnabled(True)
        self._nothing = QLabel("Nothing fits.")
        self._nothing.setObjectName("palette.nothing")
        self._nothing.setForegroundRole(self._nothing.palette().ColorRole.PlaceholderText)
        self.list = TableView("palette", "Offers", _COLUMNS, theme, has_header=False)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.activated.connect(lambda _: self._take())
        self.list.clicked.connect(lambda _: self._take())
        column = QVBoxLayout(self)
        column.addWidget(self._line)
        column.addWidget(self._nothing)
        column.addWidget(self.list, 1)
        self._line.textChanged.connect(lambda _: self._renew())
        self._line.installEventFilter(self)
        self._naming = Slices(self)
        self._naming.run(self._index.build(tuple(pools)))
        self._renew()

    def show_over(self, window: QWidget) -> None:
        line = self.fontMetrics().height()
        width = min(line * 50, window.width() - 2 * line)
        self.resize(width, min(line * 32, window.height() - 4 * line))
        self.move(window.mapToGlobal(QPoint((window.width() - width) // 2, line * 3)))
        self.show()
        self._line.setFocus()

    def changeEvent(self, event: QEvent) -> None:
        """A click elsewhere closes it."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.close()

    @property
    def titles(self) -> tuple[str, ...]:
        """What is offered, from the top down."""
        return tuple(offer.title for offer in self._offers.values())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The list is walked with the keyboard while the line has it."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if key in _STEPS:
                self._walk(_STEPS[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take()
                return True
            if key == Qt.Key.Key_Escape:
                self.close()
                return True
        return super().eventFilter(watched, event)

    def _renew(self) -> None:
        text = self._line.text()
        if text.strip() and self._naming.is_busy:
            self._naming.finish()
        found = object_offers(self._index.find(text, _OBJECTS), self._ground, self._face)
        offers = [*command_offers(text, self._ground, _COMMANDS), *found]
        self._offers = {f"{number:03d}": offer for number, offer in enumerate(offers)}
        lines = FlatLines(self._offered)
        for key in self._offers:
            lines.put(key)
        self.list.lines.show(lines, _never)
        self.list.open_all()
        self.list.setVisible(bool(offers))
        self._nothing.setVisible(not offers)
        if offers:
            self.list.choose("000")

    def _offered(self, key: str) -> Line:
        offer = self._offers[key]
        cells = (Cell(offer.title, hint=offer.refusal, glyph=offer.glyph), Cell(offer.note))
        return Line(cells, order=key, is_quiet=bool(offer.refusal))

    def _face(self, thing: Thing) -> tuple[str, Glyph]:
        pool = self._pools.get(thing.source)
        face = face_of(pool.answers, thing.ref) if pool is not None else None
        if pool is None or face is None:
            return "", glyph_of("", "")
        return pool.source.title, glyph_of(face.kind, face.state, face.marks)

    def _walk(self, step: int) -> None:
        row = self.list.currentIndex().row() + step
        last = self.list.lines.rowCount() - 1
        if last >= 0:
            self.list.setCurrentIndex(self.list.lines.index(min(max(row, 0), last), 0))

    def _take(self) -> None:
        """What cannot be done stays, with its reason beside it."""
        offer = self._offers.get(self.list.lines.key(self.list.currentIndex()))
        if offer is not None and not offer.refusal:
            self._naming.stop()
            self.close()
            offer.take()


def _never() -> float:
    return 0.0
