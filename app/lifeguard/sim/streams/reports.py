"""What a host says about itself in bulk: status bundles, logs, backups, who did what."""

from __future__ import annotations

import bz2
import gzip
import io
import zipfile
from collections.abc import Callable, Mapping

from lifeguard.sim import dates
from lifeguard.sim.administration.hosts import CAPABILITIES
from lifeguard.sim.http.exchange import Reply
from lifeguard.sim.http.handlers import Visit
from lifeguard.sim.store import save
from lifeguard.sim.streams.tar import END, whole_entry
from lifeguard.sim.streams.work import Work, under_task


async def system_status(visit: Visit) -> None:
    """One file for each entry that was asked for, all when none was."""
    wish = visit.request.parameter
    wanted = [name for name in (wish("entries") or "").split(",") if name] or list(CAPABILITIES)
    form = wish("output") or "tar"
    async with under_task(visit, "host.system_status") as work:
        await work.begin("application/octet-stream", f"system_status.{form}")
        files = {f"{_name(visit)}/{name}.txt": _report(visit, name) for name in wanted if name in CAPABILITIES}
        if "xenserver-databases" in wanted:
            files[f"{_name(visit)}/xapi-db.xml"] = save(visit.pool.db)
        await _send(work, files, form)


async def logs(visit: Visit) -> None:
    async with under_task(visit, "host.logs_download") as work:
        await work.begin("application/gzip", "logs.tar.gz")
        files = {"var/log/xensource.log": log_lines(visit), "var/log/audit.log": log_lines(visit)}
        await _send(work, files, "tar.gz")


async def backup(visit: Visit) -> None:
    """An archive of the control domain: here, its database."""
    async with under_task(visit, "host.backup") as work:
        await work.begin("application/octet-stream", "backup.xbk")
        await _send(work, {"var/xapi/state.db": save(visit.pool.db)}, "tar")


async def restore(visit: Visit) -> Reply:
    """Taken and forgotten: a simulated host has nothing that could be put back."""
    async with under_task(visit, "host.restore"):
        while await visit.wires.receive():
            pass
    return Reply()


async def audit_log(visit: Visit) -> Reply:
    """One line for each session that is open."""
    since = (visit.request.parameter("since") or "").replace("-", "")
    sessions = visit.pool.db.rows("session").values()
    lines = [f"{row['last_active']} audit: ('{row['auth_user_name']}' 'ALLOWED' 'OK' 'API' 'session.login')\n"
             for row in sessions if row["last_active"] >= since]  # fmt: skip
    return Reply("".join(lines).encode(), content_type="text/plain")


async def _send(work: Work, files: Mapping[str, bytes], form: str) -> None:
    """In the packing asked for; progress by file."""
    wires = work.visit.wires
    if form == "zip":
        await wires.send(_zipped(files))
        return
    squeezers: dict[str, Callable[[bytes], bytes]] = {"tar.bz2": bz2.compress, "tar.gz": gzip.compress}
    squeeze = squeezers.get(form, bytes)
    for at, (name, content) in enumerate(files.items()):
        await wires.send(squeeze(whole_entry(name, content)))
        await work.context.progress((at + 1) / len(files))
    await wires.send(squeeze(END))


def _zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def log_lines(visit: Visit) -> bytes:
    stamp = dates.stamp(visit.pool.clock.time_s())
    return f"{stamp} {_name(visit)} xapi: a simulated host has nothing to report\n".encode()


def _report(visit: Visit, name: str) -> bytes:
    return f"{CAPABILITIES[name]}\n\n".encode() + log_lines(visit)


def _name(visit: Visit) -> str:
    return str(visit.pool.db.get("host", visit.host_ref, "hostname")) or "host"
