"""What can be done with a search and its results: save, delete, carry to files and back, copy out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from lifeguard.atomic import write_whole
from lifeguard.commands.command import Command
from lifeguard.commands.searches import delete_search, save_search
from lifeguard.commands.selection import Selection
from lifeguard.search.document import MalformedSearch, read_searches
from lifeguard.search.query import Search
from lifeguard.search.remarks import remarks_on
from lifeguard.search.writing import write_file
from lifeguard.ui.dialogs.answer import answered
from lifeguard.ui.searching.results import Around, Results
from lifeguard.ui.searching.sheet import sheet
from lifeguard.ui.searching.shelf import Shelf

_SEARCH_FILES = ("Saved searches (*.xensearch)", "All files (*)")
_SHEETS = ("Tables (*.csv)", "All files (*)")


class Doer(Around, Protocol):
    """What else is asked of the window: to run commands, and work that waits for an answer."""

    def run(self, command: Command, selection: Selection) -> None: ...
    def start(self, work: Coroutine[Any, Any, None], name: str) -> None: ...
    async def tell(self, heading: str, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class _Act:
    id: str
    title: str
    do: Callable[[], object]


class SearchActs:
    """`search` tells the search as it is shown now."""

    def __init__(
        self, search: Callable[[], Search], results: Results, shelf: Shelf, doer: Doer, parent: QWidget
    ) -> None:
        self._search = search
        self._results = results
        self._shelf = shelf
        self._doer = doer
        self._parent = parent
        self._actions = {act.id: self._action(act) for act in self._all()}

    def menu(self) -> QMenu:
        menu = QMenu(self._parent)
        menu.setObjectName("search.more.menu")
        for name, action in self._actions.items():
            if name in ("search.import", "search.export_results"):
                menu.addSeparator()
            menu.addAction(action)
        menu.aboutToShow.connect(self.refresh)
        return menu

    def refresh(self) -> None:
        """Nothing can be kept where no pool lives; only what people saved can be deleted."""
        can_keep, is_own = bool(self._shelf.keepers().items), self._shelf.is_own(self._search())
        for name, is_able in (("search.save", can_keep and is_own), ("search.save_as", can_keep),
                              ("search.delete", can_keep and is_own), ("search.import", can_keep)):  # fmt: skip
            action = self._actions[name]
            action.setEnabled(is_able)
            reason = "" if is_able else "Connect to a pool first" if not can_keep else "This is no search of your own"
            action.setToolTip(reason)

    def save_as(self) -> None:
        """Keep the search in all pools under another name."""
        shown = replace(self._shown(), uuid=str(uuid4()))
        self._doer.run(save_search(shown), self._shelf.keepers())

    def save(self) -> None:
        self._doer.run(save_search(self._shown(), asks_for_name=False), self._shelf.keepers())

    def delete(self) -> None:
        self._doer.run(delete_search(self._search()), self._shelf.keepers())

    def take_in(self, path: Path, content: bytes) -> list[str]:
        """Let all pools keep the searches of a file. Returns what of them is not understood. Raises MalformedSearch."""
        remarks: list[str] = []
        for search in read_searches(content):
            remarks += [f"{search.name}: {remark}" for remark in remarks_on(search)]
            known = search if search.uuid else replace(search, uuid=str(uuid4()))
            named = known if known.name else replace(known, name=path.stem)
            self._doer.run(save_search(named, asks_for_name=False), self._shelf.keepers())
        return remarks

    def _shown(self) -> Search:
        return replace(self._search(), columns=self._results.columns.as_saved())

    def _all(self) -> tuple[_Act, ...]:
        start = self._doer.start
        return (
            _Act("search.save", "Save", self.save),
            _Act("search.save_as", "Save as…", self.save_as),
            _Act("search.delete", "Delete this search", self.delete),
            _Act("search.import", "Import searches…", lambda: start(self._import(), "import searches")),
            _Act("search.export", "Export this search…", lambda: start(self._export(), "export a search")),
            _Act("search.export_results", "Export results as CSV…", lambda: start(self._sheet(), "export results")),
            _Act("search.copy_cell", "Copy cell", self._results.grid.copy_cell),
        )

    def _action(self, act: _Act) -> QAction:
        action = QAction(act.title, self._parent)
        action.setObjectName(act.id)
        action.triggered.connect(lambda _: act.do())
        return action

    async def _import(self) -> None:
        path = await self._ask_for_file("Import searches", _SEARCH_FILES, is_new=False)
        if path is None:
            return
        try:
            remarks = self.take_in(path, await asyncio.to_thread(path.read_bytes))
        except MalformedSearch as refusal:
            await self._doer.tell(f"{path.name} was not imported", str(refusal))
        except OSError as failure:
            await self._doer.tell(f"{path.name} was not read", failure.strerror or str(failure))
        else:
            if remarks:
                await self._doer.tell(f"Not all of {path.name} is understood here", "\n".join(remarks))

    async def _export(self) -> None:
        text = write_file([self._shown()])
        await self._write("Export a search", f"{self._search().name}.xensearch", text, _SEARCH_FILES)

    async def _sheet(self) -> None:
        text = sheet(self._results.model, self._results.columns.shown())
        await self._write("Export results", f"{self._search().name}.csv", f"\ufeff{text}", _SHEETS)

    async def _write(self, title: str, name: str, text: str, kinds: tuple[str, ...]) -> None:
        path = await self._ask_for_file(title, kinds, is_new=True, name=name.replace("/", "-"))
        if path is None:
            return
        try:
            await asyncio.to_thread(write_whole, path, text.encode())
        except OSError as failure:
            await self._doer.tell(f"{path.name} was not written", failure.strerror or str(failure))

    async def _ask_for_file(self, title: str, kinds: tuple[str, ...], *, is_new: bool, name: str = "") -> Path | None:
        dialog = QFileDialog(self._parent, title)
        dialog.setObjectName("search.file")
        dialog.setNameFilters(kinds)
        if is_new:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix(Path(name).suffix.lstrip("."))
            dialog.selectFile(name)
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        return Path(dialog.selectedFiles()[0]) if await answered(dialog) else None
