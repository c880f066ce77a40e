"""The query builder: scope, groupings and conditions of a search as controls; the other face of the text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from lifeguard.inventory.answers import Facts
from lifeguard.inventory.kinds import TITLES, ObjectType
from lifeguard.search.conditions import Subject, subjects, without_gaps
from lifeguard.search.fulltext import plain_word
from lifeguard.search.groupings import offered
from lifeguard.search.query import DummyQuery, Grouping, GroupQuery, GroupType, Query, Search
from lifeguard.ui.searching.condition_row import ConditionRow

_KINDS: tuple[tuple[str, GroupType], ...] = (("All of", "And"), ("Any of", "Or"), ("None of", "Nor"))


class Builder(QWidget):
    """`changed` brings the search as it is built now. `pools` tells which custom fields there are."""

    changed = Signal(object)

    def __init__(self, pools: Callable[[], Sequence[Facts]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("search.builder")
        self._pools = pools
        self._search = Search("")
        self._conditions: _Conditions | None = None
        self._scope = QToolButton()
        self._scope.setObjectName("builder.scope")
        self._scope.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._scope.setMenu(self._scope_menu())
        self._groupings = QHBoxLayout()
        gap = self.fontMetrics().height() // 2
        head = QHBoxLayout()
        head.addWidget(QLabel("Look at"))
        head.addWidget(self._scope)
        head.addSpacing(gap)
        head.addWidget(QLabel("Group by"))
        head.addLayout(self._groupings)
        head.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(gap, 0, gap, gap)
        self._column.addLayout(head)

    def show_search(self, search: Search) -> None:
        """Show a search; lines that say nothing yet stay while the rest means the same."""
        is_same_query = self._conditions is not None and without_gaps(self._conditions.query) == search.query
        is_same_groups = self._search.groupings == search.groupings and self._groupings.count() > 0
        self._search = search
        self._show_scope()
        if not is_same_groups:
            self._show_groupings()
        if not is_same_query:
            self._show_conditions()

    def _scope_menu(self) -> QMenu:
        menu = QMenu(self)
        for sort, title in TITLES.items():
            action = menu.addAction(title)
            action.setCheckable(True)
            action.setData(sort.value)
        menu.triggered.connect(lambda _: self._take_scope())
        return menu

    def _show_scope(self) -> None:
        for action in self._scope.menu().actions():
            action.setChecked(ObjectType(action.data()) in self._search.scope)
        chosen = [TITLES[sort] for sort in self._search.scope]
        text = ", ".join(chosen[:3]) if len(chosen) <= 3 else f"{len(chosen)} sorts of objects"
        self._scope.setText(text or "nothing")
        self._scope.setAccessibleName(f"Look at {', '.join(chosen) or 'nothing'}")

    def _take_scope(self) -> None:
        chosen = tuple(ObjectType(action.data()) for action in self._scope.menu().actions() if action.isChecked())
        self._change(replace(self._search, scope=chosen))

    def _show_groupings(self) -> None:
        """A box for each grouping, and an empty one for the next."""
        while (item := self._groupings.takeAt(0)) is not None:
            box = item.widget()
            if box is not None:
                box.deleteLater()
        for depth in range(len(self._search.groupings) + 1):
            above = self._search.groupings[:depth]
            choice = offered(self._pools(), above)
            present = self._search.groupings[depth] if depth < len(self._search.groupings) else None
            if present is not None and present not in [grouping for _, grouping in choice]:
                choice = (*choice, (str(getattr(present, "property", "")) or present.element, present))
            if choice:
                self._groupings.addWidget(self._grouping_box(depth, choice, present))

    def _grouping_box(
        self, depth: int, choice: tuple[tuple[str, Grouping], ...], present: Grouping | None
    ) -> QComboBox:
        box = QComboBox()
        box.setObjectName(f"builder.grouping.{depth}")
        box.setAccessibleName(f"Group by, level {depth + 1}")
        box.addItem("nothing")
        for title, grouping in choice:
            box.addItem(title)
            if grouping == present:
                box.setCurrentIndex(box.count() - 1)
        box.activated.connect(lambda row: self._take_grouping(depth, choice[row - 1][1] if row else None))
        return box

    def _take_grouping(self, depth: int, grouping: Grouping | None) -> None:
        kept = self._search.groupings[:depth]
        below = tuple(one for one in self._search.groupings[depth + 1 :] if one != grouping)
        self._change(replace(self._search, groupings=kept if grouping is None else (*kept, grouping, *below)))

    def _show_conditions(self) -> None:
        if self._conditions is not None:
            self._conditions.hide()
            self._conditions.deleteLater()
        self._conditions = _Conditions(self._search.query, subjects(self._pools()), is_top=True)
        self._conditions.changed.connect(self._take_conditions)
        self._column.addWidget(self._conditions)

    def _take_conditions(self) -> None:
        if self._conditions is not None:
            self._change(replace(self._search, query=without_gaps(self._conditions.query)))

    def _change(self, search: Search) -> None:
        if search != self._search:
            self.show_search(search)
            self.changed.emit(search)


class _Conditions(QFrame):
    """Conditions of which all, any or none must hold; groups of them may stand one in another."""

    changed = Signal()
    unwanted = Signal()

    def __init__(self, query: Query | None, known: Sequence[Subject], *, is_top: bool = False) -> None:
        super().__init__()
        self.setObjectName("builder.conditions")
        self.setFrameShape(QFrame.Shape.NoFrame if is_top else QFrame.Shape.StyledPanel)
        self._known = known
        self._parts: list[ConditionRow | _Conditions] = []
        self._kind = QComboBox()
        self._kind.setObjectName("builder.kind")
        self._kind.setAccessibleName("How many conditions must hold")
        for title, kind in _KINDS:
            self._kind.addItem(title, kind)
        self._rows = QVBoxLayout()
        head = QHBoxLayout()
        head.addWidget(self._kind)
        head.addWidget(_button("builder.add", "Add condition", lambda: self._add_one(DummyQuery())))
        group = GroupQuery("Or", (DummyQuery(),))
        head.addWidget(_button("builder.add_group", "Add group", lambda: self._add_one(group)))
        if not is_top:
            head.addWidget(_button("builder.remove_group", "Remove group", self.unwanted.emit))
        head.addStretch(1)
        column = QVBoxLayout(self)
        if is_top:
            column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addLayout(self._rows)
        self._fill(query)
        self._kind.currentIndexChanged.connect(lambda _: self.changed.emit())

    @property
    def query(self) -> Query:
        kind: GroupType = self._kind.currentData()
        return GroupQuery(kind, tuple(part.query for part in self._parts))

    def _fill(self, query: Query | None) -> None:
        if query is None:
            return
        if isinstance(query, GroupQuery) and plain_word(query) is None:
            self._kind.setCurrentIndex(self._kind.findData(query.type))
            for part in query.queries:
                self._add(part)
        else:
            self._add(query)

    def _add(self, query: Query) -> None:
        is_group = isinstance(query, GroupQuery) and plain_word(query) is None
        part: ConditionRow | _Conditions
        part = _Conditions(query, self._known) if is_group else ConditionRow(query, self._known)
        part.changed.connect(self.changed)
        part.unwanted.connect(lambda: self._remove(part))
        self._parts.append(part)
        self._rows.addWidget(part)

    def _add_one(self, query: Query) -> None:
        self._add(query)
        self.changed.emit()

    def _remove(self, part: ConditionRow | _Conditions) -> None:
        self._parts.remove(part)
        part.hide()
        part.deleteLater()
        self.changed.emit()


def _button(name: str, title: str, do: Callable[[], object]) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setText(title)
    button.setAutoRaise(True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    button.clicked.connect(lambda _: do())
    return button
