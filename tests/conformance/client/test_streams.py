"""Long streams through real sockets: progress, back-pressure, hanging up, and being sent to another host."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncIterator

import pytest

from lifeguard.datamodel.records import Console, Host, Vm
from lifeguard.rules.domain import is_real_vm
from lifeguard.xapi.certificate import SessionTrust
from lifeguard.xapi.dialler import Dialler
from lifeguard.xapi.endpoint import AddressBook, parse_endpoint
from lifeguard.xapi.failures import HttpRefused, LostConnection
from lifeguard.xapi.streams import Streams
from tests.support import until
from tests.support.equality import until_equal
from tests.support.simulated import HASTY, linked, live, simulated
from tests.support.stream_server import StreamServer, streaming

_MIB = 1 << 20


def _streams(address: str, **book: str) -> Streams:
    addresses = AddressBook(parse_endpoint(address, tls=False), {"10.0.0.1": address, **book})
    return Streams(Dialler(addresses, SessionTrust(), HASTY), lambda: "OpaqueRef:session")


async def test_a_download_tells_its_size_name_and_progress_and_is_never_held() -> None:
    server = StreamServer(size=64 * _MIB)
    told: list[int] = []
    async with streaming(server) as address:
        tracemalloc.start()
        got = 0
        async with _streams(address).download("10.0.0.1", "/export?uuid=u", told.append) as download:
            assert (download.size_bytes, download.file_name) == (64 * _MIB, "export.xva")
            async for chunk in download.chunks:
                got += len(chunk)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert got == 64 * _MIB == told[-1]
    assert told == sorted(told)
    assert peak < 8 * _MIB
    assert server.requests == ["GET /export?uuid=u&session_id=OpaqueRef%3Asession HTTP/1.1"]


async def test_a_slow_reader_slows_the_server_down() -> None:
    server = StreamServer(size=256 * _MIB, announces_size=False)
    async with streaming(server) as address:
        async with _streams(address).download("10.0.0.1", "/system-status") as download:
            assert download.size_bytes is None
            await anext(download.chunks)
            await asyncio.sleep(0.2)
            assert server.went_out < 32 * _MIB
        await until(server.ended.is_set)


async def test_leaving_a_download_early_hangs_up() -> None:
    server = StreamServer(size=256 * _MIB)
    async with streaming(server) as address:
        job = asyncio.create_task(_read_all(_streams(address)))
        await until(lambda: server.went_out > _MIB)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        await until(server.ended.is_set)
        assert server.went_out < 256 * _MIB


async def _read_all(streams: Streams) -> int:
    got = 0
    async with streams.download("10.0.0.1", "/export?uuid=u") as download:
        async for chunk in download.chunks:
            got += len(chunk)
    return got


async def test_a_download_cut_short_is_no_smaller_download() -> None:
    server = StreamServer(size=_MIB, cut_after=_MIB // 2)
    async with streaming(server) as address:
        with pytest.raises(LostConnection):
            await _read_all(_streams(address))


async def test_a_redirect_leads_to_the_other_host_through_the_address_book() -> None:
    first, second = StreamServer(redirect="https://10.0.0.2/export?uuid=u"), StreamServer(size=1000)
    async with streaming(first) as one, streaming(second) as two:
        assert await _read_all(_streams(one, **{"10.0.0.2": two})) == 1000
    assert second.requests == ["GET /export?uuid=u&session_id=OpaqueRef%3Asession HTTP/1.1"]


async def test_a_refusal_says_its_status() -> None:
    async with streaming(StreamServer(status="403 Forbidden")) as address:
        with pytest.raises(HttpRefused, match="403 Forbidden"):
            await _read_all(_streams(address))


async def _zeros(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // _MIB):
        yield bytes(_MIB)


async def test_an_upload_reports_progress_and_is_never_held() -> None:
    server = StreamServer()
    told: list[int] = []
    async with streaming(server) as address:
        tracemalloc.start()
        await _streams(address).upload("10.0.0.1", "/import", lambda: _zeros(64 * _MIB), 64 * _MIB, told.append)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert server.came_in == 64 * _MIB == told[-1]
    assert peak < 16 * _MIB


async def test_an_upload_sent_elsewhere_begins_anew_there() -> None:
    first, second = StreamServer(redirect="https://10.0.0.2/import"), StreamServer()
    async with streaming(first) as one, streaming(second) as two:
        streams = _streams(one, **{"10.0.0.2": two})
        await streams.upload("10.0.0.1", "/import", lambda: _zeros(16 * _MIB), 16 * _MIB)
    assert second.came_in == 16 * _MIB


async def test_an_upload_that_is_refused_stops_at_once() -> None:
    async with streaming(StreamServer(status="403 Forbidden")) as address:
        with pytest.raises(HttpRefused, match="403"):
            await _streams(address).upload("10.0.0.1", "/import", lambda: _zeros(64 * _MIB), 64 * _MIB)


async def test_cancelling_an_upload_hangs_up() -> None:
    server = StreamServer()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(_MIB)
            await asyncio.sleep(0.01)

    async with streaming(server) as address:
        job = asyncio.create_task(_streams(address).upload("10.0.0.1", "/import", endless, 1 << 40))
        await until(lambda: server.came_in > _MIB)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        await until(server.ended.is_set)


async def test_a_console_carries_bytes_both_ways() -> None:
    server = StreamServer()
    async with streaming(server) as address:
        async with _streams(address).console("https://10.0.0.1/console?uuid=u") as console:
            assert await console.reader.readline() == b"RFB 003.008\n"
            console.writer.write(b"hello")
            assert await console.reader.readexactly(5) == b"HELLO"
        await until(server.ended.is_set)
    assert server.requests == ["CONNECT /console?uuid=u&session_id=OpaqueRef%3Asession HTTP/1.0"]


async def test_through_a_link_a_machine_goes_out_and_comes_back_as_another_one() -> None:
    async with simulated(hosts=2, vms=6) as sim, linked(sim.target()) as link:
        await live(link)
        vm = next(vm for vm in link.inventory.all(Vm) if is_real_vm(vm) and vm.power_state == "Running")
        await link.call("VM.hard_shutdown", vm.ref)
        address = next(iter(link.inventory.all(Host))).address
        archive = bytearray()
        async with link.streams.download(address, f"/export?uuid={vm.uuid}") as download:
            async for chunk in download.chunks:
                archive += chunk

        async def source() -> AsyncIterator[bytes]:
            for start in range(0, len(archive), _MIB):
                yield bytes(archive[start : start + _MIB])

        before = set(link.inventory.refs("VM"))
        await link.streams.upload(address, "/import", source, len(archive))
        await until(lambda: set(link.inventory.refs("VM")) - before)
        (new,) = set(link.inventory.refs("VM")) - before
        assert link.inventory.get(Vm, new).name_label == vm.name_label  # type: ignore[union-attr]
        await until_equal(link.inventory, sim)


async def test_through_a_link_a_console_opens_where_its_record_says() -> None:
    async with simulated(hosts=2, vms=6) as sim, linked(sim.target()) as link:
        await live(link)
        running = {vm.ref for vm in link.inventory.all(Vm) if is_real_vm(vm) and vm.power_state == "Running"}
        console = next(one for one in link.inventory.all(Console) if one.VM in running and one.protocol == "rfb")
        async with link.streams.console(console.location) as duplex:
            assert await duplex.reader.readexactly(12) == b"RFB 003.008\n"
