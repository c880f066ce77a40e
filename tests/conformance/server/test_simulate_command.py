"""`lifeguard simulate` as a process: one line when ready, an end without noise."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xmlrpc.client import ServerProxy

import pytest

import lifeguard

_ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(lifeguard.__file__).parents[1])}


@asynccontextmanager
async def _simulate(*args: str, stdin: int | None = None) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "lifeguard", "simulate", *args,
        stdin=stdin, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=_ENVIRONMENT,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _ready(process: asyncio.subprocess.Process) -> Any:
    assert process.stdout is not None
    return json.loads(await asyncio.wait_for(process.stdout.readline(), 30))


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_says_in_one_line_where_its_hosts_are_and_ends_quietly(number: signal.Signals) -> None:
    async with _simulate("--hosts", "3", "--vms", "4") as process:
        ready = await _ready(process)
        assert list(ready) == ["master", "hosts", "user", "password"]
        assert len(ready["hosts"]) == 3
        assert ready["master"] in ready["hosts"].values()
        process.send_signal(number)
        output, errors = await asyncio.wait_for(process.communicate(), 10)
        assert (process.returncode, output, errors) == (0, b"", b"")


async def test_one_that_is_attached_ends_when_whoever_started_it_has_gone() -> None:
    async with _simulate("--hosts", "1", "--vms", "0", "--attached", stdin=asyncio.subprocess.PIPE) as process:
        await _ready(process)
        assert process.stdin is not None
        process.stdin.close()
        _, errors = await asyncio.wait_for(process.communicate(), 10)
        assert (process.returncode, errors) == (0, b"")


async def test_what_stands_beside_the_pool_is_told_after_the_four_keys_and_has_addresses_of_its_own() -> None:
    async with _simulate("--hosts", "2", "--vms", "2", "--beside", "standalone", "--beside", "pool:2") as process:
        ready = await _ready(process)
        assert list(ready) == ["master", "hosts", "user", "password", "beside"]
        assert [len(other["hosts"]) for other in ready["beside"]] == [1, 2]
        urls = [url for place in (ready, *ready["beside"]) for url in place["hosts"].values()]
        assert len(set(urls)) == 5


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address")
async def test_every_host_has_an_address_of_its_own_and_all_the_same_port() -> None:
    async with _simulate("--hosts", "3", "--vms", "0", "--tls") as process:
        urls = [urlsplit(url) for url in (await _ready(process))["hosts"].values()]
        assert len({url.hostname for url in urls}) == 3
        assert len({url.port for url in urls}) == 1
        assert {url.scheme for url in urls} == {"https"}


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (("--hosts", "0"), "host"),
        (("--database", "/nowhere/at/all.xml"), "nowhere"),
        (("--listen", "127.0.0.1:many"), "many"),
        (("--listen", "192.0.2.1"), "192.0.2.1"),
        (("--product", "3.14"), "3.14"),
        (("--beside", "castle"), "castle"),
        (("--hosts", "251"), "250"),
        (("--vms", "50001"), "50000"),
        (("--hosts", "1", "--ha"), "HA"),
        (("--database", "saved.xml", "--ha"), "--ha"),
    ],
)
async def test_what_cannot_be_done_is_said_in_one_sentence(args: tuple[str, ...], word: str) -> None:
    async with _simulate(*args) as process:
        output, errors = await asyncio.wait_for(process.communicate(), 30)
        assert (process.returncode, output) == (2, b"")
        assert word in errors.decode()
        assert errors.count(b"\n") == 1


async def test_a_made_up_pool_is_one_of_xcp_ng_and_protected_on_demand() -> None:
    async with _simulate("--hosts", "3", "--vms", "9", "--ha") as process:
        ready = await _ready(process)
        with ServerProxy(ready["master"]) as api:
            session = str((await _ask(api.session.login_with_password, ready["user"], ready["password"]))["Value"])
            pool = next(iter((await _ask(api.pool.get_all_records, session))["Value"].values()))
            host = (await _ask(api.host.get_record, session, pool["master"]))["Value"]
        assert pool["ha_enabled"] is True
        assert pool["ha_plan_exists_for"] == "1"
        assert host["software_version"]["product_brand"] == "XCP-ng"
        assert host["software_version"]["product_version"] == "8.3.0"
        assert "ssh_enabled" not in host


async def _ask(call: Callable[..., Any], *args: str) -> Any:
    return await asyncio.to_thread(call, *args)
