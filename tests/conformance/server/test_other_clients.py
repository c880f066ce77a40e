"""Software written for real servers, unchanged: the PyPI client, and npm's where Node is there."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import XenAPI

from tests.support.simulated import PASSWORD, Simulated, simulated


async def _as_client(served: Simulated, script: Callable[[Any], Any], host_ref: str | None = None) -> Any:
    url = served.server.urls[host_ref or served.pool.master_ref]

    def run() -> Any:
        session = XenAPI.Session(url, ignore_ssl=True)
        try:
            session.xenapi.login_with_password("root", PASSWORD, "1.0", "tests")
            return script(session.xenapi)
        finally:
            session("close")()

    return await asyncio.to_thread(run)


@pytest.mark.parametrize("is_tls", [False, True])
async def test_the_pypi_client_lists_hosts_and_vms(is_tls: bool) -> None:
    async with simulated(hosts=3, vms=5, is_tls=is_tls) as served:
        hosts, vms = await _as_client(served, _list_hosts_and_vms)
        assert {record["name_label"] for record in hosts.values()} == {
            row["name_label"] for row in served.db.rows("host").values()
        }
        assert set(vms) == set(served.db.rows("VM"))
        assert not served.db.rows("session")


async def test_the_pypi_client_is_sent_from_a_member_to_the_coordinator() -> None:
    async with simulated(hosts=2, vms=0) as served:
        with pytest.raises(XenAPI.Failure) as refused:
            await _as_client(served, lambda api: None, served.members()[0])
        address = served.db.get("host", served.pool.master_ref, "address")
        assert refused.value.details == ["HOST_IS_SLAVE", address]


async def test_the_pypi_client_migrates_a_vm() -> None:
    async with simulated(hosts=4, vms=6) as served:
        vm, target = await _as_client(served, _migrate_one)
        assert served.db.get("VM", vm, "resident_on") == target


def _list_hosts_and_vms(api: Any) -> tuple[Any, Any]:
    found = api.host.get_all_records(), api.VM.get_all_records()
    api.session.logout()
    return found


def _migrate_one(api: Any) -> tuple[str, str]:
    for vm, record in api.VM.get_all_records().items():
        if "pool_migrate" not in record["allowed_operations"]:
            continue
        for host in api.VM.get_possible_hosts(vm):
            if host != record["resident_on"]:
                api.VM.pool_migrate(vm, host, {"live": "true"})
                return vm, host
    raise AssertionError("nothing can be migrated")


async def test_the_npm_clients_cache_equals_the_database_after_a_thousand_changes() -> None:
    script, modules = Path(__file__).with_name("watch.cjs"), os.environ.get("LIFEGUARD_NODE_MODULES", "")
    node = shutil.which("node")
    if node is None or not Path(modules, "xen-api").is_dir():  # noqa: ASYNC240
        pytest.skip("needs node, and LIFEGUARD_NODE_MODULES naming a node_modules folder that holds xen-api")
    async with simulated(hosts=3, vms=10) as served:
        process = await asyncio.create_subprocess_exec(
            node, str(script), served.server.master_url, "root", PASSWORD, modules,
            stdout=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdin is not None
        assert await asyncio.wait_for(process.stdout.readline(), 30) == b"ready\n"
        vms = list(served.db.rows("VM"))
        for number in range(1000):
            served.db.set("VM", vms[number % len(vms)], "name_description", f"change {number}")
            if number % 50 == 0:
                await asyncio.sleep(0.01)
        gone = served.db.insert("network", {"name_label": "short-lived"})
        await asyncio.sleep(0.5)
        served.db.destroy("network", gone)
        process.stdin.write(b"tell\n")
        told = (await asyncio.wait_for(process.stdout.read(), 30)).decode().splitlines()
        await process.wait()
    expected = {f"VM {ref} {row['name_description']}" for ref, row in served.db.rows("VM").items()}
    expected |= {f"network {ref} {row['name_description']}" for ref, row in served.db.rows("network").items()}
    assert set(told) == expected
