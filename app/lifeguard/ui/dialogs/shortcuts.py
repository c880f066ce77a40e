"""The shortcuts page: every command with its keys, to be changed, taken away or put back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QKeySequenceEdit, QLabel, QLineEdit, QPushButton, QWidget

from lifeguard.commands.palette import rank
from lifeguard.inventory.natural import natural_key
from lifeguard.ui.dialogs.form import Form
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.statements import sort_of
from lifeguard.ui.table.flat import FlatLines
from lifeguard.ui.table.line import Cell, Column, Line, text
from lifeguard.ui.table.view import TableView
from lifeguard.ui.theme import Theme

_COLUMNS = (
    Column("Command", 34, is_steady=True),
    Column("For", 26, is_steady=True),
    Column("Keys", 18, is_steady=True),
    Column("Usual keys", 14),
)


@dataclass(frozen=True, slots=True)
class Keyed:
    """Something that can have keys. `kinds` are the sorts of object it is for, empty for the window's own."""

    id: str
    title: str
    kinds: frozenset[str]
    usual: str


def clashes(all_keyed: Iterable[Keyed], changed: Mapping[str, str], one: Keyed, keys: str) -> list[Keyed]:
    """What else these keys would run where `one` can be run. What is for other objects may share them."""
    if not keys:
        return []
    return [
        other
        for other in all_keyed
        if other.id != one.id
        and changed.get(other.id, other.usual) == keys
        and (not other.kinds or not one.kinds or bool(other.kinds & one.kinds))
    ]


class ShortcutsDialog(Form):
    """`changed` holds the keys that differ from the usual ones, by id, once it was accepted."""

    def __init__(self, keyed: Iterable[Keyed], changed: Mapping[str, str], theme: Theme, parent: QWidget) -> None:
        super().__init__(
            "shortcuts", "Keyboard shortcuts", "Keyboard shortcuts", "Save", Glyph("properties"), theme, parent
        )
        self._keyed = {one.id: one for one in keyed}
        self.changed = dict(changed)
        self._lines = FlatLines(self._line)
        self._filter = QLineEdit()
        self._filter.setObjectName("shortcuts.filter")
        self._filter.setPlaceholderText("Filter commands")
        self._filter.setAccessibleName("Filter commands")
        self._filter.setClearButtonEnabled(True)
        self._filter.textChanged.connect(lambda _: self._fill())
        self.list = TableView("shortcuts", "Commands and their keys", _COLUMNS, theme)
        self.list.setMinimumHeight(self.fontMetrics().height() * 20)
        self.list.setMinimumWidth(self.fontMetrics().averageCharWidth() * 110)
        self._edit = QKeySequenceEdit()
        self._edit.setObjectName("shortcuts.keys")
        self._edit.setAccessibleName("New keys")
        self._edit.setMaximumSequenceLength(1)
        self._hint = QLabel()
        self._hint.setObjectName("shortcuts.hint")
        self._hint.setWordWrap(True)
        self._lay_out()
        self.list.picked.connect(self._show_chosen)
        self._edit.keySequenceChanged.connect(lambda _: self._judge())
        self._fill()
        self._show_chosen()

    def assign(self, key: str, keys: str) -> None:
        """Give a command other keys; its usual ones make it unchanged."""
        if keys == self._keyed[key].usual:
            self.changed.pop(key, None)
        else:
            self.changed[key] = keys
        self.list.lines.take(self._lines.put(key))

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self._edit, 1)
        self._buttons: list[QPushButton] = []
        for name, title, act in (
            ("shortcuts.set", "Use these keys", self._set),
            ("shortcuts.clear", "No keys", self._clear),
            ("shortcuts.usual", "Usual keys", self._restore),
        ):
            button = QPushButton(title)
            button.setObjectName(name)
            button.setAutoDefault(False)
            button.clicked.connect(act)
            self._buttons.append(button)
            row.addWidget(button)
        self.content.addWidget(self._filter)
        self.content.addWidget(self.list, 1)
        self.content.addLayout(row)
        self.content.addWidget(self._hint)

    def _fill(self) -> None:
        wanted = self._filter.text()
        self._lines = FlatLines(self._line)
        for key, one in self._keyed.items():
            if rank(wanted, one.title) is not None:
                self._lines.put(key)
        self.list.lines.show(self._lines, lambda: 0.0)
        self.list.open_all()

    def _line(self, key: str) -> Line:
        one = self._keyed[key]
        kinds = ", ".join(sorted(map(sort_of, one.kinds))) or "the window"
        keys = self.changed.get(key, one.usual)
        cells = (text(one.title), text(kinds), _keys_cell(keys), _keys_cell(one.usual))
        return Line(cells, order=(natural_key(one.title), key))

    def _chosen(self) -> Keyed | None:
        return next((self._keyed[key] for key in self.list.keys()), None)

    def _show_chosen(self) -> None:
        one = self._chosen()
        keys = self.changed.get(one.id, one.usual) if one is not None else ""
        self._edit.setKeySequence(QKeySequence(keys))
        self._judge()

    def _judge(self) -> None:
        one = self._chosen()
        for button in self._buttons:
            button.setEnabled(one is not None)
            button.setToolTip("" if one is not None else "Choose a command first")
        self._edit.setEnabled(one is not None)
        if one is not None:
            self._refuse("shortcuts.set", self._typed(), one)
            self._refuse("shortcuts.usual", one.usual, one)
        others = clashes(self._keyed.values(), self.changed, one, self._typed()) if one is not None else []
        also = f"These keys also run {_titles(others)}, where that can be done." if others else ""
        self._hint.setText(self._why_taken(one, self._typed()) or also if one is not None else "")

    def _refuse(self, name: str, keys: str, one: Keyed) -> None:
        why = self._why_taken(one, keys)
        button = next(button for button in self._buttons if button.objectName() == name)
        button.setEnabled(not why)
        button.setToolTip(why)

    def _why_taken(self, one: Keyed, keys: str) -> str:
        """Keys of the window are heard whatever is selected: shared with anything else, neither would be."""
        others = clashes(self._keyed.values(), self.changed, one, keys)
        always = [other for other in others if not other.kinds or not one.kinds]
        return f"These keys run {_titles(always)}. Give it other keys first." if always else ""

    def _typed(self) -> str:
        return self._edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText)

    def _set(self) -> None:
        one = self._chosen()
        if one is not None:
            self.assign(one.id, self._typed())

    def _clear(self) -> None:
        self._edit.clear()
        self._set()

    def _restore(self) -> None:
        one = self._chosen()
        if one is not None:
            self.assign(one.id, one.usual)
            self._show_chosen()


def _titles(several: Iterable[Keyed]) -> str:
    return ", ".join(f"“{one.title}”" for one in several)


def _keys_cell(keys: str) -> Cell:
    shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return text(shown, "It has none")
