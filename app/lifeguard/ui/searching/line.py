"""The line in which a search is typed: what may come next is offered below, and what makes no sense is pointed at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QModelIndex, QPoint, QSize, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPolygon
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QVBoxLayout, QWidget

from lifeguard.search.completion import Candidate
from lifeguard.search.language import QueryError, parse
from lifeguard.search.query import Query
from lifeguard.search.wording import Unspeakable, wording
from lifeguard.ui.theme import Theme

_HINT: Final = "Search: words, os:debian, memory>4G, !tag:prod, or, ( )"
_WORDLESS: Final = "This search has no words; change it in the builder"

Offer = Callable[[str, int], list[Candidate]]


class SearchLine(QWidget):
    """`asked` brings a query that makes sense, None for an empty line; `entered` tells that somebody is about to type.
    `offer` tells what may come next."""

    asked = Signal(object)
    entered = Signal()

    def __init__(self, offer: Offer, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = _Box(offer)
        self._complaint = _Complaint(self.box, theme)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(0)
        self._typing.timeout.connect(self.read)
        self.box.textChanged.connect(lambda _: self._typing.start())
        self.box.entered.connect(self.entered)
        self.box.returnPressed.connect(self.read)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.box)
        column.addWidget(self._complaint)

    @property
    def complaint(self) -> str:
        """What is wrong with what is typed; empty for nothing."""
        return self._complaint.text

    def read(self) -> None:
        """Ask for what is typed, or say why it cannot be asked."""
        self._typing.stop()
        try:
            query = parse(self.box.text())
        except QueryError as refusal:
            self._complaint.say(str(refusal), refusal.position)
            return
        self._complaint.say("", 0)
        self.asked.emit(query)

    def show_query(self, query: Query | None) -> None:
        """Put the words for a query here, unless what is typed means the same already."""
        if self._means(query):
            return
        try:
            text, hint, has_words = wording(query), _HINT, True
        except Unspeakable:
            text, hint, has_words = "", _WORDLESS, False
        self.box.setText(text)
        self.box.setPlaceholderText(hint)
        self.box.setReadOnly(not has_words)
        self._typing.stop()
        self._complaint.say("", 0)

    def _means(self, query: Query | None) -> bool:
        try:
            return not self.box.isReadOnly() and parse(self.box.text()) == query
        except QueryError:
            return False


class _Box(QLineEdit):
    """A completer of Qt's would put its word in place of the whole line; here it goes where it belongs."""

    entered = Signal()

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        self.setObjectName("search.query")
        self.setAccessibleName("Search")
        self.setPlaceholderText(_HINT)
        self.setClearButtonEnabled(True)
        self._offer = offer
        self._found: list[Candidate] = []
        self._shown = QStringListModel(self)
        self._list = QListView()
        self._list.setObjectName("search.offers")
        self._list.setAccessibleName("Ways to go on")
        self._popup = QCompleter(self._shown, self)
        self._popup.setWidget(self)
        self._popup.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._popup.setPopup(self._list)
        self._popup.activated.connect(self._take)
        self.textEdited.connect(lambda _: self.offer_more())

    @property
    def offers(self) -> list[Candidate]:
        return self._found

    def offer_more(self) -> None:
        """Show what may stand where the cursor is."""
        self._found = self._offer(self.text(), self.cursorPosition())
        typed = {candidate.text for candidate in self._found if self._is_typed(candidate)}
        self._found = [] if typed and len(self._found) == 1 else self._found
        self._shown.setStringList([_in_words(candidate) for candidate in self._found])
        if self._found:
            self._popup.complete()
            self._list.setCurrentIndex(QModelIndex())
        else:
            self._list.hide()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Space and Down ask for offers; Return takes the one that is chosen."""
        is_open = self._list.isVisible()
        wants_more = event.key() == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if wants_more or (event.key() == Qt.Key.Key_Down and not is_open):
            self.offer_more()
        elif event.key() == Qt.Key.Key_Escape and not is_open and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    def _take(self, shown: str) -> None:
        chosen = next((candidate for candidate in self._found if _in_words(candidate) == shown), None)
        if chosen is None:
            return
        text = self.text()
        end = self.cursorPosition()
        self.setText(text[: chosen.start] + chosen.text + text[end:])
        self.setCursorPosition(chosen.start + len(chosen.text))
        self.textEdited.emit(self.text())

    def _is_typed(self, candidate: Candidate) -> bool:
        return self.text()[candidate.start : self.cursorPosition()] == candidate.text

    def x_of(self, position: int) -> int:
        """How far right a character stands, in the coordinates of this box."""
        cursor = self.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle).toRectF().center().x()
        metrics, text = self.fontMetrics(), self.text()
        before, here = (metrics.horizontalAdvance(text[:place]) for place in (position, self.cursorPosition()))
        return int(cursor) + before - here


class _Complaint(QWidget):
    """A mark under the character that makes no sense, and the sentence beside it."""

    def __init__(self, box: _Box, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("search.trouble")
        self.text = ""
        self._box = box
        self._theme = theme
        self._position = 0
        self.hide()

    def say(self, text: str, position: int) -> None:
        self.text, self._position = text, position
        said = f"At character {position + 1}: {text}" if text else ""
        self.setAccessibleName(said)
        self._box.setAccessibleDescription(said)
        self.setToolTip(said)
        self.setVisible(bool(text))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height() + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, metrics = QPainter(self), self.fontMetrics()
        half = metrics.height() // 3
        x = min(max(self._box.x_of(self._position), half), self.width() - half)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("bad"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPolygon(QPolygon([QPoint(x, 1), QPoint(x - half, 1 + half), QPoint(x + half, 1 + half)]))
        wide = metrics.horizontalAdvance(self.text)
        left = x + 2 * half if x + 2 * half + wide <= self.width() else max(0, x - 2 * half - wide)
        painter.setPen(self._theme.colour("bad"))
        painter.drawText(left, 2 + metrics.ascent(), self.text)
        painter.end()


def _in_words(candidate: Candidate) -> str:
    return f"{candidate.text}    {candidate.explanation}" if candidate.explanation else candidate.text
