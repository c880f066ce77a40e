"""The Qt model of a tree under storms: Qt's own tester watches it, and it shows what the live tree holds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest
from PySide6.QtCore import QModelIndex, QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from lifeguard.inventory.answers import Answers
from lifeguard.inventory.change import Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.search.columns import Moment
from lifeguard.search.query import PropertyGrouping, Search, Sort, XenModelObjectPropertyGrouping
from lifeguard.search.view import SearchView
from lifeguard.tree.live import LiveTree
from lifeguard.tree.node import Node
from lifeguard.tree.views import VIEWS
from lifeguard.ui.pools import Pools
from lifeguard.ui.theme import Theme
from lifeguard.ui.tree.delegate import RowDelegate
from lifeguard.ui.tree.drag import DragVerdicts
from lifeguard.ui.tree.lettering import Lettering
from lifeguard.ui.tree.model import TreeModel
from lifeguard.ui.tree.view import ObjectTree

_HOSTS, _SRS = [f"h{number}" for number in range(4)], [f"s{number}" for number in range(3)]
_VMS = [f"vm{number}" for number in range(30)]


def _views() -> list[object]:
    moment = Moment(datetime(2026, 3, 1, tzinfo=UTC))
    by_host = (XenModelObjectPropertyGrouping("host"), PropertyGrouping("tags"))
    searches = (
        Search("", groupings=by_host),
        Search("", sorting=(Sort("name", False),)),
        Search("", groupings=by_host, sorting=(Sort("ha"), Sort("name", False))),
    )
    return [*(view(None) for view in VIEWS.values()), *(SearchView(search, moment) for search in searches)]


def _storm(chance: random.Random, size: int) -> Iterator[Event]:
    for _ in range(size):
        kind = chance.choice(("VM", "VM", "VM", "host", "SR", "pool"))
        ref = chance.choice({"VM": _VMS, "host": _HOSTS, "SR": _SRS, "pool": ["p"]}[kind])
        fields = {
            "name_label": chance.choice("abcdefghij"),
            "tags": chance.choice(([], ["red"], ["red", "blue"])),
            "power_state": chance.choice(("Running", "Halted")),
            "resident_on": chance.choice(_HOSTS),
            "master": chance.choice(_HOSTS),
            "other_config": chance.choice(({}, {"folder": "/x/y"}, {"folder": "/x"})),
            "enabled": chance.random() < 0.8,
        }
        is_gone = chance.random() < 0.2
        yield Event(kind, ref, "del" if is_gone else "mod", None if is_gone else msgspec.json.encode(fields))


def _rows(model: TreeModel, parent: QModelIndex) -> tuple[tuple[str, tuple[object, ...]], ...]:
    indexes = [model.index(row, 0, parent) for row in range(model.rowCount(parent))]
    assert all(index.parent() == parent and index.row() == row for row, index in enumerate(indexes))
    return tuple((str(index.data()), _rows(model, index)) for index in indexes)


def _names(nodes: tuple[Node, ...]) -> tuple[tuple[str, tuple[object, ...]], ...]:
    return tuple((node.name, _names(node.children)) for node in nodes)


@pytest.mark.parametrize("seed", range(4))
def test_a_tree_on_the_screen_follows_storms_and_changes_of_view(application: QApplication, seed: int) -> None:
    chance, theme = random.Random(seed), Theme(application, "light")
    inventory = Inventory()
    answers, live = Answers(inventory), LiveTree(VIEWS["infrastructure"](None))
    model = TreeModel(theme)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    tree = ObjectTree(model, DragVerdicts(Pools()), lambda *_: None, theme)
    views = _views()
    model.take(live.connect("p", answers))
    for turn in range(24):
        change = inventory.apply(_storm(chance, chance.choice((1, 5, 40))))
        model.take(live.apply("p", change, answers.apply(change)))
        if turn % 3 == 0:
            live = LiveTree(chance.choice(views))  # type: ignore[arg-type]
            model.take_anew(live.connect("p", answers))
            tree.expandAll()
        for steps in live.reorder():
            model.take(steps)
        assert _rows(model, QModelIndex()) == _names(live.nodes())
    tree.deleteLater()
    del tester
    theme.close()


@pytest.mark.parametrize("seed", range(4))
def test_whoever_is_selected_current_or_open_stays_so_wherever_it_goes(application: QApplication, seed: int) -> None:
    chance, theme = random.Random(seed), Theme(application, "light")
    inventory = Inventory()
    answers, live = Answers(inventory), LiveTree(VIEWS["infrastructure"](None))
    model = TreeModel(theme)
    tree = ObjectTree(model, DragVerdicts(Pools()), lambda *_: None, theme)
    inventory.apply(_whole_pool(chance))
    model.take(live.connect("p", answers))
    tree.expandAll()
    for _ in range(40):
        picked = [live.keys_of("p", ref)[0] for ref in chance.sample([*_VMS, *_HOSTS], 3)]
        tree.choose(picked)
        wanted = {key[-1] for key in picked}
        opened = {model.key(index)[-1] for index in model.branches() if tree.isExpanded(index)}
        change = inventory.apply(_moves_and_names(inventory, chance))
        model.take(live.apply("p", change, answers.apply(change)))
        assert set(tree.things()) == wanted
        assert model.key(tree.currentIndex())[-1] == picked[0][-1]
        still = {model.key(index)[-1] for index in model.branches() if tree.isExpanded(index)}
        assert opened & {model.key(index)[-1] for index in model.branches()} <= still
        assert _rows(model, QModelIndex()) == _names(live.nodes())
    tree.deleteLater()
    theme.close()


def _whole_pool(chance: random.Random) -> Iterator[Event]:
    yield Event("pool", "p", "add", {"name_label": "P", "master": "h0"})
    for host in _HOSTS:
        yield Event("host", host, "add", {"name_label": host, "enabled": True})
    for vm in _VMS:
        yield Event("VM", vm, "add", {"name_label": vm, "power_state": "Running", "resident_on": chance.choice(_HOSTS)})


def _moves_and_names(inventory: Inventory, chance: random.Random) -> Iterator[Event]:
    """VMs go from host to host, get other names, halt and run; hosts change places when they are renamed, or lead."""
    for vm in chance.sample(_VMS, 6):
        state, name = chance.choice(("Running", "Running", "Halted")), chance.choice("abcdefg")
        fields = {"name_label": f"{name}-{vm}", "power_state": state, "resident_on": chance.choice(_HOSTS)}
        yield Event("VM", vm, "mod", fields)
    host = chance.choice(_HOSTS)
    yield Event("host", host, "mod", {"name_label": f"{chance.choice('abc')}-{host}", "enabled": True})
    yield Event("pool", "p", "mod", {"name_label": "P", "master": chance.choice(_HOSTS)})


def test_what_is_selected_and_open_stays_so_when_the_order_changes(application: QApplication) -> None:
    theme, inventory = Theme(application, "light"), Inventory()
    fields = {"power_state": "Running", "resident_on": "h0"}
    inventory.apply(
        [
            Event("pool", "p", "add", {"name_label": "P", "master": "h0"}),
            Event("host", "h0", "add", {"name_label": "h0", "enabled": True}),
            *(Event("VM", f"vm{n}", "add", {"name_label": f"web-{n}", **fields}) for n in range(300)),
        ]
    )
    live, model = LiveTree(_by_host(True)), TreeModel(theme)
    tree = ObjectTree(model, DragVerdicts(Pools()), lambda *_: None, theme)
    model.take(live.connect("p", Answers(inventory)))
    tree.expandAll()
    (key,) = live.keys_of("p", "vm7")
    tree.choose([key])
    place = model.index_of_key(key).row()
    for steps in live.sort_by(_by_host(False)):
        model.take(steps)
    assert model.index_of_key(key).row() == 299 - place
    assert [thing.ref for thing in tree.things()] == ["vm7"]
    assert tree.currentIndex() == model.index_of_key(key)
    assert tree.isExpanded(model.index_of_key(key[:-1]))
    tree.deleteLater()
    theme.close()


@pytest.mark.parametrize("width", [96, 400])
def test_a_plain_row_is_drawn_as_qt_would_draw_it(application: QApplication, width: int) -> None:
    theme, inventory = Theme(application, "light"), Inventory()
    inventory.apply(_whole_pool(random.Random(1)))
    live, model = LiveTree(VIEWS["infrastructure"](None)), TreeModel(theme)
    tree = ObjectTree(model, DragVerdicts(Pools()), lambda *_: None, theme)
    model.take(live.connect("p", Answers(inventory)))
    tree.expandAll()
    tree.resize(width, 800)
    plainly = tree.viewport().grab().toImage()
    tree.setItemDelegate(RowDelegate(theme, tree))
    assert plainly == tree.viewport().grab().toImage()
    tree.deleteLater()
    theme.close()


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_a_cell_begins_where_reading_begins(application: QApplication, direction: Qt.LayoutDirection) -> None:
    picture = QImage(200, 40, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    painter.setLayoutDirection(direction)
    letters = Lettering(painter.font())
    letters.draw(painter, QRect(0, 0, 200, 40), "web")
    painter.end()
    inked = [x for x in range(200) if any(picture.pixelColor(x, y).lightness() < 128 for y in range(40))]
    assert inked
    assert all((x < 100) == (direction == Qt.LayoutDirection.LeftToRight) for x in inked)


def _by_host(is_up: bool) -> SearchView:
    search = Search("", groupings=(XenModelObjectPropertyGrouping("host"),), sorting=(Sort("name", is_up),))
    return SearchView(search, Moment(datetime(2026, 3, 1, tzinfo=UTC)))
