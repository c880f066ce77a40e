"""The right pane: the object's header, and the tabs that suit it; only the tab in front is told of anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QStackedLayout, QTabWidget, QVBoxLayout, QWidget

from lifeguard.inventory.change import Change
from lifeguard.inventory.faces import face_of
from lifeguard.tree.node import Node
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.glyphs import glyph_of
from lifeguard.ui.header import ObjectHeader
from lifeguard.ui.properties.headline import Headline, headline
from lifeguard.ui.shown import Shown
from lifeguard.ui.statements import as_of, how_many, their_names
from lifeguard.ui.tabs.tab import Finding, Tab
from lifeguard.ui.theme import Theme


class TabStack(QWidget):
    """The tab last used for a kind of object is in front when the next one of that kind is shown."""

    switched = Signal(str)
    connect_wanted = Signal()

    def __init__(self, tabs: Sequence[Tab], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tabs = tuple(tabs)
        self._theme = theme
        self._shown: Shown | None = None
        self._front: Tab | None = None
        self._group = (Headline(""), glyph_of("", ""))
        self._preferred: dict[str, str] = {}
        self._header = ObjectHeader(theme)
        self._header_is_due = QTimer(self)
        self._header_is_due.setSingleShot(True)
        self._header_is_due.timeout.connect(self._renew_header)
        self._bar = QTabWidget()
        self._bar.setObjectName("tabs")
        self._bar.setAccessibleName("Tabs")
        self._bar.setDocumentMode(True)
        for tab in self._tabs:
            self._bar.addTab(tab.widget, tab.title)
        self._bar.currentChanged.connect(self._switch)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(self._bar, 1)
        self._why = QLabel()
        self._act = QPushButton()
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._empty_page())
        self._pages.addWidget(full)

    @property
    def current(self) -> str:
        """The key of the tab in front."""
        return self._front.key if self._front is not None else ""

    @property
    def shown(self) -> Shown | None:
        return self._shown

    @property
    def finding(self) -> Finding:
        """The tab that searches; there is always one."""
        return next(tab for tab in self._tabs if isinstance(tab, Finding))

    @property
    def suiting(self) -> tuple[str, ...]:
        """The keys of the tabs that suit what is shown, in order."""
        shown = self._shown
        return tuple(tab.key for tab in self._tabs if tab.suits(shown)) if shown is not None else ()

    def prefer(self, tab: str) -> None:
        """Bring this tab to the front, as if the user had chosen it."""
        self._preferred[self._kind()] = tab
        self._arrange()

    def show_object(self, shown: Shown | None) -> None:
        self._shown = shown
        self._pages.setCurrentIndex(0 if shown is None else 1)
        if shown is None:
            self._bring(None)
            return
        self._arrange()
        self._renew_header()

    def show_nothing(self, why: str, act: str) -> None:
        """No object is there to show: say why, and what the button does about it."""
        self._why.setText(why)
        self._act.setText(act)
        self.show_object(None)

    def show_group(self, node: Node) -> None:
        """A heading that is no object of a pool: what is in it is found in the Search tab, nothing else suits it."""
        self._show_only_search(Headline(node.name), glyph_of(node.kind, node.state, node.marks))

    def show_several(self, nodes: Sequence[Node]) -> None:
        """More than one object: no tab is about all of them but Search."""
        kinds, states = {node.kind for node in nodes}, {node.state for node in nodes}
        glyph = glyph_of(kinds.pop() if len(kinds) == 1 else "", states.pop() if len(states) == 1 else "")
        self._show_only_search(Headline(how_many(nodes), (their_names(nodes),)), glyph)

    def _show_only_search(self, line: Headline, glyph: Glyph) -> None:
        self._shown = None
        self._group = (line, glyph)
        self._pages.setCurrentIndex(1)
        self._header.show_headline(line, glyph)
        search = self.finding
        self._put_in_front([search], search)
        if self._front is not None and self._front is not search:
            self._front.show_object(None)
        self._front = search
        search.show_results()

    def renew(self, shown_change: Change) -> None:
        """The pool of the shown object has changed. A storm is many changes, and one header says them all."""
        if self._shown is not None:
            self._header_is_due.start()
            if self._front is not None:
                self._front.renew(shown_change)

    def repaint_icons(self) -> None:
        if self._shown is None:
            self._header.show_headline(*self._group)
        self._renew_header()

    def _empty_page(self) -> QWidget:
        page = QWidget()
        page.setObjectName("tabs.empty")
        self._why.setWordWrap(True)
        self._why.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._why.setForegroundRole(self._why.palette().ColorRole.PlaceholderText)
        self._act.setObjectName("tabs.empty.connect")
        self._act.clicked.connect(self.connect_wanted)
        column = QVBoxLayout(page)
        column.addStretch(1)
        column.addWidget(self._why)
        column.addWidget(self._act, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(2)
        return page

    def _renew_header(self) -> None:
        if self._shown is None:
            return
        inventory = self._shown.source.inventory
        face = face_of(inventory, self._shown.ref)
        glyph = glyph_of(face.kind, face.state, face.marks) if face is not None else glyph_of("", "")
        line = headline(inventory, self._shown.ref)
        stamp = as_of(self._shown.source.state)
        self._header.show_headline(replace(line, words=(*line.words, stamp)) if stamp else line, glyph)

    def _kind(self) -> str:
        if self._shown is None:
            return ""
        return type(self._shown.source.inventory.find(self._shown.ref)).__name__

    def _arrange(self) -> None:
        """Show the tabs that suit the object, the preferred one in front."""
        if self._shown is None:
            return
        suiting = [tab for tab in self._tabs if tab.suits(self._shown)]
        wanted = self._preferred.get(self._kind(), "") or self._preferred.get("", "")
        front = next((tab for tab in suiting if tab.key == wanted), suiting[0] if suiting else None)
        self._put_in_front(suiting, front)
        self._bring(front)

    def _put_in_front(self, suiting: Sequence[Tab], front: Tab | None) -> None:
        self._bar.blockSignals(True)
        if front is not None:
            self._bar.setCurrentIndex(self._tabs.index(front))
        for place, tab in enumerate(self._tabs):
            self._bar.setTabVisible(place, tab in suiting)
        if front is not None:
            self._bar.setCurrentIndex(self._tabs.index(front))
        self._bar.blockSignals(False)

    def _switch(self, place: int) -> None:
        tab = self._tabs[place]
        self._preferred[self._kind()] = self._preferred[""] = tab.key
        self._bring(tab)
        self.switched.emit(tab.key)

    def _bring(self, tab: Tab | None) -> None:
        if self._front is not None and self._front is not tab:
            self._front.show_object(None)
        self._front = tab
        if tab is not None:
            tab.show_object(self._shown)
