"""Searching in the window: the line and the builder, columns, saved searches, groups, and what is carried out of it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QMenu, QPushButton, QToolButton, QWidget

from lifeguard.datamodel.records import Pool, Vm
from lifeguard.inventory.placing import group
from lifeguard.inventory.relations import is_real_vm
from lifeguard.search.document import read_searches
from lifeguard.search.language import parse
from lifeguard.search.query import DummyQuery, PropertyGrouping, Search, Sort
from lifeguard.search.writing import write_file
from lifeguard.tree.node import Thing
from lifeguard.ui.grid.model import GridModel
from lifeguard.ui.searching.acts import SearchActs
from lifeguard.ui.searching.basis import EVERYTHING, base_for
from lifeguard.ui.searching.line import SearchLine
from lifeguard.ui.searching.sheet import sheet
from lifeguard.ui.tabs.search import SearchTab
from tests.gui.desk import Seat, desk_on_pool, empty_desk
from tests.support import until


async def test_what_is_typed_stands_in_the_builder_and_what_is_built_in_the_line(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        line = await _search(seat)
        _type(seat, "memory>1G tag:prod")
        await until(lambda: seat.desk.search.search.query == parse("memory>1G tag:prod"))
        seat.part(QToolButton, "search.build").click()
        builder = seat.part(QWidget, "search.builder")
        assert [box.currentText() for box in builder.findChildren(QComboBox, "builder.subject")] == ["Memory", "Tags"]
        subject = builder.findChildren(QComboBox, "builder.subject")[1]
        subject.setCurrentIndex(subject.findText("Operating system"))
        assert line.text() == "memory>1G os:prod"
        builder.findChild(QToolButton, "builder.remove").click()
        assert line.text() == "os:prod"
        kind = builder.findChild(QComboBox, "builder.kind")
        kind.setCurrentIndex(kind.findText("None of"))
        assert line.text() == "!os:prod"


async def test_a_line_without_value_stays_in_the_builder_and_finds_everything(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        await _search(seat)
        before = _names(seat)
        seat.part(QToolButton, "search.build").click()
        builder = seat.part(QWidget, "search.builder")
        builder.findChild(QToolButton, "builder.add").click()
        builder.findChild(QToolButton, "builder.add_group").click()
        assert len(builder.findChildren(QComboBox, "builder.subject")) == 2
        assert _names(seat) == before
        assert seat.desk.search.search.query is None


async def test_an_error_points_at_the_character_and_the_results_stay(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        await _search(seat)
        before = _names(seat)
        _type(seat, "web size>big")
        trouble = seat.part(QWidget, "search.trouble")
        await until(trouble.isVisible)
        assert trouble.accessibleName().startswith("At character 10: “big” is no amount")
        assert _names(seat) == before
        trouble.grab()


async def test_the_line_offers_what_may_come_next_and_takes_it_by_keyboard(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        line = await _search(seat)
        line.setFocus()
        QTest.keyClicks(line, "web sta")
        assert [offer.text for offer in _line(seat).box.offers] == ["state:", "started:"]
        offers = seat.part(QWidget, "search.offers")
        QTest.keyClick(offers, Qt.Key.Key_Down)
        QTest.keyClick(offers, Qt.Key.Key_Return)
        assert line.text() == "web state:"
        assert "running" in [offer.text for offer in _line(seat).box.offers]


async def test_groupings_and_scope_of_the_builder_arrange_the_grid(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        await _search(seat)
        seat.part(QToolButton, "search.build").click()
        scope = seat.part(QToolButton, "builder.scope").menu()
        assert scope is not None
        for action in scope.actions():
            if action.isChecked() and action.data() != "VM":
                action.trigger()
        _choose(seat, 0, "Power state")
        assert seat.desk.search.search.groupings[0] == PropertyGrouping("power_state")
        model = _model(seat)
        groups = {str(model.index(row, 0).data()) for row in range(model.rowCount())}
        assert groups <= {"Running", "Halted", "Suspended"}
        while seat.desk.search.search.groupings:
            _choose(seat, 0, "nothing")
        vms = [vm for vm in seat.pool.source.inventory.all(Vm) if is_real_vm(vm) and not vm.is_control_domain]
        assert model.rowCount() == len(vms)


async def test_columns_are_hidden_moved_and_sized_and_stand_so_at_the_next_start(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        await _search(seat)
        grid, model = seat.desk.search.grid, _model(seat)
        header, uptime = grid.header(), model.columns.index("uptime")
        seat.part(QToolButton, "search.columns").click()
        menu = seat.part(QMenu, "search.columns.menu")
        next(action for action in menu.actions() if action.text() == "CPU").trigger()
        menu.close()
        assert grid.isColumnHidden(model.columns.index("cpu"))
        header.moveSection(header.visualIndex(uptime), 1)
        header.resizeSection(uptime, 321)
        state = seat.desk.window.remember()
        assert state.column_widths["cpu"] == 0
        assert list(state.column_widths)[:2] == ["name", "uptime"]
    async with desk_on_pool(application) as seat:
        seat.desk.window.recall(state)
        await _search(seat)
        grid, model = seat.desk.search.grid, _model(seat)
        assert grid.isColumnHidden(model.columns.index("cpu"))
        assert grid.header().logicalIndex(1) == model.columns.index("uptime")
        assert grid.columnWidth(model.columns.index("uptime")) == 321


async def test_results_are_copied_by_cell_and_row_and_written_as_a_table(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        await _search(seat)
        _type(seat, "type:vm state:running")
        await until(lambda: 0 < len(_names(seat)) < 20)
        grid, model = seat.desk.search.grid, _model(seat)
        first = _leaf(model)
        grid.setCurrentIndex(first)
        grid.copy_cell()
        assert QGuiApplication.clipboard().text() == first.data()
        grid.setColumnHidden(model.columns.index("cpu"), True)
        grid.copy_rows()
        assert len(QGuiApplication.clipboard().text().split("\t")) == len(model.columns) - 1
        rows = list(csv.reader(io.StringIO(sheet(model, [0, model.columns.index("ip")]))))
        assert rows[0] == ["In", "Kind", "Name", "Address"]
        assert [row[2] for row in rows if row[1] == "vm"] == [name for name, kind in _rows(seat) if kind == "vm"]
        assert all(row[0].count(" / ") == 1 for row in rows[1:] if row[1] == "vm")


async def test_the_header_sorts_up_down_and_back_and_keeps_the_selection(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        await _search(seat)
        grid, model = seat.desk.search.grid, _model(seat)
        before, column = _rows(seat), model.columns.index("uptime")
        grid.expandAll()
        grid.setCurrentIndex(_leaf(model))
        chosen = grid.things()
        for sorting in ((Sort("uptime", True),), (Sort("uptime", False),), ()):
            grid.header().sectionClicked.emit(column)
            assert seat.desk.search.search.sorting == sorting
            assert grid.things() == chosen
        await until(lambda: _rows(seat) == before)


async def test_a_search_is_saved_in_the_pool_becomes_the_tree_and_is_deleted(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        await _search(seat)
        _type(seat, "state:running")
        await until(lambda: seat.desk.search.search.query is not None)
        seat.part(QAction, "search.save_as").trigger()  # type: ignore[type-var]
        await seat.dialog("fill")
        seat.part(QLineEdit, "fill.name").setText("What runs")
        await seat.press("fill", "proceed")
        await until(lambda: _saved(seat), 10)
        saved = _saved(seat)[0]
        assert (saved.name, saved.query) == ("What runs", parse("state:running"))
        assert [column.name for column in saved.columns][:2] == ["name", "cpu"]
        menu = seat.part(QMenu, "view.searches.menu")
        menu.aboutToShow.emit()
        titles = [action.text() for action in menu.actions()]
        assert titles[:2] == ["What runs", ""]
        assert "VMs by Operating System" in titles
        menu.actions()[0].trigger()
        assert seat.desk.window.pane.view == f"search:{saved.uuid}"
        assert seat.desk.search.search.name == "What runs"
        seat.part(QAction, "search.delete").trigger()  # type: ignore[type-var]
        await seat.press("confirm", "proceed")
        await until(lambda: not _saved(seat), 10)


async def test_what_of_an_opened_search_is_not_understood_stands_above_its_results(application: QApplication) -> None:
    odd = '<Search uuid="7c1" name="odd"><Query><QueryScope><VM /></QueryScope><NewQuery /></Query></Search>'
    async with desk_on_pool(application) as seat:
        await _search(seat)
        await _keep(seat, {"XenCenter.Search-7c1": odd, "XenCenter.Search-9d0": "<Sea"})
        caveat = seat.part(QLabel, "search.caveat")
        assert not caveat.isVisible()
        seat.desk.window.pane.use_view("search:7c1")
        seat.desk.window.stack.prefer("search")
        assert caveat.isVisible()
        assert caveat.text() == "The condition <NewQuery> is not understood and is left out of account."
        seat.desk.window.pane.use_view("objects")
        seat.desk.window.stack.prefer("search")
        assert not caveat.isVisible()


async def test_searches_that_cannot_be_read_are_listed_with_the_reason(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        await _keep(seat, {"XenCenter.Search-9d0": "<Sea"})
        menu = seat.part(QMenu, "view.searches.menu")
        menu.aboutToShow.emit()
        broken = menu.actions()[-1]
        assert (broken.text(), broken.isEnabled()) == ("XenCenter.Search-9d0 cannot be read", False)
        assert broken.toolTip().endswith(".")
        assert "9d0" not in broken.toolTip()


async def test_the_button_that_leads_to_the_view_shown_stays_pressed(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        buttons = [seat.part(QToolButton, name) for name in ("view.organisation", "view.searches")]
        for view, pressed in (("tags", [True, False]), ("search:dead-beef-1234-vmsbyps", [False, True]),
                              ("infrastructure", [False, False])):  # fmt: skip
            seat.desk.window.pane.use_view(view)
            assert [button.isChecked() for button in buttons] == pressed


async def test_searches_come_from_files_and_go_to_files(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        await _search(seat)
        acts = _acts(seat.desk.search)
        search = Search("From a file", "0f3a", query=parse("os:debian"))
        assert acts.take_in(Path("some.xensearch"), write_file([search]).encode()) == []
        await until(lambda: _saved(seat), 10)
        assert _saved(seat) == [search]
        assert read_searches(write_file(_saved(seat))) == [search]
        strange = b'<Search name="odd" uuid="7c1"><Query><QueryScope /><NewQuery /></Query></Search>'
        (remark,) = acts.take_in(Path("strange.xensearch"), strange)
        assert remark.startswith("odd: The condition <NewQuery> is not understood")
        await until(lambda: len(_saved(seat)) == 2, 10)
        assert DummyQuery(text="<NewQuery />") in [saved.query for saved in _saved(seat)]


@pytest.mark.parametrize("view", ["objects", "tags", "folders"])
async def test_a_group_of_a_view_shows_what_is_in_it(application: QApplication, view: str) -> None:
    async with desk_on_pool(application, vms=12) as seat:
        pane = seat.desk.window.pane
        pane.use_view(view)
        pane.tree.choose([(next(iter(pane.tree.model().keys())))])  # type: ignore[attr-defined]
        assert pane.nodes()
        assert pane.things() == ()
        assert seat.desk.window.stack.current == "search"
        assert seat.part(QWidget, "tab.search").isVisible()
        wanted = {node.ref for node in _below(seat)}
        assert {ref for ref in wanted if ref is not None} <= {ref for ref in _refs(seat)}


async def test_the_result_of_a_built_in_search_can_be_filtered_as_any_tree(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        pane = seat.desk.window.pane
        pane.use_view("search:dead-beef-1234-vmsbyps")
        groups = [key for key in pane.tree.model().keys() if len(key) == 1]  # type: ignore[attr-defined]
        assert {key[0].label for key in groups} <= {"Running", "Halted", "Suspended", "Paused"}
        vm = next(vm for vm in seat.pool.source.inventory.all(Vm) if is_real_vm(vm) and not vm.is_control_domain)
        pane.filter_box.setText(f"uuid={vm.uuid}")
        await until(lambda: len(list(pane.tree.model().keys())) == 2)  # type: ignore[attr-defined]
        (group, leaf) = pane.tree.model().keys()  # type: ignore[attr-defined]
        assert (group[0].label, leaf[-1].ref) == (vm.power_state, vm.ref)


@pytest.mark.parametrize("views", [("objects", "tags"), ("search:dead-beef-1234-vmsbyps", "infrastructure")])
async def test_what_was_typed_goes_along_to_other_views_of_the_tree(
    application: QApplication, views: tuple[str, ...]
) -> None:
    async with desk_on_pool(application) as seat:
        line = await _search(seat)
        _type(seat, "state:running")
        await until(lambda: seat.desk.search.search.query == parse("state:running"))
        for view in views:
            seat.desk.window.pane.use_view(view)
            seat.desk.window.stack.prefer("search")
            assert "state:running" in line.text()
            running = {vm.ref for vm in seat.pool.source.inventory.all(Vm) if vm.power_state == "Running"}
            assert {ref for ref, kind in zip(_refs(seat), _kinds(seat), strict=True) if kind == "vm"} <= running
        _type(seat, "")
        await until(lambda: seat.desk.search.search.query is None)
        seat.desk.window.pane.use_view("folders")
        assert "state:running" not in line.text()


async def test_several_groups_show_what_is_in_any_of_them(application: QApplication) -> None:
    async with desk_on_pool(application, vms=12) as seat:
        pane = seat.desk.window.pane
        pane.use_view("objects")
        model = pane.tree.model()
        hosts, vms = (next(key for key in model.keys() if key[0].key == sort and len(key) == 1)
                      for sort in ("Server", "VM"))  # type: ignore[attr-defined]  # fmt: skip
        pane.tree.choose([hosts, vms])
        seat.desk.window.stack.prefer("search")
        assert set(_kinds(seat)) == {"host", "vm"}
        assert set(_refs(seat)) == {
            key[-1].ref for key in model.keys() if key[0] in (hosts[0], vms[0]) and len(key) > 1
        }


def test_several_objects_show_the_pools_they_are_in_and_nothing_of_a_pool_everything() -> None:
    one, other = (Thing("p1", "vm"),), (Thing("p2", "host"), Thing("p2", "vm"))
    assert base_for([one, other]).pools == ("p1", "p2")
    assert base_for([one, (Thing("p1", "host"),)]) == base_for([one])
    assert base_for([]) == EVERYTHING
    tags = [(group("tag", name),) for name in ("prod", "test")]
    assert base_for(tags).search.query == parse("tag:prod or tag:test")
    mixed = base_for([(group("type", "VM"),), tags[0]]).search
    assert mixed.query == parse("type:vm or tag:prod")


async def test_a_search_that_finds_nothing_says_so(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        await _search(seat)
        note = seat.part(QLabel, "search.grid.empty")
        assert not note.isVisible()
        _type(seat, "nobodyiscalledso")
        await until(note.isVisible)
        seat.part(QPushButton, "search.grid.empty.act").click()
        await until(lambda: not note.isVisible())
        assert seat.part(QLineEdit, "search.query").text() == ""
        assert len(_rows(seat)) > 1


async def test_an_empty_tree_says_why_and_offers_what_there_is_to_do(application: QApplication) -> None:
    async with empty_desk(application) as seat:
        note = seat.part(QLabel, "resources.tree.empty")
        await until(note.isVisible)
        assert "once you are connected" in note.text()
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        pane, note = seat.desk.window.pane, seat.part(QLabel, "resources.tree.empty")
        act = seat.part(QPushButton, "resources.tree.empty.act")
        pane.filter_box.setText("nobodyiscalledso")
        await until(note.isVisible)
        act.click()
        await until(lambda: not note.isVisible())
        for kind in ("VM", "pool", "host", "SR", "network", "VDI"):
            for ref in list(seat.simulated.db.rows(kind)):
                seat.simulated.db.set(kind, ref, "tags", [])
        pane.use_view("tags")
        await until(note.isVisible)
        assert "Edit tags" in note.text()
        assert not act.isVisible()


async def _search(seat: Seat) -> QLineEdit:
    pool = next(iter(seat.pool.source.inventory.all(Pool)))
    seat.desk.window.show_things([seat.thing(pool.ref)])
    seat.desk.window.stack.prefer("search")
    return seat.part(QLineEdit, "search.query")


def _type(seat: Seat, text: str) -> None:
    seat.part(QLineEdit, "search.query").setText(text)


def _line(seat: Seat) -> SearchLine:
    (line,) = seat.part(QWidget, "tab.search").findChildren(SearchLine)
    return line


def _choose(seat: Seat, depth: int, title: str) -> None:
    boxes = seat.part(QWidget, "search.builder").findChildren(QComboBox, f"builder.grouping.{depth}")
    box = boxes[-1]
    box.activated.emit(box.findText(title))


def _acts(tab: SearchTab) -> SearchActs:
    return tab._acts


def _model(seat: Seat) -> GridModel:
    model = seat.desk.search.grid.model()
    assert isinstance(model, GridModel)
    return model


def _rows(seat: Seat) -> list[tuple[str, str]]:
    model = _model(seat)
    nodes = [model.node(model.index_of_key(key)) for key in model.keys()]
    return [(node.name, node.kind) for node in nodes if node is not None]


def _names(seat: Seat) -> list[str]:
    return [name for name, _ in _rows(seat)]


def _refs(seat: Seat) -> list[str | None]:
    model = _model(seat)
    nodes = [model.node(model.index_of_key(key)) for key in model.keys()]
    return [node.ref for node in nodes if node is not None]


def _kinds(seat: Seat) -> list[str]:
    return [kind for _, kind in _rows(seat)]


def _leaf(model: GridModel):
    key = next(key for key in model.keys() if (node := model.node(model.index_of_key(key))) and node.kind == "vm")
    return model.index_of_key(key)


def _below(seat: Seat):
    tree = seat.desk.window.pane.tree
    model = tree.model()
    (top,) = [model.key(index) for index in tree.selectionModel().selectedRows()]
    keys = [key for key in model.keys() if key[: len(top)] == top and key != top]
    return [node for key in keys if (node := model.node(model.index_of_key(key))) is not None]


async def _keep(seat: Seat, searches: dict[str, str]) -> None:
    """Let the pool keep these, as another console might have saved them."""
    assert seat.simulated is not None
    pool = next(iter(seat.pool.source.inventory.all(Pool)))
    seat.simulated.db.set("pool", pool.ref, "gui_config", searches)
    await until(lambda: seat.pool.source.inventory.get(Pool, pool.ref).gui_config == searches)


def _saved(seat: Seat) -> list[Search]:
    pool = next(iter(seat.pool.source.inventory.all(Pool)))
    return [search for key, text in pool.gui_config.items() if ".Search-" in key for search in read_searches(text)]
