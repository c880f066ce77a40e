"""Results as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QModelIndex, Qt

from lifeguard.tree.node import Thing
from lifeguard.ui.grid.model import GridModel

Groups = tuple[str, ...]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def sheet(model: GridModel, columns: Sequence[int]) -> str:
    """CSV: a row for each object, beginning with the groups it stands in; cells as they are shown."""
    written = io.StringIO()
    rows = csv.writer(written)
    titles = [str(model.headerData(column, Qt.Orientation.Horizontal)) for column in columns]
    rows.writerow(["In", "Kind", *titles])
    for above, index in _objects(model, QModelIndex(), ()):
        node = model.node(index)
        kind = node.kind if node is not None else ""
        cells = [model.cell(index.siblingAtColumn(column)).text for column in columns]
        rows.writerow(map(_harmless, [" / ".join(above), kind, *cells]))
    return written.getvalue()


def _objects(model: GridModel, parent: QModelIndex, above: Groups) -> Iterator[tuple[Groups, QModelIndex]]:
    for row in range(model.rowCount(parent)):
        index = model.index(row, 0, parent)
        node = model.node(index)
        if node is None:
            continue
        if isinstance(node.key[-1], Thing):
            yield above, index
        yield from _objects(model, index, (*above, node.name))


def _harmless(text: str) -> str:
    """A name that a spreadsheet would take for a formula stays a name."""
    is_number = text[1:].replace(".", "", 1).isdecimal()
    return f"'{text}" if text.startswith(_FORMULA) and not is_number else text
