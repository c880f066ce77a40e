"""The server's word on a placement wins over our prediction."""

import logging
from dataclasses import replace

import pytest

from lifeguard.commands.confirming import confirm_evacuation, confirm_hosts
from lifeguard.commands.jobs import JobBoard
from lifeguard.commands.maintenance import plan_for
from lifeguard.commands.perform import perform
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Item
from lifeguard.rules.evacuation import Plan
from lifeguard.rules.verdict import Verdict
from lifeguard.xapi.failures import ApiFailure, LostConnection
from lifeguard.xapi.permissions import Permissions
from tests.support.asking import Script
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


async def evacuated(pool: RecordingPool) -> Plan:
    selection = pool.select("h1")
    item = selection.items[0]
    return await confirm_evacuation(selection, item, plan_for(selection, item))


async def test_the_server_says_which_vms_keep_a_host_from_being_emptied(caplog: pytest.LogCaptureFixture) -> None:
    pool = live_pool()
    pool.builder.vm("stays", on="h1", allowed_operations=[])
    pool.answers["host.get_vms_which_prevent_evacuation"] = {ref("a"): ["VM_REQUIRES_SR", ref("a"), ref("sr")]}
    with caplog.at_level(logging.INFO):
        plan = await evacuated(pool)
    assert {vm: verdict.code for vm, verdict in plan.blockers.items()} == {ref("a"): "VM_REQUIRES_SR"}
    assert plan.moves == {ref("stays"): ""}
    assert "predicted yes, the server says VM_REQUIRES_SR" in caplog.text
    assert "the server says yes" in caplog.text


async def test_a_plan_that_nobody_can_be_asked_about_stands() -> None:
    pool = live_pool()
    pool.answers["host.get_vms_which_prevent_evacuation"] = LostConnection("pool.test", "gone")
    plan = await evacuated(pool)
    assert (plan.moves, plan.blockers) == ({ref("a"): ref("h2")}, {})
    pool.state = replace(pool.state, phase="assumed")
    pool.calls.clear()
    await evacuated(pool)
    assert pool.calls == []


async def test_what_the_server_says_becomes_the_form_and_what_is_chosen_there_is_done() -> None:
    pool, one = live_pool(), command("host.enter_maintenance")
    assert one is not None
    assert one.form is not None
    pool.answers["host.get_vms_which_prevent_evacuation"] = {ref("a"): ["VM_REQUIRES_SR", ref("a"), ref("sr")]}
    form = one.form(pool.select("h1"))
    assert form is not None
    assert form.refine is not None
    seen = await form.refine()
    assert [field.key for field in form.fields] == ["new_master"]
    assert [field.key for field in seen.fields] == [ref("a"), "new_master"]
    answers = {ref("a"): "shutdown", "new_master": ref("h2")}
    (job,) = (await perform(one, pool.select("h1"), JobBoard(), Script(answers=answers))).jobs
    await job.wait()
    assert "VM.hard_shutdown" in [call[0] for call in pool.calls]
    assert not any(call[2:3] == ("MAINTENANCE_MODE_EVACUATED_VMS_MIGRATED",) for call in pool.calls if "add" in call[0])


async def test_where_the_role_is_missing_no_host_is_asked_about() -> None:
    pool = live_pool()
    pool.permissions = Permissions(frozenset({"vm.start"}))
    assert await confirmed(pool, "a") == {}
    assert pool.calls == []
