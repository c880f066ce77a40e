"""The addresses of metrics over real HTTP: every host for itself, documents that parse, hosts that point elsewhere."""

from __future__ import annotations

import json
import random
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from defusedxml.ElementTree import fromstring

from lifeguard.clock import VirtualClock
from lifeguard.sim.assembly import assemble
from lifeguard.sim.release import PRODUCTS
from lifeguard.sim.scenario.build import build_pool
from lifeguard.sim.server import Listen, Server

_BASIC = {"Authorization": "Basic " + b64encode(b"root:pw").decode()}


@dataclass
class Served:
    server: Server
    http: aiohttp.ClientSession

    async def get(self, host: str, path: str, *, follow: bool = True) -> tuple[int, bytes]:
        url = self.server.urls[host] + path
        async with self.http.get(url, headers=_BASIC, allow_redirects=follow) as answer:
            return answer.status, await answer.read()

    def guest(self, *, running: bool = True) -> tuple[str, str]:
        """A VM's uuid and its home."""
        for vm in self.server.pool.db.rows("VM").values():
            plain = not (vm["is_control_domain"] or vm["is_a_template"])
            if plain and vm["power_state"] == ("Running" if running else "Halted"):
                return vm["uuid"], vm["resident_on"]
        raise AssertionError("no such guest")


@pytest.fixture(params=["newest", "8.2"])
async def served(request: pytest.FixtureRequest) -> AsyncIterator[Served]:
    clock, rng, release = VirtualClock(1_767_600_003.0), random.Random(4), PRODUCTS[request.param]
    server = Server(assemble(build_pool(3, 20, rng, clock, release), clock, rng, release, {"root": "pw"}))
    await server.start(Listen())
    async with aiohttp.ClientSession() as http:
        yield Served(server, http)
    await server.close()


async def test_every_host_serves_itself_in_xml(served: Served) -> None:
    for host in served.server.urls:
        status, body = await served.get(host, "/rrd_updates?start=1767599700&interval=5&host=true&cf=AVERAGE")
        root = fromstring(body)
        assert status == 200
        assert root.findtext("meta/step") == "5"
        assert len(root.findall("data/row")) == int(root.findtext("meta/rows")) == 61
        uuid = served.server.pool.db.get("host", host, "uuid")
        assert {entry.text.split(":")[2] for entry in root.iter("entry") if ":host:" in entry.text} == {uuid}


async def test_json_is_sound_only_in_new_releases(served: Served) -> None:
    host = served.server.pool.master_ref
    _, body = await served.get(host, "/rrd_updates?start=1767599900&host=true&json=true")
    if served.server.pool.release.product == "newest":
        document = json.loads(body)
        assert document["meta"]["step"] == "5"
        assert all(isinstance(value, str) for value in document["data"][0]["values"])
    else:
        assert body.startswith(b"{meta: {start:")


@pytest.mark.parametrize("suffix", ["", "&json=true"])
async def test_whole_records_are_served(served: Served, suffix: str) -> None:
    uuid, home = served.guest()
    for path in (f"/host_rrd?x=1{suffix}", f"/vm_rrd?uuid={uuid}{suffix}", f"/vm_rrds?uuid={uuid}{suffix}"):
        status, body = await served.get(home, path)
        assert status == 200
        if suffix:
            assert len(json.loads(body)["rra"][0]["database"]) == 120
        else:
            assert len(fromstring(body).findall("rra/database")[0]) == 120


async def test_other_hosts_point_to_where_a_machine_lives(served: Served) -> None:
    uuid, home = served.guest()
    other = next(host for host in served.server.urls if host != home)
    assert (await served.get(other, f"/vm_rrd?uuid={uuid}", follow=False))[0] == 302
    status, body = await served.get(other, f"/vm_rrd?uuid={uuid}&session_id=none", follow=False)
    assert status == 401
    assert b"rrd" not in body


async def test_record_of_a_halted_machine_is_with_the_coordinator(served: Served) -> None:
    uuid, _ = served.guest(running=False)
    status, body = await served.get(served.server.pool.master_ref, f"/vm_rrd?uuid={uuid}")
    assert status == 200
    assert fromstring(body).findtext("version") == "0003"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/rrd_updates?host=true", 400), ("/rrd_updates?start=junk&host=true", 500), ("/vm_rrd?uuid=nobody", 404),
     ("/rrd_updates?start=0&cf=MIN", 500), ("/sr_rrd?uuid=nobody", 404)],
)  # fmt: skip
async def test_what_cannot_be_answered_fails_as_on_a_server(served: Served, path: str, status: int) -> None:
    assert (await served.get(served.server.pool.master_ref, path))[0] == status
