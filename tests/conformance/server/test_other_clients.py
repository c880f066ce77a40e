"""Software written for real servers, unchanged: the PyPI client, and npm's where Node is there."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import XenAPI

from tests.support.npm_client import npm_client
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


@pytest.fixture(scope="module")
def modules() -> Path:
    """The folder of modules in which node finds the client."""
    return npm_client() / "node_modules"


async def test_the_npm_clients_cache_equals_the_database_after_a_thousand_changes(modules: Path) -> None:
    script = Path(__file__).with_name("watch.cjs")
    async with simulated(hosts=3, vms=10) as served:
        process = await asyncio.create_subprocess_exec(
            "node", str(script), served.server.master_url, "root", PASSWORD, str(modules),
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
        vm, target = await _as_client(served, _migrate_one)
        assert served.db.get("VM", vm, "resident_on") == target
        served.db.destroy("network", gone)
        process.stdin.write(b"tell\n")
        told = (await asyncio.wait_for(process.stdout.read(), 30)).decode().splitlines()
        await process.wait()
        told_rows = {tuple(json.loads(line)) for line in told}
        types = {row[0] for row in told_rows}
        assert types >= {"VM", "host", "network", "pool", "SR", "VDI", "VBD", "VIF", "PIF", "PBD", "VM_metrics"}
        assert told_rows - _volatile(told_rows) == _rows(served, types) - _volatile(_rows(served, types))


def _rows(served: Simulated, types: set[str]) -> set[tuple[Any, ...]]:
    shown = ("uuid", "name_label", "name_description", "power_state", "resident_on")
    return {
        (name, ref, *(row.get(field) for field in shown))
        for name in types
        for ref, row in served.db.rows(name).items()
    }


def _volatile(rows: set[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    """Tasks and messages come and go by themselves while the two are compared; roles are no rows."""
    return {row for row in rows if row[0] in ("task", "message", "role")}


async def test_debians_fence_agent_lists_and_power_cycles_a_vm() -> None:
    agent = shutil.which("fence_xenapi")
    if agent is None:
        pytest.skip("needs fence_xenapi, from Debian's package fence-agents")
    async with simulated(hosts=2, vms=4) as served:
        common = (agent, "-s", served.server.master_url, "-l", "root", "-p", PASSWORD)
        listed = await _output(*common, "-o", "list")
        running = [row for row in served.db.rows("VM").values() if row["power_state"] == "Running"]
        uuid = next(row["uuid"] for row in running if not row["is_control_domain"])
        assert uuid in listed
        for action, state in (("off", "Halted"), ("on", "Running"), ("reboot", "Running")):
            await _output(*common, "-o", action, "-n", uuid)
            assert served.db.get("VM", str(served.db.by_uuid("VM", uuid)), "power_state") == state


async def _output(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    return output.decode()
