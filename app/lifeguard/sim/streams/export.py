"""Sending machines away: whole ones as an archive of records and disks, or their records only."""

from __future__ import annotations

import hashlib

from lifeguard.sim.behaviour.operations.refresh import marked
from lifeguard.sim.behaviour.operations.vm import assert_vm
from lifeguard.sim.database import Database
from lifeguard.sim.http.exchange import Reply
from lifeguard.sim.http.handlers import Visit, WebHandler
from lifeguard.sim.streams.content import chunk, chunk_numbers
from lifeguard.sim.streams.manifest import FILE_NAME, belongings, write_manifest
from lifeguard.sim.streams.places import Address, keeper, needed, repositories_of
from lifeguard.sim.streams.squeeze import squeezer
from lifeguard.sim.streams.tar import END, whole_entry
from lifeguard.sim.streams.work import Work, under_task

_XVA = "application/octet-stream"


def export_whole(address: Address) -> WebHandler:
    async def export(visit: Visit) -> Reply | None:
        db, vm_ref = visit.pool.db, needed(visit, "VM", "ref", "uuid")
        host_ref = keeper(visit, repositories_of(db, vm_ref))
        if host_ref != visit.host_ref:
            return visit.redirect(address(host_ref))
        assert_vm(db, vm_ref, "export")
        async with under_task(visit, "VM.export") as work:
            with marked(work.context, "VM", vm_ref, "export"):
                await _send(work, [vm_ref], with_disks=True)
        return None

    return export


async def export_records(visit: Visit) -> None:
    """Of one VM or of all; with its snapshots when asked for."""
    db, wish = visit.pool.db, visit.request.parameter
    if wish("all") == "true":
        with_dom0 = wish("include_dom0") == "true"
        vms = [ref for ref, vm in db.rows("VM").items() if with_dom0 or not vm["is_control_domain"]]
    else:
        vms = [needed(visit, "VM", "ref", "uuid")]
        if wish("export_snapshots") == "true":
            vms += [ref for ref in db.get("VM", vms[0], "snapshots") if db.has("VM", ref)]
    async with under_task(visit, "VM.metadata_export") as work:
        await _send(work, vms, with_disks=False)


async def _send(work: Work, vms: list[str], *, with_disks: bool) -> None:
    visit, db = work.visit, work.visit.pool.db
    squeeze = squeezer(visit.request.parameter("use_compression") or "")
    manifest, names = write_manifest(visit, contents := belongings(db, vms))
    await work.begin(_XVA, "export.xva")
    await visit.wires.send(squeeze.compress(whole_entry(FILE_NAME, manifest)))
    chunks = [(ref, number) for ref in _disks(db, contents) for number in chunk_numbers(db, ref)] if with_disks else []
    for at, (ref, number) in enumerate(chunks):
        if db.has("VDI", ref):
            name, data = f"{names[ref]}/{number:08d}", chunk(db, ref, number)
            check = hashlib.sha1(data, usedforsecurity=False).hexdigest()
            await visit.wires.send(squeeze.compress(whole_entry(name, data)))
            await visit.wires.send(squeeze.compress(whole_entry(f"{name}.checksum", check.encode())))
        await work.context.progress((at + 1) / len(chunks))
    await visit.wires.send(squeeze.compress(END) + squeeze.flush())


def _disks(db: Database, contents: list[tuple[str, str]]) -> list[str]:
    """Not those on discs in drives: they stay where they are."""
    return [ref for table, ref in contents
            if table == "VDI" and db.get("SR", db.get("VDI", ref, "SR"), "content_type") != "iso"]  # fmt: skip
