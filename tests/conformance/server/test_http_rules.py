"""HTTP as a XenServer speaks it: what it demands of requests, and its pages for what it refuses."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import ssl
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from tests.support.simulated import PASSWORD, Simulated, simulated


@pytest.fixture
async def served() -> AsyncIterator[Simulated]:
    async with simulated(hosts=2, vms=2) as served:
        yield served


async def _raw(url: str, request: bytes) -> tuple[str, dict[str, str], bytes]:
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        return lines[0], headers, await reader.readexactly(int(headers["content-length"]))
    finally:
        writer.close()


def _call(method: str, *params: object, path: str = "/jsonrpc", more: str = "") -> bytes:
    body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": 1})
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{more}\r\n{body}".encode()


async def _login(served: Simulated) -> str:
    _, _, body = await _raw(served.server.master_url, _call("session.login_with_password", "root", PASSWORD))
    return str(json.loads(body)["result"])


async def test_a_connection_is_kept_for_the_next_request(served: Simulated) -> None:
    address = urlsplit(served.server.master_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    for _ in range(3):
        writer.write(_call("system.isAlive"))
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"connection:keep-alive" in head
        await reader.readexactly(int(re.search(rb"content-length: (\d+)", head)[1]))  # type: ignore[index]
    writer.close()


async def test_after_an_error_the_connection_is_closed(served: Simulated) -> None:
    status, headers, body = await _raw(served.server.master_url, b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
    assert status == "HTTP/1.1 403 Forbidden"
    assert headers["connection"] == "close"
    assert b"<h1>HTTP 403 forbidden</h1>" in body


@pytest.mark.parametrize("more", ["", "Transfer-Encoding: chunked\r\n"])
async def test_a_call_without_a_length_is_an_internal_error(served: Simulated, more: str) -> None:
    status, _, body = await _raw(served.server.master_url, f"POST / HTTP/1.1\r\nHost: x\r\n{more}\r\n".encode())
    assert status.startswith("HTTP/1.1 500")
    assert b"We require a content-length" in body


async def test_a_head_longer_than_a_kilobyte_is_refused(served: Simulated) -> None:
    request = f"POST / HTTP/1.1\r\nHost: x\r\nCookie: {'x' * 2000}\r\n\r\n".encode()
    status, _, _ = await _raw(served.server.master_url, request)
    assert status.startswith("HTTP/1.1 431")


async def test_a_body_longer_than_three_hundred_kilobytes_is_refused(served: Simulated) -> None:
    request = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n"
    status, _, _ = await _raw(served.server.master_url, request)
    assert status.startswith("HTTP/1.1 500")


async def test_any_other_path_takes_xml_rpc(served: Simulated) -> None:
    body = "<methodCall><methodName>system.isAlive</methodName><params/></methodCall>"
    request = f"POST /xmlrpc HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    status, headers, answer = await _raw(served.server.master_url, request)
    assert (status, headers["content-type"]) == ("HTTP/1.1 200 OK", "text/xml")
    assert b"Success" in answer


async def test_options_opens_the_door_to_scripts(served: Simulated) -> None:
    _, headers, _ = await _raw(served.server.master_url, b"OPTIONS /jsonrpc HTTP/1.1\r\nHost: x\r\n\r\n")
    assert headers["access-control-allow-origin"] == "*"


async def test_an_unknown_method_of_http_is_not_implemented(served: Simulated) -> None:
    status, _, _ = await _raw(served.server.master_url, b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert status.startswith("HTTP/1.1 501")


async def test_a_download_needs_a_session_or_credentials(served: Simulated) -> None:
    url = served.server.master_url
    status, headers, _ = await _raw(url, b"GET /pool/xmldbdump HTTP/1.1\r\nHost: x\r\n\r\n")
    assert status.startswith("HTTP/1.1 401")
    assert headers["www-authenticate"].startswith("Basic realm=")
    session = await _login(served)
    _, _, body = await _raw(url, f"GET /pool/xmldbdump?session_id={session} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert b"<database>" in body
    basic = base64.b64encode(f"root:{PASSWORD}".encode()).decode()
    before = len(served.db.rows("session"))
    request = f"GET /pool/xmldbdump HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {basic}\r\n\r\n"
    status, _, _ = await _raw(url, request.encode())
    assert status == "HTTP/1.1 200 OK"
    assert len(served.db.rows("session")) == before


async def test_a_download_settles_the_task_it_names(served: Simulated) -> None:
    session = await _login(served)
    _, _, body = await _raw(served.server.master_url, _call("task.create", session, "save", ""))
    task = json.loads(body)["result"]
    query = f"session_id={session}&task_id={task}"
    await _raw(served.server.master_url, f"GET /pool/xmldbdump?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert served.db.get("task", task, "status") == "success"


async def test_each_host_shows_a_certificate_of_its_own_and_can_change_it() -> None:
    async with simulated(hosts=2, vms=0, is_tls=True) as served:
        shown = {url: await _certificate(url) for url in served.server.urls.values()}
        assert len(set(shown.values())) == 2
        assert _recorded(served) == hashlib.sha256(shown[served.server.master_url]).hexdigest()
        await served.server.renew_certificate(served.pool.master_ref)
        assert _recorded(served) != hashlib.sha256(shown[served.server.master_url]).hexdigest()
        assert await _certificate(served.server.master_url) != shown[served.server.master_url]


def _recorded(served: Simulated) -> str:
    """The fingerprint that the coordinator's record tells."""
    refs = served.db.get("host", served.pool.master_ref, "certificates")
    rows = [served.db.row("Certificate", ref) for ref in refs]
    return next(str(row["fingerprint_sha256"]).replace(":", "").lower() for row in rows if row["type"] == "host")


async def _certificate(url: str) -> bytes:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    address = urlsplit(url)
    _, writer = await asyncio.open_connection(address.hostname, address.port, ssl=context)
    try:
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        return bytes(shown)
    finally:
        writer.close()
        await writer.wait_closed()
