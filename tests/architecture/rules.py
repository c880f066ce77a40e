"""House rules that a syntax tree can show. Each yields the line and what is wrong there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.sources import Finding

_HEX_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})(?![0-9a-zA-Z])")
_NO_WIDGET_MODELS = {"QTreeWidget", "QTableWidget", "QStandardItemModel", "setIndexWidget"}
_NAKED_TASKS = {"create_task", "ensure_future"}


def sleeps(tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "sleep" and _is_name(node.value, "time"):
            yield node.lineno, "time.sleep blocks the loop; wait for a condition"
        if isinstance(node, ast.ImportFrom) and node.module == "time" and any(it.name == "sleep" for it in node.names):
            yield node.lineno, "time.sleep blocks the loop; wait for a condition"


def async_slots(tree: ast.Module) -> Iterator[Finding]:
    yield from _mentions(tree, {"asyncSlot", "asyncClose"}, "its coroutine outlives the widget; use the owner's scope")


def item_widgets(tree: ast.Module) -> Iterator[Finding]:
    yield from _mentions(tree, _NO_WIDGET_MODELS, "models are adapters over pure nodes, cells hold no widgets")


def nested_loops(tree: ast.Module) -> Iterator[Finding]:
    """Every exec() but that of a QDrag: a drag brings its own loop, entered from a mouse event, never from a task."""
    drags = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _called(node.value) == "QDrag"
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"exec", "exec_"}:
            if not (isinstance(node.func.value, ast.Name) and node.func.value.id in drags):
                yield node.lineno, "exec() nests a loop and loses tasks; use open() and a future, or popup()"


def style_sheets(tree: ast.Module) -> Iterator[Finding]:
    yield from _mentions(tree, {"setStyleSheet"}, "looks belong to ui/theme.py")


def fixed_colours(tree: ast.Module) -> Iterator[Finding]:
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        if is_text and _HEX_COLOUR.search(node.value):
            yield node.lineno, f"a fixed colour {node.value!r}; take a palette role or a theme token"
        if isinstance(node, ast.Call) and _called(node) == "QColor" and any(map(_is_literal, node.args)):
            yield node.lineno, "a fixed colour; take a palette role or a theme token"


def broad_excepts(tree: ast.Module) -> Iterator[Finding]:
    """Handlers that catch everything and keep it; one that ends by raising it again only cleans up."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and any(map(_is_broad, _caught(node))) and not _raises_again(node):
            yield node.lineno, "catch what you can mend; all else reaches the job runner or the loop"


def naked_tasks(tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in _NAKED_TASKS and _is_unowned(node.func):
            yield node.lineno, "a task without an owner reports its failure to nobody; use a TaskGroup or a Scope"


def missing_docstring(tree: ast.Module) -> Iterator[Finding]:
    if not ast.get_docstring(tree):
        yield 1, "the first line of a module says what it is for"


def imports_of(tree: ast.Module, package: str) -> Iterator[Finding]:
    for node in ast.walk(tree):
        names = [it.name for it in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        if any(name.partition(".")[0] == package for name in names):
            yield node.lineno, f"imports {package}"


def _mentions(tree: ast.Module, names: set[str], why: str) -> Iterator[Finding]:
    for node in ast.walk(tree):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None
        if isinstance(node, ast.ImportFrom):
            name = next((it.name for it in node.names if it.name in names), None)
        if name in names:
            yield node.lineno, f"{name}: {why}"


def _called(call: ast.Call) -> str | None:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return None


def _is_unowned(func: ast.expr) -> bool:
    match func:
        case ast.Name():
            return True
        case ast.Attribute(value=ast.Name(id=owner)) | ast.Attribute(value=ast.Attribute(attr=owner)):
            return owner.strip("_") in {"asyncio", "loop"}
        case ast.Attribute(value=ast.Call() as made):
            return _called(made) in {"get_running_loop", "get_event_loop", "instance"}
    return False


def _caught(handler: ast.ExceptHandler) -> list[ast.expr | None]:
    return list(handler.type.elts) if isinstance(handler.type, ast.Tuple) else [handler.type]


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _is_broad(kind: ast.expr | None) -> bool:
    return kind is None or _is_name(kind, "Exception") or _is_name(kind, "BaseException")


def _is_name(node: ast.expr | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant)
