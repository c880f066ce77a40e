"""The messages that follow from a class's fields alone: getters, setters, whole records, create and destroy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lifeguard.datamodel.schema import Call, Field
from lifeguard.datamodel.tables import CLASSES
from lifeguard.sim import expression
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError
from lifeguard.sim.roles import role_records
from lifeguard.sim.wire.codec import Codec, Pieces

_WRITERS = ("add_to_", "remove_from_", "set_", "add_", "remove_")


@dataclass(frozen=True, slots=True)
class Records:
    """Whole records by ref, or a single one, written from rows that are encoded already."""

    db: Database
    table: str
    refs: tuple[str, ...]
    is_single: bool = False

    def render(self, codec: Codec) -> Pieces:
        if self.is_single:
            return self._record(codec, self.refs[0])
        return codec.struct((ref, self._record(codec, ref)) for ref in self.refs)

    def _record(self, codec: Codec, ref: str) -> bytes:
        if self.table == "role":
            return codec.record("role", role_records()[ref])
        return self.db.encoded(self.table, ref, codec.name, lambda row: codec.record(self.table, row))


def generic_handler(class_name: str, call: Call) -> Handler | None:
    """The handler of a call that needs no behaviour of its own, or None when the call needs one."""
    whole = _whole(class_name, call.name)
    if whole is not None:
        return whole
    if call.name.startswith("get_") and call.name[4:] in CLASSES[class_name].fields:
        return _getter(class_name, CLASSES[class_name].fields[call.name[4:]])
    for prefix in _WRITERS:
        if call.name.startswith(prefix):
            name = call.name[len(prefix) :]
            field = CLASSES[class_name].fields.get(name) or CLASSES[class_name].fields.get(f"{name}s")
            return _writer(prefix, class_name, field) if field is not None else None
    return None


def _rows(db: Database, table: str) -> Mapping[str, Mapping[str, Any]]:
    return role_records() if table == "role" else db.rows(table)


def _row(db: Database, table: str, ref: str) -> Mapping[str, Any]:
    if table != "role":
        return db.row(table, ref)
    if ref not in role_records():
        raise ApiError("HANDLE_INVALID", table, ref)
    return role_records()[ref]


def _whole(table: str, name: str) -> Handler | None:
    async def get_record(context: Context, ref: str) -> Records:
        _row(context.db, table, ref)
        return Records(context.db, table, (ref,), is_single=True)

    async def get_all(context: Context) -> tuple[str, ...]:
        return tuple(_rows(context.db, table))

    async def get_all_records(context: Context) -> Records:
        return Records(context.db, table, tuple(_rows(context.db, table)))

    async def get_all_where(context: Context, text: str) -> tuple[str, ...]:
        test = expression.parse(table, text)
        return tuple(ref for ref, row in _rows(context.db, table).items() if test(row))

    async def get_all_records_where(context: Context, text: str) -> Records:
        return Records(context.db, table, await get_all_where(context, text))

    async def get_by_uuid(context: Context, uuid: str) -> str:
        ref = f"OpaqueRef:{uuid}" if table == "role" else context.db.by_uuid(table, uuid)
        if ref is None or ref not in _rows(context.db, table):
            raise ApiError("UUID_INVALID", table, uuid)
        return ref

    async def get_by_name_label(context: Context, label: str) -> tuple[str, ...]:
        return tuple(ref for ref, row in _rows(context.db, table).items() if row["name_label"] == label)

    async def create(context: Context, record: Mapping[str, Any]) -> str:
        settable = {field.name for field in CLASSES[table].fields.values() if field.access != "RO/runtime"}
        return context.db.insert(table, {name: value for name, value in record.items() if name in settable})

    async def destroy(context: Context, ref: str) -> None:
        context.db.destroy(table, ref)

    made: dict[str, Handler] = {
        "get_record": get_record,
        "get_all": get_all,
        "get_all_records": get_all_records,
        "get_all_where": get_all_where,
        "get_all_records_where": get_all_records_where,
        "get_by_uuid": get_by_uuid,
        "get_by_name_label": get_by_name_label,
        "create": create,
        "destroy": destroy,
    }
    return made.get(name)


def _getter(table: str, field: Field) -> Handler:
    async def get(context: Context, ref: str) -> Any:
        value = _row(context.db, table, ref)[field.name]
        if field.removed is not None:
            raise ApiError("MESSAGE_REMOVED")
        return value

    return get


def _writer(prefix: str, table: str, field: Field) -> Handler:
    name = field.name

    async def set_value(context: Context, ref: str, value: Any) -> None:
        context.db.set(table, ref, name, value)

    async def add_to(context: Context, ref: str, key: Any, value: Any) -> None:
        if key in context.db.get(table, ref, name):
            raise ApiError("MAP_DUPLICATE_KEY", table, name, ref, str(key))
        context.db.set(table, ref, name, {key: value, **context.db.get(table, ref, name)})

    async def remove_from(context: Context, ref: str, key: Any) -> None:
        value = context.db.get(table, ref, name)
        if isinstance(value, tuple):
            context.db.set(table, ref, name, tuple(item for item in value if item != key))
        else:
            context.db.drop(table, ref, name, key)

    async def add(context: Context, ref: str, item: Any) -> None:
        present = context.db.get(table, ref, name)
        if item not in present:
            context.db.set(table, ref, name, (item, *present))

    if prefix == "set_":
        return set_value
    if prefix == "add_to_":
        return add_to if field.type.kind == "map" else add
    return add if prefix == "add_" else remove_from
