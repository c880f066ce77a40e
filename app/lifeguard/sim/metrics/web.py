"""The web addresses of metrics, ready to be served by every host of a pool."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from lifeguard.datamodel.schema import is_null
from lifeguard.sim.failure import ApiError
from lifeguard.sim.http.exchange import OPEN_TO_SCRIPTS, Reply, not_found, page
from lifeguard.sim.http.handlers import Visit, WebHandlers
from lifeguard.sim.metrics.choice import NothingToServe, choosing
from lifeguard.sim.metrics.dialect import Dialect
from lifeguard.sim.metrics.enquiry import Enquiry, MissingStart, read_enquiry
from lifeguard.sim.metrics.library import Library
from lifeguard.sim.metrics.recorded import Recorded
from lifeguard.sim.metrics.steps import with_pauses
from lifeguard.sim.metrics.whole import write_whole_json, write_whole_xml
from lifeguard.sim.metrics.xport import writing_json, writing_xml

Address: TypeAlias = Callable[[str], str]
"""Where a host, given by its ref, answers: a URL."""
_Handler: TypeAlias = Callable[[Visit], Awaitable[Reply]]


def metrics_handlers(library: Library, address: Address) -> WebHandlers:
    """Handlers by method and path."""

    async def updates(visit: Visit) -> Reply:
        return await _updates(library, visit)

    async def host(visit: Visit) -> Reply:
        return _whole(library.host(visit.host_ref), visit)

    async def vm(visit: Visit) -> Reply:
        return _vm(library, address, visit)

    async def sr(visit: Visit) -> Reply:
        ref = visit.pool.db.by_uuid("SR", visit.request.parameter("uuid") or "")
        return not_found() if ref is None else _whole(library.sr(ref), visit)

    paths: dict[str, _Handler] = {
        "/rrd_updates": updates, "/host_rrd": host, "/host_rrds": host, "/vm_rrd": vm, "/vm_rrds": vm,
        "/sr_rrd": sr, "/sr_rrds": sr,
    }  # fmt: skip
    return {("GET", path): handler for path, handler in paths.items()}


async def _updates(library: Library, visit: Visit) -> Reply:
    try:
        enquiry = read_enquiry(visit.request.query)
        answer = await with_pauses(choosing(_selected(library, visit.host_ref, enquiry), enquiry.wish))
        dialect = Dialect.of(visit.pool.release)
        if enquiry.wants_json:
            text = await with_pauses(writing_json(answer, dialect))
            return Reply(text, content_type="application/json", headers=OPEN_TO_SCRIPTS)
        text = await with_pauses(writing_xml(answer, dialect))
        return Reply(text, content_type="text/xml", headers=OPEN_TO_SCRIPTS)
    except MissingStart:
        return page("400 Bad Request", "400 bad request", "The parameter start is missing.")
    except NothingToServe as failure:
        raise ApiError("INTERNAL_ERROR", str(failure)) from None


def _selected(library: Library, host_ref: str, enquiry: Enquiry) -> list[Recorded]:
    records: list[Recorded] = [library.host(host_ref)] if enquiry.wants_host else []
    records += (record for record in library.vms(host_ref) if enquiry.wants_vm(record.uuid))
    if enquiry.sr_uuids:
        records += (record for record in library.srs(host_ref) if enquiry.wants_sr(record.uuid))
    return records


def _vm(library: Library, address: Address, visit: Visit) -> Reply:
    """Served where the VM lives, by the coordinator when it lives nowhere; others point there."""
    db = visit.pool.db
    ref = db.by_uuid("VM", visit.request.parameter("uuid") or "")
    if ref is None:
        return not_found()
    home = db.get("VM", ref, "resident_on")
    keeper = visit.pool.master_ref if is_null(home) or not db.has("host", home) else home
    if keeper == visit.host_ref:
        return _whole(library.vm(ref), visit)
    return visit.redirect(address(keeper))


def _whole(record: Recorded, visit: Visit) -> Reply:
    dialect = Dialect.of(visit.pool.release)
    if "json" in visit.request.query:
        return Reply(write_whole_json(record, dialect), content_type="application/json", headers=OPEN_TO_SCRIPTS)
    return Reply(write_whole_xml(record, dialect), content_type="text/xml", headers=OPEN_TO_SCRIPTS)
