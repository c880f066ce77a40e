"""The server's word on a placement wins over our prediction."""

import logging

import pytest

from lifeguard.commands.confirming import confirm_hosts
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Item
from lifeguard.rules.verdict import Verdict
from lifeguard.xapi.failures import ApiFailure, LostConnection
from tests.support.building import build_pool, ref
from tests.unit.commands.recording import RecordingPool


def live_pool() -> RecordingPool:
    builder = build_pool().host("h1").host("h2").host("h3", enabled=False)
    builder.vm("a", on="h1", allowed_operations=["pool_migrate"]).vm("off")
    return RecordingPool(builder, "live")


async def confirmed(pool: RecordingPool, *names: str) -> dict[str, Verdict]:
    told: dict[str, Verdict] = {}
    one = command("vm.migrate")
    assert one is not None
    hosts = tuple(Item(pool, ref(name)) for name in ("h1", "h2", "h3"))
    await confirm_hosts(one, pool.select(*names), hosts, lambda host, verdict: told.update({host.ref: verdict}))
    return told


async def test_a_server_that_agrees_changes_nothing_and_is_not_asked_in_vain() -> None:
    pool = live_pool()
    pool.answers["VM.assert_can_boot_here"] = ApiFailure("HOST_DISABLED", (ref("h3"),))
    told = await confirmed(pool, "off")
    assert (told, pool.calls) == ({}, [])


async def test_a_server_that_differs_wins(caplog: pytest.LogCaptureFixture) -> None:
    pool = live_pool()
    pool.answers["VM.assert_can_boot_here"] = ApiFailure("VM_REQUIRES_SR", (ref("a"), ref("sr")))
    with caplog.at_level(logging.INFO):
        told = await confirmed(pool, "a")
    codes = {host: verdict.code for host, verdict in told.items()}
    assert codes == dict.fromkeys((ref("h2"), ref("h3")), "VM_REQUIRES_SR")
    assert "predicted yes, the server says VM_REQUIRES_SR" in caplog.text


async def test_a_refusal_of_ours_that_the_server_does_not_share_falls() -> None:
    told = await confirmed(live_pool(), "a")
    assert {host: verdict.allowed for host, verdict in told.items()} == {ref("h3"): True}


async def test_without_an_answer_the_prediction_stands() -> None:
    pool = live_pool()
    pool.answers["VM.assert_can_boot_here"] = LostConnection("pool.test", "gone")
    assert await confirmed(pool, "a") == {}
