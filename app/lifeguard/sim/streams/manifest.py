"""`ova.xml`: the records of what an export holds, referring to each other by names of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lifeguard.datamodel.schema import NULL_REF, Type
from lifeguard.datamodel.tables import CLASSES
from lifeguard.sim import dates
from lifeguard.sim.behaviour import lookup
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError
from lifeguard.sim.http.handlers import Visit
from lifeguard.sim.wire.failure import MalformedRequest
from lifeguard.sim.wire.typed import typed
from lifeguard.sim.wire.xmlrpc import XmlCodec, read_value

FILE_NAME = "ova.xml"
_DEVICES = ("VBD", "VIF", "VGPU", "VTPM", "VUSB")
_TEXTS = Type("map", of=(Type("string"), Type("string")))
_TEXT = Type("string")


@dataclass(frozen=True, slots=True)
class Item:
    """One record in an export; `name` is what the others call it, refs among `values` are such names."""

    table: str
    name: str
    values: Mapping[str, Any]


def belongings(db: Database, vm_refs: Iterable[str]) -> list[tuple[str, str]]:
    """Table and ref of the VMs and of all they need: devices, disks with their repositories, networks, metrics."""
    found: dict[tuple[str, str], None] = {}
    for vm_ref in vm_refs:
        vm = db.row("VM", vm_ref)
        found["VM", vm_ref] = None
        found["VM_metrics", vm["metrics"]] = found["VM_guest_metrics", vm["guest_metrics"]] = None
        disks = [vm["suspend_VDI"]]
        for table in _DEVICES:
            for ref, row in lookup.devices(db, vm, table):
                found[table, ref] = None
                disks.append(row.get("VDI", NULL_REF))
                if db.has("network", row.get("network", NULL_REF)):
                    found["network", row["network"]] = None
        for disk in disks:
            if db.has("VDI", disk):
                found["VDI", disk] = None
                found["SR", db.get("VDI", disk, "SR")] = None
    return [key for key in found if db.has(*key)]


def write_manifest(visit: Visit, contents: list[tuple[str, str]]) -> tuple[bytes, dict[str, str]]:
    """The file, and what it calls each ref."""
    db, codec = visit.pool.db, XmlCodec(visit.pool.release)
    names = {ref: f"Ref:{at}" for at, (_, ref) in enumerate(contents)}
    known = [(table, ref) for table, ref in contents if visit.pool.release.has_class(table)]
    objects = codec.array(
        b"".join(codec.struct((
            ("class", codec.value(_TEXT, table)),
            ("id", codec.value(_TEXT, names[ref])),
            ("snapshot", codec.record(table, _renamed(table, db.row(table, ref), names))),
        )))
        for table, ref in known
    )  # fmt: skip
    whole = codec.struct((("version", codec.value(_TEXTS, _version(visit))), ("objects", objects)))
    return b'<?xml version="1.0"?>' + b"".join(whole), names


def _version(visit: Visit) -> dict[str, str]:
    software = visit.pool.release.software
    return {
        "hostname": str(visit.pool.db.get("host", visit.host_ref, "hostname")),
        "date": dates.stamp(visit.pool.clock.time_s()),
        "product_version": software.get("product_version", ""),
        "product_brand": software.get("product_brand", ""),
        "build_number": software.get("build_number", ""),
        "xapi_major": "1",
        "xapi_minor": "20",
        "export_vsn": "2",
    }


def _renamed(table: str, row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: rename(CLASSES[table].fields[name].type, value, names) for name, value in row.items()
    }  # fmt: skip


def rename(kind: Type, value: Any, names: Mapping[str, str]) -> Any:
    """A value whose refs are called otherwise; those that have no new name lead nowhere."""
    match kind.kind:
        case "ref":
            return names.get(value, NULL_REF)
        case "set" if kind.of[0].kind == "ref":
            return tuple(names[ref] for ref in value if ref in names)
        case "map" if "ref" in (kind.of[0].kind, kind.of[1].kind):
            return {rename(kind.of[0], key, names): rename(kind.of[1], item, names) for key, item in value.items()}
        case _:
            return value


def read_manifest(data: bytes) -> list[Item]:
    """Raises ApiError IMPORT_ERROR when it is none."""
    try:
        objects = read_value(data)["objects"]
        return [_item(each) for each in objects if each["class"] in CLASSES]
    except (MalformedRequest, LookupError, TypeError) as broken:
        raise ApiError("IMPORT_ERROR", f"{FILE_NAME} is not readable: {broken}") from None


def _item(wire: Mapping[str, Any]) -> Item:
    table = str(wire["class"])
    fields, snapshot = CLASSES[table].fields, wire["snapshot"]
    values = {name: typed(fields[name].type, snapshot[name], table) for name in fields if name in snapshot}
    return Item(table, str(wire["id"]), values)
