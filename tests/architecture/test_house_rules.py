"""The habits of the house, held by looking at every source file, and proof that each look would find something."""

from __future__ import annotations

import ast

import pytest

from tests.architecture import rules
from tests.architecture.sources import ROOT, Rule, findings, sources

_THEME = "app/lifeguard/ui/theme.py"
_MAY_CATCH_ALL = ("app/lifeguard/commands/jobs.py", "app/lifeguard/main.py")
_KEEPS_SHAPES = ("app/lifeguard/ui/tree/skeleton.py",)
_OWNS_TASKS = ("app/lifeguard/scope.py",)
_TOP_LEVEL = {"pyproject.toml", "README.md", "app", "resources", "tests", "packaging", "LICENSE", "CHANGELOG.md"}
_MADE_BY_TOOLS = {"artefacts", "build", "dist", "node_modules"}
_EMPTY_NAMES = {"utils", "util", "common", "helpers", "helper", "misc", "base", "manager", "core"}

_VIOLATIONS: list[tuple[Rule, str]] = [
    (rules.sleeps, "import time\ntime.sleep(1)"),
    (rules.sleeps, "from time import monotonic, sleep"),
    (rules.async_slots, "from qasync import asyncSlot"),
    (rules.item_widgets, "tree = QtWidgets.QTreeWidget()"),
    (rules.nested_loops, "dialog.exec()"),
    (rules.style_sheets, "label.setStyleSheet(text)"),
    (rules.fixed_colours, "colour = '#a1B2c3'"),
    (rules.fixed_colours, "svg = '<path fill=\"#fff\"/>'"),
    (rules.fixed_colours, "QColor(1, 2, 3)"),
    (rules.broad_excepts, "try: pass\nexcept (OSError, Exception): pass"),
    (rules.broad_excepts, "try: pass\nexcept: pass"),
    (rules.broad_excepts, "try: pass\nexcept Exception: raise ValueError"),
    (rules.naked_tasks, "asyncio.create_task(work())"),
    (rules.naked_tasks, "asyncio.get_running_loop().create_task(work())"),
    (rules.naked_tasks, "self._loop.create_task(work())"),
    (rules.missing_docstring, "import os"),
]
_FINE = """
'''A colour in a docstring, #ffffff, is prose.'''
async def work():
    drag = QDrag(view)
    drag.exec(actions)
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(1))
    try:
        clock.sleep(1), QColor(role), "#1 of 3 hosts", "#backlog"
    except (OSError, ValueError):
        dialog.open()
    except BaseException:
        clean_up()
        raise
"""
_RULES = list(dict.fromkeys(rule for rule, _ in _VIOLATIONS))


@pytest.mark.parametrize(("rule", "text"), _VIOLATIONS)
def test_each_rule_finds_what_it_is_for(rule: Rule, text: str) -> None:
    assert list(rule(ast.parse(text)))


@pytest.mark.parametrize("rule", _RULES)
def test_no_rule_objects_to_good_code(rule: Rule) -> None:
    assert list(rule(ast.parse(_FINE.strip()))) == []


def test_nothing_blocks_with_time_sleep() -> None:
    assert findings(rules.sleeps, "app", "tests") == []


def test_no_slot_is_a_coroutine() -> None:
    assert findings(rules.async_slots, "app", "tests") == []


def test_trees_and_tables_are_models_over_pure_nodes() -> None:
    assert findings(rules.item_widgets, "app", except_in=_KEEPS_SHAPES) == []


def test_nothing_nests_an_event_loop() -> None:
    assert findings(rules.nested_loops, "app", "tests") == []


def test_looks_are_decided_in_the_theme() -> None:
    assert findings(rules.style_sheets, "app", except_in=(_THEME,)) == []
    assert findings(rules.fixed_colours, "app", except_in=(_THEME,)) == []


def test_only_the_last_resorts_catch_everything() -> None:
    assert findings(rules.broad_excepts, "app", except_in=_MAY_CATCH_ALL) == []
    assert len(findings(rules.broad_excepts, "app")) <= 3


def test_every_task_has_an_owner() -> None:
    assert findings(rules.naked_tasks, "app", except_in=_OWNS_TASKS) == []


def test_every_module_says_what_it_is_for() -> None:
    assert findings(rules.missing_docstring, "app", "packaging", "tests") == []


def test_packaging_and_app_do_not_import_each_other() -> None:
    assert findings(lambda tree: rules.imports_of(tree, "lifeguard"), "packaging") == []
    assert findings(lambda tree: rules.imports_of(tree, "packaging"), "app") == []


def test_the_app_does_not_know_its_tests() -> None:
    assert findings(lambda tree: rules.imports_of(tree, "tests"), "app", "packaging") == []


def test_names_of_modules_say_something() -> None:
    paths = [source.path for source in sources("app", "packaging", "tests")]
    assert [path for path in paths if _EMPTY_NAMES & set(path.removesuffix(".py").split("/"))] == []


def test_the_top_level_stays_as_it_is() -> None:
    visible = {entry.name for entry in ROOT.iterdir() if not entry.name.startswith(".")}
    assert visible - _MADE_BY_TOOLS == _TOP_LEVEL


@pytest.mark.parametrize("folder", ["packaging", "resources"])
def test_no_package_shadows_the_one_of_the_index(folder: str) -> None:
    assert not (ROOT / folder / "__init__.py").exists()
