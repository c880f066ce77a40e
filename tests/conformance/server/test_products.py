"""The same pool as each product would serve it: what clients of that time, and of today, meet."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import urlsplit
from xmlrpc.client import dumps, loads

import pytest

from lifeguard.datamodel.tables import CLASSES
from lifeguard.sim.release import PRODUCTS
from tests.support.simulated import PASSWORD, Simulated, simulated


async def _post(url: str, path: str, body: str) -> tuple[str, str]:
    """The content type and body of the reply."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        writer.write(f"POST {path} HTTP/1.1\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode())
        head, _, answer = (await reader.read()).decode().partition("\r\n\r\n")
        kind = next(line.partition(":")[2] for line in head.splitlines() if line.startswith("content-type"))
        return kind, answer
    finally:
        writer.close()


async def _call(served: Simulated, method: str, *params: object) -> object:
    _, answer = await _post(served.server.master_url, "/", dumps(params, method))
    (reply,), _ = loads(answer)
    assert isinstance(reply, dict)
    return reply.get("Value", reply.get("ErrorDescription"))


@pytest.mark.parametrize("product", sorted(PRODUCTS))
async def test_every_product_lets_its_clients_in_and_shows_the_fields_of_its_time(product: str) -> None:
    release = PRODUCTS[product]
    async with simulated(hosts=2, vms=3, release=release) as served:
        session = await _call(served, "session.login_with_password", "root", PASSWORD)
        for name in ("pool", "host", "VM", "SR"):
            records = await _call(served, f"{name}.get_all_records", session)
            assert isinstance(records, dict)
            known = {field.name for field in CLASSES[name].fields.values() if release.knows(field.since)}
            assert set(records[next(iter(records))]) <= known
            assert len(known) == len(CLASSES[name].fields) or product != "newest"
        batch = await _call(served, "event.from", session, ["vm"], "", 1.0)
        assert isinstance(batch, dict)
        assert len(batch["events"]) == len(served.db.rows("VM"))


async def test_a_server_older_than_json_answers_a_json_call_in_xml() -> None:
    async with simulated(hosts=1, vms=0, release=PRODUCTS["6.5"]) as served:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "system.isAlive", "params": []})
        kind, answer = await _post(served.server.master_url, "/jsonrpc", body)
        assert kind == "text/xml"
        assert "Failure" in answer


async def test_calls_of_later_releases_are_unknown_to_earlier_ones() -> None:
    async with simulated(hosts=1, vms=0, release=PRODUCTS["6.0"]) as served:
        session = await _call(served, "session.login_with_password", "root", PASSWORD)
        error = await _call(served, "VM.migrate_send", session)
        assert error == ["MESSAGE_METHOD_UNKNOWN", "VM.migrate_send"]
