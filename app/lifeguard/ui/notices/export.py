"""Lines of a table as a spreadsheet takes them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from lifeguard.ui.table.instant import exact_time
from lifeguard.ui.table.line import Column, Line


def as_csv(columns: Iterable[Column], lines: Iterable[Line]) -> str:
    """RFC 4180 with a heading; instants are written out."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.title for column in columns])
    for line in lines:
        writer.writerow([
            exact_time(cell.instant_s) if cell.instant_s is not None else _harmless(cell.text) for cell in line.cells
        ])
    return text.getvalue()


def _harmless(value: str) -> str:
    """A spreadsheet takes what begins so for a formula; the names of objects may come from anybody."""
    return f"'{value}" if value[:1] in ("=", "+", "@") else value
