"""Long streams of a simulated pool through the real client: machines, disks and bundles, with their tasks."""

from __future__ import annotations

import asyncio
import hashlib
import io
import tarfile
import tracemalloc
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from lifeguard.xapi.certificate import SessionTrust
from lifeguard.xapi.dialler import Dialler
from lifeguard.xapi.endpoint import AddressBook, parse_endpoint
from lifeguard.xapi.failures import CertificateUntrusted, Failure, HttpRefused
from lifeguard.xapi.streams import Streams
from tests.support import until
from tests.support.simulated import HASTY, PASSWORD, Simulated, simulated

_MIB = 1 << 20
_GIB = 1 << 30


@pytest.fixture
async def served() -> AsyncIterator[Simulated]:
    async with simulated(hosts=3, vms=8) as served:
        yield served


def _streams(served: Simulated, user: str = "root") -> Streams:
    session = served.pool.sessions.open(user, PASSWORD, "tests", served.pool.master_ref)
    book = AddressBook(parse_endpoint(served.dialled(served.pool.master_ref), tls=False), served.address_book())
    return Streams(Dialler(book, SessionTrust(), HASTY), lambda: session)


def _address(served: Simulated, host_ref: str | None = None) -> str:
    return str(served.db.get("host", host_ref or served.pool.master_ref, "address"))


def _task(served: Simulated) -> str:
    return served.pool.tasks.begin("stream", "", served.pool.master_ref)


def _halted(served: Simulated) -> str:
    """A halted machine with a disk."""
    for ref, vm in served.db.rows("VM").items():
        if vm["power_state"] == "Running" and not vm["is_control_domain"]:
            served.db.update("VM", ref, power_state="Halted", resident_on="OpaqueRef:NULL")
            return ref
    raise AssertionError("no machine runs")


async def _read(streams: Streams, address: str, path: str) -> bytes:
    async with streams.download(address, path) as download:
        return b"".join([chunk async for chunk in download.chunks])


async def _send(streams: Streams, address: str, path: str, data: bytes) -> None:
    async def source() -> AsyncIterator[bytes]:
        for at in range(0, len(data), _MIB):
            yield data[at : at + _MIB]

    await streams.upload(address, path, source, len(data))


def _disks(served: Simulated, vm: str) -> list[int]:
    rows = [served.db.row("VBD", ref) for ref in served.db.get("VM", vm, "VBDs")]
    return sorted(served.db.get("VDI", row["VDI"], "virtual_size") for row in rows if row["type"] == "Disk")


@pytest.mark.parametrize("compression", ["", "&use_compression=gzip"])
async def test_a_machine_exported_and_imported_again_appears_a_second_time(served: Simulated, compression: str) -> None:
    streams, vm, task = _streams(served), _halted(served), _task(served)
    data = await _read(streams, _address(served), f"/export?ref={vm}&task_id={task}{compression}")
    assert served.db.get("task", task, "status") == "success"
    before, task = set(served.db.rows("VM")), _task(served)
    await _send(streams, _address(served), f"/import?task_id={task}", data)
    made = set(served.db.rows("VM")) - before
    assert len(made) == 1
    new = made.pop()
    assert served.db.get("task", task, "result") == f"<value><array><data><value>{new}</value></data></array></value>"
    for field in ("name_label", "VCPUs_max", "memory_static_max", "HVM_boot_policy", "power_state"):
        assert served.db.get("VM", new, field) == served.db.get("VM", vm, field)
    assert served.db.get("VM", new, "uuid") != served.db.get("VM", vm, "uuid")
    assert _disks(served, new) == _disks(served, vm) != []
    networks = [[served.db.get("VIF", ref, "network") for ref in served.db.get("VM", one, "VIFs")] for one in (vm, new)]
    assert networks[0] == networks[1]
    assert "start" in served.db.get("VM", new, "allowed_operations")


async def test_an_archive_holds_records_first_and_every_piece_with_its_sum(served: Simulated) -> None:
    vm = _halted(served)
    data = await _read(_streams(served), _address(served), f"/export?ref={vm}")
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        names = archive.getnames()
        assert names[0] == "ova.xml"
        pieces = [name for name in names[1:] if not name.endswith(".checksum")]
        for name in pieces:
            piece, check = archive.extractfile(name), archive.extractfile(f"{name}.checksum")
            assert piece is not None
            assert check is not None
            assert hashlib.sha1(piece.read(), usedforsecurity=False).hexdigest() == check.read().decode()
        assert pieces


async def test_a_machine_restored_keeps_its_identity_and_cannot_come_twice(served: Simulated) -> None:
    streams, vm = _streams(served), _halted(served)
    uuid, macs = served.db.get("VM", vm, "uuid"), _macs(served, vm)
    data = await _read(streams, _address(served), f"/export?uuid={uuid}")
    task = _task(served)
    with pytest.raises(HttpRefused):
        await _send(streams, _address(served), f"/import?restore=true&task_id={task}", data)
    assert served.db.get("task", task, "error_info") == ("DUPLICATE_VM", vm)
    served.db.destroy("VM", vm)
    await _send(streams, _address(served), "/import?restore=true", data)
    restored = str(served.db.by_uuid("VM", uuid))
    assert _macs(served, restored) == macs


def _macs(served: Simulated, vm: str) -> set[str]:
    return {served.db.get("VIF", ref, "MAC") for ref in served.db.get("VM", vm, "VIFs")}


async def test_a_broken_archive_leaves_nothing_behind(served: Simulated) -> None:
    streams, vm = _streams(served), _halted(served)
    data = bytearray(await _read(streams, _address(served), f"/export?ref={vm}"))
    data[len(data) // 2] ^= 0xFF
    before, disks, task = set(served.db.rows("VM")), set(served.db.rows("VDI")), _task(served)
    with pytest.raises(HttpRefused):
        await _send(streams, _address(served), f"/import?task_id={task}", bytes(data))
    assert served.db.get("task", task, "error_info")[0].startswith("IMPORT_ERROR")
    assert (set(served.db.rows("VM")), set(served.db.rows("VDI"))) == (before, disks)


async def test_an_import_that_ends_too_soon_says_so(served: Simulated) -> None:
    streams, vm = _streams(served), _halted(served)
    data, task = await _read(streams, _address(served), f"/export?ref={vm}"), _task(served)
    before = set(served.db.rows("VM"))
    with pytest.raises(HttpRefused):
        await _send(streams, _address(served), f"/import?task_id={task}", data[: len(data) // 2])
    assert served.db.get("task", task, "error_info") == ("IMPORT_ERROR_PREMATURE_EOF",)
    assert set(served.db.rows("VM")) == before


async def test_a_slow_reader_of_a_disk_holds_the_server_back_and_a_cancel_is_noticed(served: Simulated) -> None:
    streams, task = _streams(served), _task(served)
    vdi = _big_disk(served)
    tracemalloc.start()
    async with streams.download(_address(served), f"/export_raw_vdi?vdi={vdi}&task_id={task}") as download:
        await anext(download.chunks)
        await asyncio.sleep(0.3)
        assert served.db.get("task", task, "progress") < 0.02
        served.db.put("task", task, "current_operations", "x", "cancel")
        await until(lambda: served.db.get("task", task, "status") == "cancelled")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32 * _MIB


async def test_hanging_up_ends_a_download_and_fails_its_task(served: Simulated) -> None:
    streams, task = _streams(served), _task(served)
    path = f"/export_raw_vdi?vdi={_big_disk(served)}&task_id={task}"
    async with streams.download(_address(served), path) as download:
        await anext(download.chunks)
    await until(lambda: served.db.get("task", task, "status") == "failure")
    assert served.db.get("task", task, "error_info") == ("CLIENT_ERROR",)


async def test_cancelling_an_import_removes_what_it_had_made(served: Simulated) -> None:
    streams, vm, task = _streams(served), _halted(served), _task(served)
    data = await _read(streams, _address(served), f"/export?ref={vm}")
    before = set(served.db.rows("VM"))

    async def slowly() -> AsyncIterator[bytes]:
        yield data[: len(data) // 2]
        await asyncio.Event().wait()

    job = asyncio.ensure_future(streams.upload(_address(served), f"/import?task_id={task}", slowly, len(data)))
    await until(lambda: len(served.db.rows("VM")) > len(before))
    new = (set(served.db.rows("VM")) - before).pop()
    assert list(served.db.get("VM", new, "current_operations").values()) == ["import"]
    served.db.put("task", task, "current_operations", "x", "cancel")
    await until(lambda: served.db.get("task", task, "status") == "cancelled")
    assert set(served.db.rows("VM")) == before
    job.cancel()
    await asyncio.wait((job,))


async def test_a_host_that_does_not_see_the_disks_names_one_that_does(served: Simulated) -> None:
    streams, vm = _streams(served), _halted(served)
    for pbd, row in list(served.db.rows("PBD").items()):
        if row["host"] == served.pool.master_ref:
            served.db.set("PBD", pbd, "currently_attached", False)
    data = await _read(streams, _address(served), f"/export?ref={vm}")
    assert data.startswith(b"ova.xml")
    before = len(served.db.rows("VM"))
    sr = next(ref for ref, row in served.db.rows("SR").items() if row["shared"] and row["content_type"] == "user")
    await _send(streams, _address(served), f"/import?sr_id={sr}", data)
    assert len(served.db.rows("VM")) == before + 1


async def test_a_running_machine_is_not_exported_and_its_task_says_why(served: Simulated) -> None:
    vm = next(ref for ref, row in served.db.rows("VM").items()
              if row["power_state"] == "Running" and not row["is_control_domain"])  # fmt: skip
    task = _task(served)
    with pytest.raises(HttpRefused):
        await _read(_streams(served), _address(served), f"/export?ref={vm}&task_id={task}")
    assert served.db.get("task", task, "error_info")[0] == "VM_BAD_POWER_STATE"


async def test_who_may_only_look_may_not_export() -> None:
    async with simulated(hosts=1, vms=2, passwords={"root": PASSWORD, "read-only": PASSWORD}) as served:
        task = _task(served)
        with pytest.raises(HttpRefused, match="403"):
            await _read(_streams(served, "read-only"), _address(served), f"/export?ref=x&task_id={task}")
        assert served.db.get("task", task, "error_info")[:2] == ("RBAC_PERMISSION_DENIED", "http/get_export")


async def test_records_of_all_machines_come_without_their_disks(served: Simulated) -> None:
    data = await _read(_streams(served), _address(served), "/export_metadata?all=true")
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert archive.getnames() == ["ova.xml"]


async def test_a_disk_image_says_how_large_the_disk_is(served: Simulated) -> None:
    vdi = _big_disk(served)
    data = await _read(_streams(served), _address(served), f"/export_raw_vdi?vdi={vdi}&format=vhd")
    assert data.startswith(b"conectix")
    assert int.from_bytes(data[48:56], "big") == served.db.get("VDI", vdi, "virtual_size")
    assert ~(sum(data[:64]) + sum(data[68:512])) & 0xFFFFFFFF == int.from_bytes(data[64:68], "big")


async def test_a_disk_takes_what_fits(served: Simulated) -> None:
    streams, sr = _streams(served), served.db.get("VDI", _big_disk(served), "SR")
    small = served.db.insert("VDI", {"SR": sr, "virtual_size": 4 * _MIB})
    await _send(streams, _address(served), f"/import_raw_vdi?vdi={small}&format=raw", bytes(4 * _MIB))
    task = _task(served)
    with pytest.raises(Failure):
        await _send(streams, _address(served), f"/import_raw_vdi?vdi={small}&task_id={task}", bytes(8 * _MIB))
    assert served.db.get("task", task, "error_info") == ("VDI_TOO_SMALL", small, str(8 * _MIB))


def _big_disk(served: Simulated) -> str:
    attached = {row["VDI"] for row in served.db.rows("VBD").values()}
    for ref, row in served.db.rows("VDI").items():
        if ref in attached and row["virtual_size"] >= 8 * _GIB and served.db.get("SR", row["SR"], "shared"):
            return ref
    raise AssertionError("no disk is big")


@pytest.mark.parametrize(
    ("path", "looks_right"),
    [
        ("/system-status?output=tar.bz2&entries=yum,xenserver-databases", lambda data: data.startswith(b"BZh")),
        ("/system-status?output=zip", lambda data: data.startswith(b"PK")),
        ("/system-status", lambda data: b"ustar" in data),
        ("/host_logs_download", lambda data: data.startswith(b"\x1f\x8b")),
        ("/host_backup", lambda data: b"state.db" in data),
        ("/audit_log", lambda data: b"session.login" in data),
        ("/pool/xmldbdump", lambda data: b"<database>" in data),
    ],
)
async def test_reports_come_in_the_packing_asked_for(
    served: Simulated, path: str, looks_right: Callable[[Any], bool]
) -> None:
    assert looks_right(await _read(_streams(served), _address(served), path))


async def test_a_host_that_dies_takes_its_streams_with_it(served: Simulated) -> None:
    streams, task, member = _streams(served), _task(served), served.members()[0]
    path = f"/export_raw_vdi?vdi={_big_disk(served)}&task_id={task}"
    async with streams.download(_address(served, member), path) as download:
        await anext(download.chunks)
        await served.server.kill(member)
        assert served.db.get("task", task, "status") == "cancelled"


async def test_streams_pass_through_tls_as_well() -> None:
    async with simulated(hosts=1, vms=6, is_tls=True) as served:
        session = served.pool.sessions.open("root", PASSWORD, "tests", served.pool.master_ref)
        trust = SessionTrust()
        book = AddressBook(parse_endpoint(served.dialled(served.pool.master_ref), tls=True), served.address_book())
        dialler = Dialler(book, trust, HASTY)
        with pytest.raises(CertificateUntrusted) as untrusted:
            await _read(Streams(dialler, lambda: session), _address(served), "/audit_log")
        trust.remember(untrusted.value.facts)
        vm = _halted(served)
        data = await _read(Streams(dialler, lambda: session), _address(served), f"/export?ref={vm}")
        before = len(served.db.rows("VM"))
        await _send(Streams(dialler, lambda: session), _address(served), "/import", data)
        assert len(served.db.rows("VM")) == before + 1
