"""Jobs: how far and how long, what would help, and what becomes of them when the window closes."""

from __future__ import annotations

import asyncio

import pytest

from lifeguard.clock import VirtualClock
from lifeguard.commands.jobs import ASKED, Job, JobBoard
from lifeguard.commands.perform import perform
from lifeguard.commands.registry import all_commands, command
from lifeguard.commands.selection import Item
from lifeguard.commands.work import Report, Work
from lifeguard.rules.words import Words
from lifeguard.xapi.failures import ApiFailure
from lifeguard.xapi.tasks import LET_GO
from tests.support.asking import Script
from tests.support.building import GIB, PoolBuilder, build_pool, ref
from tests.support.waiting import until
from tests.unit.commands.recording import RecordingPool


def builder() -> PoolBuilder:
    pool = build_pool().host("h1").host("h2").sr("nfs", "h1", "h2").sr("isos", "h1", type="iso", content_type="iso")
    pool.vm("web", on="h1", srs=("nfs",), VBDs=[ref("web-nfs-vbd"), ref("web-cd")])
    pool._put("VDI", "disc", SR=ref("isos"), name_label="disc.iso")
    pool._put("VBD", "web-cd", VM=ref("web"), VDI=ref("disc"), type="CD", empty=False, userdevice="3")
    return pool


async def failed_migration(pool: RecordingPool, failure: ApiFailure) -> Job:
    pool.answers["VM.pool_migrate"] = failure
    one, board = command("vm.migrate"), JobBoard()
    assert one is not None
    pool.builder.change("VBD", "web-cd", empty=True)
    outcome = await perform(one, pool.select("web", target="h2"), board, Script())
    pool.builder.change("VBD", "web-cd", empty=False)
    await outcome.jobs[0].wait()
    return outcome.jobs[0]


async def test_a_disc_in_the_drive_is_ejected_and_the_migration_tried_again() -> None:
    pool = RecordingPool(builder())
    job = await failed_migration(pool, ApiFailure("VM_REQUIRES_SR", (ref("web"), ref("isos"))))
    (remedy,) = job.remedies
    assert remedy.title == "Eject the disc of web and try again"
    del pool.answers["VM.pool_migrate"]
    again = job.apply(remedy)
    await again.wait()
    assert again.status == "done"
    assert [call[0] for call in pool.calls] == ["VM.pool_migrate", "VBD.eject", "VM.pool_migrate"]


async def test_no_disc_is_ejected_for_a_disk_that_cannot_be_reached() -> None:
    job = await failed_migration(RecordingPool(builder()), ApiFailure("VM_REQUIRES_SR", (ref("web"), ref("nfs"))))
    assert job.remedies == ()


@pytest.mark.parametrize(
    ("code", "title", "call"),
    [
        ("VDI_CBT_ENABLED", "Disable changed-block tracking and try again", ("VDI.disable_cbt", ref("web-nfs"))),
        ("HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN", "Tolerate 1 server failure instead of 2 and try again",
         ("pool.set_ha_host_failures_to_tolerate", ref("pool"), 1)),
        ("TOO_MANY_STORAGE_MIGRATES", "Wait 10 s and try again", None),
        ("HOST_OFFLINE", None, None),
    ],
)  # fmt: skip
async def test_each_obstacle_that_can_be_cleared_has_its_button(
    code: str, title: str | None, call: tuple[object, ...] | None
) -> None:
    pool = RecordingPool(builder().change("VDI", "web-nfs", cbt_enabled=True).pool(ha_host_failures_to_tolerate=2))
    job = await failed_migration(pool, ApiFailure(code, ()))
    assert [remedy.title for remedy in job.remedies] == ([title] if title else [])
    if call is not None:
        await job.remedies[0].run(job)
        assert pool.calls[-1] == call


async def test_time_left_and_rate_follow_the_pace_so_far() -> None:
    clock = VirtualClock()
    board, gate = JobBoard(clock), asyncio.Event()

    async def run(job: Report) -> None:
        await gate.wait()

    job = board.start(Work("carry", run, Words(build_pool().inventory), size_bytes=4 * GIB))
    await _runs(job)
    began_s = board.now_s
    assert (job.left_s(began_s), job.rate_bytes(began_s)) == (None, None)
    job.advance(0.25)
    assert job.left_s(began_s + 10) == pytest.approx(30)
    assert job.rate_bytes(began_s + 10) == pytest.approx(GIB / 10)
    await board.close()


async def _runs(job: Job) -> None:
    await until(lambda: job.status == "running")


async def test_closing_lets_go_of_what_the_servers_do_and_cancelling_does_not() -> None:
    told: list[tuple[object, ...]] = []

    async def run(job: Report) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as end:
            told.append(end.args)
            raise

    board = JobBoard()
    left, cancelled = (board.start(Work("carry", run, Words(build_pool().inventory))) for _ in range(2))
    await _runs(left)
    await _runs(cancelled)
    cancelled.cancel()
    await cancelled.wait()
    await board.close()
    assert told == [(ASKED,), (LET_GO,)]
    assert {left.status, cancelled.status} == {"cancelled"}


@pytest.mark.parametrize("is_left", [True, False])
async def test_a_host_that_is_being_emptied_is_left_to_it_at_the_end_and_restored_when_cancelled(is_left: bool) -> None:
    pool, one, board = RecordingPool(builder(), "live"), command("host.enter_maintenance"), JobBoard()
    assert one is not None
    pool.held.add("host.evacuate")
    (job,) = (await perform(one, pool.select("h1"), board, Script(answers={"new_master": ""}))).jobs
    await until(lambda: any(call[0] == "host.evacuate" for call in pool.calls))
    assert job.is_in_last_step
    if is_left:
        await board.close()
    else:
        job.cancel()
        await job.wait()
    assert (("host.enable", ref("h1")) in pool.calls) is not is_left


async def test_while_its_last_call_runs_a_job_would_go_on_without_us() -> None:
    pool, one, board = RecordingPool(builder()), command("vm.pause"), JobBoard()
    assert one is not None
    pool.gate.clear()
    job = (await perform(one, pool.select("web"), board, Script())).jobs[0]
    await until(lambda: bool(pool.calls))
    assert job.is_in_last_step
    pool.gate.set()
    await job.wait()
    assert not job.is_in_last_step


@pytest.mark.parametrize("one", all_commands(), ids=lambda one: one.id)
async def test_no_ref_reaches_a_person_through_a_job_or_a_question(one: object) -> None:
    """Every command on every object, its server failing with refs in every parameter."""
    chosen = command(getattr(one, "id", ""))
    assert chosen is not None
    pool = RecordingPool(builder().vm("off", srs=("nfs",)).vm("tpl", is_a_template=True).network("lan", "h1"), "live")
    pool.builder._put("VM_appliance", "app", name_label="app").vm("snap", is_a_snapshot=True, snapshot_of=ref("off"))
    failure = ApiFailure("VM_REQUIRES_SR", (ref("web"), ref("gone"), "OpaqueRef:NULL"))
    ask, board = Script(), JobBoard()
    pool.answers = dict.fromkeys([*chosen.calls, "host.disable", "VM.clone", "VM.clean_shutdown", "VBD.eject"], failure)
    for name in ("web", "off", "tpl", "snap", "h1", "h2", "pool", "nfs", "web-nfs", "lan", "app"):
        place = {"host": ref("h2"), "tag": "gold", "folder": "/f"}.get(chosen.target)
        target = Item(pool, place) if place is not None else None
        await perform(chosen, pool.select(name).with_target(target), board, ask)
    for job in board.jobs:
        await job.wait()
    shown = [text for job in board.jobs for text in (job.title, job.error.sentence if job.error else "")]
    shown += [str(one) for one in ask.prompts]
    shown += [f"{form.title} {form.detail} {form.left_out}" for form in ask.forms]
    shown += [getattr(field, "label", "") for form in ask.forms for field in form.fields]
    assert [text for text in shown if "OpaqueRef" in text] == []


async def test_a_tag_or_folder_that_something_is_dropped_on_is_called_by_its_name() -> None:
    pool, board = RecordingPool(builder()), JobBoard()
    for name, place, title in (("object.add_tag", "gold", "Tag web with gold"),
                               ("object.into_folder", "/a/b", "Move web into /a/b")):  # fmt: skip
        one = command(name)
        assert one is not None
        selection = pool.select("web").with_target(Item(pool, place, one.target))
        job = (await perform(one, selection, board, Script())).jobs[0]
        await job.wait()
        assert (job.title, job.status) == (title, "done")
