"""The columns of the results: which are shown, in which order, how wide. Remembered by name; a width of 0 hides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from lifeguard.search.columns import title_of
from lifeguard.search.query import Column
from lifeguard.ui.grid.model import GridModel
from lifeguard.ui.grid.view import ObjectGrid

HIDDEN: Final = 0


class Columns:
    """What the user changes holds for every search, until a saved search brings columns of its own."""

    def __init__(self, grid: ObjectGrid, model: GridModel) -> None:
        self._grid = grid
        self._model = model
        self._header = grid.header()
        self._remembered: dict[str, int] = {}
        self._is_own = True
        self._header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._header.customContextMenuRequested.connect(
            lambda place: self.menu(self._grid).popup(self._header.mapToGlobal(place))
        )

    def shown(self) -> list[int]:
        """The numbers of the columns shown, from left to right."""
        order = [self._header.logicalIndex(place) for place in range(self._header.count())]
        return [column for column in order if not self._header.isSectionHidden(column)]

    def as_saved(self) -> tuple[Column, ...]:
        """The columns shown, as a saved search keeps them."""
        return tuple(Column(self._model.columns[column], self._header.sectionSize(column)) for column in self.shown())

    def remember(self) -> dict[str, int]:
        """Widths by name, from left to right; those of columns that are not there now come last."""
        if not self._is_own or not self._grid.isVisible():
            return self._remembered
        now: dict[str, int] = {}
        for place in range(self._header.count()):
            column = self._header.logicalIndex(place)
            is_hidden = self._header.isSectionHidden(column)
            now[self._model.columns[column]] = HIDDEN if is_hidden else self._header.sectionSize(column)
        self._remembered = now | {name: width for name, width in self._remembered.items() if name not in now}
        return self._remembered

    def recall(self, widths: Mapping[str, int]) -> None:
        self._remembered = dict(widths)
        self.fit()

    def fit(self) -> None:
        """Lay the columns out as the user left them; new ones by what they hold."""
        self._is_own = True
        self._grid.fit_columns()
        self._lay_out(self._remembered)

    def use(self, columns: Iterable[Column]) -> None:
        """Lay the columns out as a saved search has them."""
        wanted = {column.name: column.width for column in columns}
        if wanted:
            self.remember()
            self._lay_out(wanted | {name: HIDDEN for name in self._model.columns[1:] if name not in wanted})
            self._is_own = False
        elif not self._is_own:
            self.fit()

    def show_column(self, name: str, is_shown: bool) -> None:
        column = self._model.columns.index(name)
        self._header.setSectionHidden(column, not is_shown)
        if is_shown and self._header.sectionSize(column) == HIDDEN:
            self._header.resizeSection(column, self._header.defaultSectionSize())

    def reset(self) -> None:
        self._remembered = {}
        self.fit()

    def menu(self, parent: QWidget) -> QMenu:
        """Every column with a tick; the name is always there."""
        menu = QMenu(parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setObjectName("search.columns.menu")
        for column, name in enumerate(self._model.columns):
            action = menu.addAction(title_of(name))
            action.setCheckable(True)
            action.setChecked(not self._header.isSectionHidden(column))
            action.setEnabled(column > 0)
            action.toggled.connect(partial(self.show_column, name))
        menu.addSeparator()
        menu.addAction("Reset columns").triggered.connect(lambda _: self.reset())
        return menu

    def _lay_out(self, widths: Mapping[str, int]) -> None:
        known = self._model.columns
        places = [known.index(name) for name in widths if name in known]
        for place, column in enumerate([0, *(column for column in places if column != 0)]):
            self._header.moveSection(self._header.visualIndex(column), place)
        for column, name in enumerate(known):
            width = widths.get(name)
            self._header.setSectionHidden(column, column > 0 and width == HIDDEN)
            if width:
                self._header.resizeSection(column, width)
