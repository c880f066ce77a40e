"""Taking machines in: the archive's records become rows at once, its disks are checked and counted as they pass."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.disks import default_sr
from lifeguard.sim.behaviour.operations.refresh import marked
from lifeguard.sim.failure import ApiError
from lifeguard.sim.http.exchange import Reply
from lifeguard.sim.http.handlers import Visit, WebHandler
from lifeguard.sim.streams.arrival import Arrival
from lifeguard.sim.streams.manifest import FILE_NAME, read_manifest
from lifeguard.sim.streams.places import Address, keeper, named
from lifeguard.sim.streams.squeeze import Unsqueezed
from lifeguard.sim.streams.tar import TarReader
from lifeguard.sim.streams.work import Work, under_task

_CHECKSUM = ".checksum"


def import_whole(address: Address) -> WebHandler:
    async def take(visit: Visit) -> Reply | None:
        db = visit.pool.db
        _assert_may_begin(visit)
        sr_ref = named(visit, "SR", "sr_id", "sr_uuid") or default_sr(db)
        if db.get("SR", sr_ref, "content_type") == "iso":
            raise ApiError("SR_OPERATION_NOT_SUPPORTED", sr_ref)
        host_ref = keeper(visit, {sr_ref})
        if host_ref != visit.host_ref:
            return visit.redirect(address(host_ref))
        async with under_task(visit, "VM.import") as work:
            await _take(work, sr_ref)
        return Reply()

    return take


async def import_records(visit: Visit) -> Reply:
    """Machines whose disks are here already; with `dry_run` only a look at whether they could come."""
    _assert_may_begin(visit)
    async with under_task(visit, "VM.metadata_import") as work:
        await _take(work, None)
    return Reply()


def _assert_may_begin(visit: Visit) -> None:
    if "transfer-encoding" in visit.request.headers:
        raise ApiError("IMPORT_ERROR_CANNOT_HANDLE_CHUNKED")
    if lookup.is_in_rolling_upgrade(visit.pool.db):
        raise ApiError("NOT_SUPPORTED_DURING_UPGRADE")


async def _take(work: Work, sr_ref: str | None) -> None:
    wish, wires = work.visit.request.parameter, work.visit.wires
    reader = TarReader(Unsqueezed(wires.receive).receive)
    first = await reader.next_entry()
    if first is None or first.name != FILE_NAME:
        raise ApiError("IMPORT_ERROR_UNEXPECTED_FILE", FILE_NAME, first.name if first else "")
    items = read_manifest(await reader.content(first))
    arrival = Arrival(work.context, items, sr_ref, keeps_identity=wish("restore") == "true")
    arrival.assert_new()
    if wish("dry_run") == "true":
        return
    is_complete = False
    try:
        made = await arrival.make()
        with ExitStack() as marks:
            for ref in made:
                marks.enter_context(marked(work.context, "VM", ref, "import"))
            await _check_disks(work, reader, is_lenient=wish("force") == "true")
        is_complete = True
    finally:
        if not is_complete:
            arrival.undo()
    values = "".join(f"<value>{ref}</value>" for ref in made)
    work.result = f"<value><array><data>{values}</data></array></value>"


async def _check_disks(work: Work, reader: TarReader, *, is_lenient: bool) -> None:
    """Let the disks pass, each piece against the sum that follows it. Raises ApiError IMPORT_ERROR..."""
    wires, found = work.visit.wires, ""
    total = wires.length
    while (entry := await reader.next_entry()) is not None:
        if entry.name.endswith(_CHECKSUM):
            if (await reader.content(entry)).decode("latin-1").strip() != found and not is_lenient:
                raise ApiError("IMPORT_ERROR_SOME_CHECKSUMS_FAILED")
        else:
            sum_ = hashlib.sha1(usedforsecurity=False)
            async for piece in reader.pieces(entry):
                sum_.update(piece)
            found = sum_.hexdigest()
        if total:
            await work.context.progress(1.0 - (wires.length or 0) / total)
        work.context.checkpoint()
    await wires.discard()
