"""The columns of a table on the screen: how wide, which of them, sorted by which; as their user left them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction, QFontMetrics, QKeySequence
from PySide6.QtWidgets import QHeaderView, QMenu, QStyle, QTreeView

from lifeguard.settings.model import TableLayout
from lifeguard.ui.table.layouts import Layouts
from lifeguard.ui.table.line import Column
from lifeguard.ui.table.model import TableModel
from lifeguard.ui.table.widths import Need, shared_out
from lifeguard.ui.theme import fixed_font
from lifeguard.ui.widgets import mark

_SAMPLE: Final = 60
_KEYS: Final = "Ctrl+Shift+L"
_FEWEST: Final = 12
_FEWEST_OF_FIRST: Final = 20
"""So many letters of a column are to be seen, even where it gives way."""
Sorting = tuple[int, bool]


class TableColumns:
    """Nobody's columns are as wide as what they hold and follow the window; those that the user has sized stay so.
    `sort` is told of another order: the number of a column and whether it rises, None for the table's own."""

    def __init__(
        self,
        view: QTreeView,
        lines: TableModel,
        key: str,
        layouts: Layouts | None,
        sort: Callable[[Sorting | None], object],
    ) -> None:
        self._view = view
        self._lines = lines
        self._key = key
        self._columns = lines.columns
        self._layouts = layouts
        self._sort = sort
        self._layout = layouts.get(key) if layouts is not None else TableLayout()
        self._needs: tuple[Need, ...] = ()
        self._is_laying_out = False
        self._header = view.header()
        self._arrange_header()

    @property
    def sorting(self) -> Sorting | None:
        titles = [column.title for column in self._columns]
        if self._layout.sort not in titles:
            return None
        return titles.index(self._layout.sort), not self._layout.is_falling

    def measure(self) -> None:
        """Look at what the columns hold now; they do not become narrower for it."""
        if not self._view.isVisible() or not self._lines.rowCount():
            return
        held = self._held()
        needs = tuple(self._need(place, column, held[place]) for place, column in enumerate(self._columns))
        if self._needs:
            needs = tuple(old.joined(new) for old, new in zip(self._needs, needs, strict=True))
        if needs != self._needs:
            self._needs = needs
            self.fit()

    def fit(self) -> None:
        """Lay the columns out in the room there is."""
        if not self._needs:
            return
        widths = self._layout.widths
        shown = [place for place, column in enumerate(self._columns) if place == 0 or widths.get(column.title) != 0]
        needs = [self._chosen(place) or self._needs[place] for place in shown]
        fitted = dict(zip(shown, shared_out(needs, self._view.viewport().width()), strict=True))
        self._is_laying_out = True
        for place in range(len(self._columns)):
            self._header.setSectionHidden(place, place not in fitted)
            if place in fitted:
                self._header.resizeSection(place, fitted[place])
        self._is_laying_out = False

    def reset(self) -> None:
        """As at first: all columns, by what they hold, in the table's own order."""
        self._keep(TableLayout())
        self._say_sorting()
        self._sort(None)
        self.fit()

    def show_column(self, place: int, is_shown: bool) -> None:
        title = self._columns[place].title
        widths = {name: width for name, width in self._layout.widths.items() if name != title}
        self._keep(replace(self._layout, widths=widths if is_shown else {**widths, title: 0}))
        self.fit()

    def menu(self) -> QMenu:
        """What can be done with the mouse on the header: every column with a tick, the first of which is always there,
        and every order."""
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setObjectName(f"table.{self._key}.columns")
        for place, column in enumerate(self._columns):
            action = menu.addAction(column.title)
            action.setCheckable(True)
            action.setChecked(not self._header.isSectionHidden(place))
            action.setEnabled(place > 0)
            action.toggled.connect(partial(self.show_column, place))
        menu.addSeparator()
        self._offer_orders(menu.addMenu("Sort by"))
        menu.addAction("Reset columns").triggered.connect(lambda _: self.reset())
        return menu

    def _offer_orders(self, menu: QMenu) -> None:
        now = self.sorting
        for place, column in enumerate(self._columns):
            if self._header.isSectionHidden(place):
                continue
            is_chosen = now is not None and now[0] == place
            action = menu.addAction(column.title)
            action.setCheckable(True)
            action.setChecked(is_chosen)
            action.triggered.connect(partial(self._sort_by, place))

    def _held(self) -> list[int]:
        """How wide the first lines are, in each column. Qt's own way asks the model for all that a thousand of them
        look like, which takes longer than a frame."""
        style, plain = self._view.style(), self._view.fontMetrics()
        margin = 2 * (style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin) + 1)
        picture = self._view.iconSize().width() + margin
        metrics = [QFontMetrics(fixed_font()) if column.is_code else plain for column in self._columns]
        widest = [0] * len(self._columns)
        index = self._lines.index(0, 0)
        for _ in range(_SAMPLE):
            if not index.isValid():
                break
            for place, cell in enumerate(self._lines.cells(index)):
                inset = self._view.indentation() * self._levels(index) if place == 0 else 0
                width = metrics[place].horizontalAdvance(self._lines.words(cell)) + margin
                widest[place] = max(widest[place], inset + width + (picture if cell.glyph is not None else 0))
            index = self._view.indexBelow(index)
        return widest

    def _levels(self, index: QModelIndex) -> int:
        """How far a line is indented, in steps."""
        levels = int(self._view.rootIsDecorated())
        while (index := index.parent()).isValid():
            levels += 1
        return levels

    def _need(self, place: int, column: Column, widest: int) -> Need:
        letter = self._view.fontMetrics().averageCharWidth()
        title = self._header.sectionSizeHint(place) + letter if self._columns[0].title else 0
        beside = mark.room() if column.is_copied else 0
        held = max(title, widest + letter + beside)
        most = letter * column.letters + beside
        wanted = max(title, most if column.is_steady else min(held, most))
        fewest = letter * (_FEWEST if place else _FEWEST_OF_FIRST)
        least = max(title, min(wanted, fewest)) if column.gives_way else wanted
        return Need(least, wanted, wanted if column.is_steady else max(held, wanted))

    def _chosen(self, place: int) -> Need | None:
        """The width that the user gave a column."""
        width = self._layout.widths.get(self._columns[place].title, 0)
        return Need(width, width, width) if width > 0 else None

    def _keep(self, layout: TableLayout) -> None:
        self._layout = layout
        if self._layouts is not None:
            self._layouts.put(self._key, layout)

    def _note_width(self, place: int, _old: int, width: int) -> None:
        """The last one takes what is left, whoever changed the others."""
        if self._needs and not self._is_laying_out and width > 0 and place != self._last():
            self._keep(replace(self._layout, widths={**self._layout.widths, self._columns[place].title: width}))

    def _last(self) -> int:
        return max(place for place in range(len(self._columns)) if not self._header.isSectionHidden(place))

    def _sort_by(self, place: int, _checked: bool = False) -> None:
        """Up, down, and back to the table's own order."""
        before = self.sorting
        if before is None or before[0] != place:
            now = replace(self._layout, sort=self._columns[place].title, is_falling=False)
        else:
            now = replace(self._layout, sort=self._layout.sort if before[1] else "", is_falling=before[1])
        self._keep(now)
        self._say_sorting()
        self._sort(self.sorting)

    def _say_sorting(self) -> None:
        place, is_rising = self.sorting or (-1, True)
        order = Qt.SortOrder.AscendingOrder if is_rising else Qt.SortOrder.DescendingOrder
        self._header.setSortIndicator(place, order)

    def _arrange_header(self) -> None:
        header = self._header
        header.setStretchLastSection(True)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.sectionClicked.connect(self._sort_by)
        header.sectionResized.connect(self._note_width)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._open_menu)
        header.setToolTip(f"Click to sort; {_KEYS} or the right button for columns")
        choose = QAction("Columns", self._view)
        choose.setShortcut(QKeySequence(_KEYS))
        choose.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        choose.triggered.connect(lambda _: self._open_menu(QPoint(0, header.height())))
        self._view.addAction(choose)
        self._say_sorting()

    def _open_menu(self, place: QPoint) -> None:
        self.menu().popup(self._header.mapToGlobal(place))
