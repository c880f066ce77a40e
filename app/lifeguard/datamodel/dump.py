"""Read and write a whole XenAPI database as xapi itself keeps it (state.db, `/pool/xmldbdump`)."""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import quoteattr
from zlib import decompressobj
from zlib import error as ZlibError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from lifeguard.datamodel import attribute
from lifeguard.datamodel.recover import RowText, split_rows
from lifeguard.datamodel.schema import NULL_REF, Field
from lifeguard.datamodel.sexpr import protect, unprotect
from lifeguard.datamodel.tables import CLASSES, RELATIONS, SCHEMA_VERSION

Row = dict[str, Any]
Tables = dict[str, dict[str, Row]]
_RENAMED_TABLES = {"Secret": "secret"}
_GZIP = b"\x1f\x8b"
_PIECE = 1 << 16
_LARGEST = 1 << 30


class NotADump(Exception):
    """The bytes are no XenAPI database: the message says in one sentence what they are instead."""


@dataclass(frozen=True, slots=True)
class Dump:
    """A database: class name -> ref -> API field name -> value of the field's type (dates as text, sets as tuples).

    Fields that the file does not have are not there, except the sets of back-references, which are rebuilt.
    `skipped` names in a sentence each everything that could not be read.
    """

    manifest: dict[str, str] = field(default_factory=dict)
    tables: Tables = field(default_factory=dict)
    skipped: tuple[str, ...] = ()


def read_dump(data: bytes) -> Dump:
    """Read a database. A damaged file is read as far as it goes. Raises NotADump when there is nothing to read."""
    if data.startswith(_GZIP):
        data = _unpacked(data)
    reader = _Reader()
    parser = XMLParser(target=reader, forbid_dtd=True)
    try:
        parser.feed(data)
        parser.close()
    except DefusedXmlException:
        raise NotADump("This is not a XenServer database: it declares entities or a document type.") from None
    except (ParseError, LookupError, ValueError) as broken:  # the latter two: encodings that nobody knows
        reader = _recover(data, broken)
    if not reader.is_database:
        raise NotADump("This is not a XenServer database: it has no <database> element.")
    _rebuild_back_references(reader.tables)
    return Dump(reader.manifest, reader.tables, tuple(reader.skipped))


def _unpacked(data: bytes) -> bytes:
    """What is in a compressed file, as far as it goes."""
    unpacker, pieces, size = decompressobj(wbits=31), [], 0
    for start in range(0, len(data), _PIECE):
        try:
            pieces.append(unpacker.decompress(data[start : start + _PIECE], _LARGEST))
        except ZlibError:
            break
        size += len(pieces[-1])
        if size >= _LARGEST:
            raise NotADump("This compressed file is larger than any database.")
    return b"".join(pieces)


class _Reader:
    """Receives the elements of a dump one by one (an ElementTree parser target)."""

    def __init__(self) -> None:
        self.manifest: dict[str, str] = {}
        self.tables: Tables = {}
        self.skipped: list[str] = []
        self.is_database = False
        self._table = ""
        self._row_number = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row" and self._table:
            self._row_number += 1
            self.take_row(self._table, attributes, f"row {self._row_number} of table {self._table}")
        elif tag == "table":
            name = attributes.get("name", "")
            self._table, self._row_number = _RENAMED_TABLES.get(name, name), 0
            if self._table:
                self.tables.setdefault(self._table, {})
        elif tag == "pair":
            self.manifest[attributes.get("key", "")] = attributes.get("value", "")
        elif tag == "database":
            self.is_database = True

    def end(self, tag: str) -> None:
        if tag == "table":
            self._table = ""

    def close(self) -> None:
        """Nothing is left to do at the end of the document."""

    def take_row(self, table: str, attributes: Mapping[str, str], where: str) -> None:
        ref = attributes.get("_ref") or attributes.get("ref")
        if not ref:
            self.skipped.append(f"{where} was left out: it has no ref.")
            return
        rows = self.tables.setdefault(table, {})
        if ref in rows:
            self.skipped.append(f"{where} stands in for an earlier row with the same ref {ref}.")
        wrong: list[str] = []
        rows[ref] = _decode_row(table, attributes, wrong)
        self.skipped += [f"{where} ({ref}): {problem}." for problem in wrong]


def _decode_row(table: str, attributes: Mapping[str, str], wrong: list[str]) -> Row:
    columns = _columns(table)
    row: Row = {}
    for name, text in attributes.items():
        if name in ("ref", "_ref") or name.startswith("__"):
            continue
        column = columns.get(name) if columns is not None else None
        if column is not None:
            problem, row[column.name] = attribute.read(column.type, unprotect(text))
            if problem:
                wrong.append(f"{name} {problem}")
        elif columns is None:
            row[name.replace("__", "_")] = unprotect(text)
    return row


@cache
def _columns(table: str) -> dict[str, Field] | None:
    """The columns of a table by their database name; None for a table this description does not know."""
    known = CLASSES.get(table)
    return {column.db_name: column for column in known.fields.values()} if known else None


def _recover(data: bytes, broken: Exception) -> _Reader:
    """Read a file that is not well-formed row by row, leaving out the rows that are to blame."""
    reader = _Reader()
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise NotADump("This is not a XenServer database: it declares entities or a document type.")
    text = data.decode("utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8", errors="replace")
    rows = split_rows(text)
    if "<database" not in text[:4096] or not rows.tags:
        raise NotADump(f"This is not a XenServer database: {broken}.")
    if "\ufffd" in text:
        reader.skipped.append("Some bytes of the file are no text: there is a “\ufffd” instead of each.")
    for piece in rows.tags:
        _take_piece(reader, piece)
    if not rows.is_complete:
        reader.skipped.append("The file ends too early: what would follow is missing.")
    return reader


def _take_piece(reader: _Reader, piece: RowText) -> None:
    where = f"line {piece.line}, {piece.tag} of table {piece.table}" if piece.table else f"line {piece.line}"
    parser = XMLParser(target=(single := _Single()), forbid_dtd=True)
    try:
        parser.feed(piece.text)
        parser.close()
    except (ParseError, DefusedXmlException, ValueError):
        reader.skipped.append(f"{where} was left out: it is not well-formed.")
        return
    if piece.tag == "row":
        reader.take_row(_RENAMED_TABLES.get(piece.table, piece.table), single.attributes, where)
    else:
        reader.start(piece.tag, single.attributes)


class _Single:
    """Receives one element and keeps its attributes."""

    def __init__(self) -> None:
        self.attributes: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.attributes = attributes

    def close(self) -> None:
        """One element needs no end."""


def _rebuild_back_references(tables: Tables) -> None:
    for relation in RELATIONS:
        parents = tables.get(relation.parent_class, {})
        lacking = {ref: row for ref, row in parents.items() if relation.parent_field not in row}
        if not lacking:
            continue
        children: dict[str, list[str]] = {ref: [] for ref in lacking}
        for ref, row in tables.get(relation.child_class, {}).items():
            target = row.get(relation.child_field, NULL_REF)
            if target in children:
                children[target].append(ref)
        for ref, row in lacking.items():
            row[relation.parent_field] = tuple(children[ref])


def write_dump(
    tables: Mapping[str, Mapping[str, Mapping[str, Any]]], manifest: Mapping[str, str] | None = None
) -> bytes:
    """Write a database as current servers do: persistent classes and fields only. `read_dump` gives the same back."""
    head = {
        "schema_major_vsn": str(SCHEMA_VERSION[0]),
        "schema_minor_vsn": str(SCHEMA_VERSION[1]),
        "generation_count": "1",
        **(manifest or {}),
    }
    lines = ['<?xml version="1.0" encoding="UTF-8"?>\n<database><manifest>']
    lines += [f"<pair key={quoteattr(key)} value={quoteattr(value)}/>" for key, value in head.items()]
    lines.append("</manifest>")
    for name in sorted(set(tables) | {name for name, known in CLASSES.items() if known.in_database}):
        lines += _table_lines(name, tables.get(name, {}))
    lines.append("</database>\n")
    return "".join(lines).encode()


def _table_lines(name: str, rows: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    known = CLASSES.get(name)
    if known is not None and not known.persists:
        rows = {}
    if not rows:
        return [f"<table name={quoteattr(name)}/>"]
    lines = [f"<table name={quoteattr(name)}>"]
    lines += [_row_line(name, ref, row) for ref, row in rows.items()]
    return [*lines, "</table>"]


def _row_line(table: str, ref: str, row: Mapping[str, Any]) -> str:
    known = CLASSES.get(table)
    cells = [("_ref", ref)]
    for name, value in row.items():
        column = known.fields.get(name) if known else None
        if column is None:
            cells.append((name, protect(str(value))))
        elif column.persists:
            cells.append((column.db_name, protect(attribute.write(column.type, value))))
    cells.sort()
    return "<row " + " ".join(f"{name}={quoteattr(value)}" for name, value in [("ref", ref), *cells]) + "/>"
