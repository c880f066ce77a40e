"""One line of the builder on the screen: what, how, with what; and the button that takes the line away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import QComboBox, QDateEdit, QHBoxLayout, QLabel, QLineEdit, QStackedWidget, QToolButton, QWidget

from lifeguard.search.conditions import Condition, Needs, Subject, condition_of, query_of
from lifeguard.search.query import Query
from lifeguard.search.wording import Unspeakable, wording

_HINTS: dict[Needs, str] = {"amount": "4G, 512M", "text": "text"}
_DAY = "yyyy-MM-dd"


class ConditionRow(QWidget):
    """A query that the builder has no line for is shown in words and kept as it is."""

    changed = Signal()
    unwanted = Signal()

    def __init__(self, query: Query, subjects: Sequence[Subject], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("builder.condition")
        self._query = query
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        condition = condition_of(query)
        self._editor = _Editor(condition, subjects) if condition is not None else None
        if self._editor is not None:
            self._editor.changed.connect(self.changed)
        self._row.addWidget(self._editor or QLabel(_in_words(query)), 1)
        away = QToolButton()
        away.setObjectName("builder.remove")
        away.setText("Remove")
        away.setAccessibleName("Remove this condition")
        away.setAutoRaise(True)
        away.clicked.connect(self.unwanted)
        self._row.addWidget(away)

    @property
    def query(self) -> Query:
        return self._query if self._editor is None else query_of(self._editor.condition)


class _Editor(QWidget):
    changed = Signal()

    def __init__(self, condition: Condition, subjects: Sequence[Subject]) -> None:
        super().__init__()
        known = {subject.key: subject for subject in subjects} | {condition.subject.key: condition.subject}
        self._subjects = list(known.values())
        self._subject = _box("builder.subject", "What to look at")
        self._relation = _box("builder.relation", "How to compare")
        self._text = QLineEdit()
        self._text.setObjectName("builder.text")
        self._text.setAccessibleName("Value")
        self._choice = _box("builder.choice", "Value")
        self._day = QDateEdit(QDate.currentDate())
        self._day.setObjectName("builder.day")
        self._day.setAccessibleName("Day")
        self._day.setCalendarPopup(True)
        self._day.setDisplayFormat(_DAY)
        self._value = QStackedWidget()
        for widget in (self._text, self._choice, self._day, QWidget()):
            self._value.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._subject)
        row.addWidget(self._relation)
        row.addWidget(self._value, 1)
        self._show(condition)
        self._subject.currentIndexChanged.connect(lambda _: self._take_subject())
        self._relation.currentIndexChanged.connect(lambda _: self._take_relation())
        self._text.textEdited.connect(lambda _: self.changed.emit())
        self._choice.currentIndexChanged.connect(lambda _: self.changed.emit())
        self._day.dateChanged.connect(lambda _: self.changed.emit())

    @property
    def condition(self) -> Condition:
        needs = self._needs()
        value = self._text.text().strip()
        if needs == "choice":
            value = str(self._choice.currentData() or "")
        elif needs == "day":
            value = self._day.date().toString(_DAY)
        elif needs == "nothing":
            value = ""
        return Condition(self._chosen(), str(self._relation.currentData()), value)

    def _show(self, condition: Condition) -> None:
        for subject in self._subjects:
            self._subject.addItem(subject.title, subject.key)
        self._subject.setCurrentIndex(self._subject.findData(condition.subject.key))
        self._fill()
        self._relation.setCurrentIndex(max(0, self._relation.findData(condition.relation)))
        self._text.setText(condition.value)
        self._choice.setCurrentIndex(max(0, self._choice.findData(condition.value)))
        day = QDate.fromString(condition.value, _DAY)
        if day.isValid():
            self._day.setDate(day)
        self._show_value()

    def _fill(self) -> None:
        """The ways to compare, and the values to choose from, of what is looked at."""
        subject = self._chosen()
        for box, entries in (
            (self._relation, [(relation.title, relation.key) for relation in subject.relations]),
            (self._choice, [(text, value) for value, text in subject.choices.items()]),
        ):
            box.blockSignals(True)
            box.clear()
            for title, key in entries:
                box.addItem(title, key)
            box.blockSignals(False)

    def _take_subject(self) -> None:
        self._fill()
        self._take_relation()

    def _take_relation(self) -> None:
        self._show_value()
        self.changed.emit()

    def _show_value(self) -> None:
        needs = self._needs()
        self._value.setCurrentIndex({"choice": 1, "day": 2, "nothing": 3}.get(needs, 0))
        self._text.setPlaceholderText(_HINTS.get(needs, ""))

    def _chosen(self) -> Subject:
        return self._subjects[max(0, self._subject.currentIndex())]

    def _needs(self) -> Needs:
        key = self._relation.currentData()
        return next((relation.needs for relation in self._chosen().relations if relation.key == key), "nothing")


def _box(name: str, words: str) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(words)
    return box


def _in_words(query: Query) -> str:
    try:
        return wording(query)
    except Unspeakable:
        return f"{query.element}, made by another console"
