"""From a selection to jobs: asking, judging again, acting on those that can, and telling about those that cannot."""

import pytest

from lifeguard.commands.command import OURS, Command
from lifeguard.commands.jobs import Job, JobBoard
from lifeguard.commands.perform import Outcome, perform
from lifeguard.commands.registry import all_commands, command
from lifeguard.commands.selection import Selection
from lifeguard.xapi.failures import ApiFailure
from lifeguard.xapi.permissions import Permissions
from tests.support.asking import Script
from tests.support.building import GIB, build_pool, ref
from tests.support.waiting import until
from tests.unit.commands.recording import RecordingPool


def pool_of_three() -> RecordingPool:
    builder = build_pool().host("h1").host("h2").sr("nfs", "h1", "h2")
    return RecordingPool(builder.vm("a", on="h1", srs=("nfs",)).vm("b", on="h1").vm("off", srs=("nfs",)))


async def run(name: str, selection: Selection, ask: Script | None = None, board: JobBoard | None = None) -> Outcome:
    one = command(name)
    assert one is not None
    outcome = await perform(one, selection, board or JobBoard(), ask or Script())
    for job in outcome.jobs:
        await job.wait()
    return outcome


async def test_a_migration_asks_once_and_calls_the_server_once_per_vm() -> None:
    pool, ask = pool_of_three(), Script()
    outcome = await run("vm.migrate", pool.select("a", "b", target="h2"), ask)
    assert [prompt.title for prompt in ask.prompts] == ["Migrate 2 VMs to h2?"]
    assert ask.prompts[0].verb == "Migrate 2 VMs"
    assert "GiB of memory free" in ask.prompts[0].detail
    assert pool.calls == [("VM.pool_migrate", ref(vm), ref("h2"), {"live": "true"}) for vm in "ab"]
    assert [job.title for job in outcome.jobs] == ["Migrate a to h2", "Migrate b to h2"]
    assert {job.status for job in outcome.jobs} == {"done"}
    assert pool.labels[0] == {"applies_to": ref("a"), "XenCenterMeddlingActionTitle": "Migrate a to h2", OURS: "job"}


async def test_those_that_cannot_are_listed_with_their_reasons_and_left_alone() -> None:
    pool, ask = pool_of_three(), Script()
    outcome = await run("vm.migrate", pool.select("a", "off", target="h2"), ask)
    assert ask.prompts[0].left_out == (("off", "It is halted, this needs it running"),)
    assert [verdict.code for _, verdict in outcome.left_out] == ["VM_BAD_POWER_STATE"]
    assert [call[1] for call in pool.calls] == [ref("a")]


async def test_a_command_without_a_question_still_asks_when_some_are_left_out() -> None:
    pool, ask = pool_of_three(), Script(agrees=False)
    outcome = await run("vm.pause", pool.select("a", "off"), ask)
    assert [prompt.title for prompt in ask.prompts] == ["Pause: 1 of 2"]
    assert (outcome.jobs, pool.calls) == ((), [])


async def test_nobody_able_means_nobody_asked() -> None:
    pool, ask = pool_of_three(), Script()
    outcome = await run("vm.start", pool.select("a", "b"), ask)
    assert (ask.prompts, outcome.jobs, pool.calls) == ([], (), [])
    assert len(outcome.left_out) == 2


async def test_what_changed_while_the_question_stood_is_judged_again() -> None:
    pool = pool_of_three()

    class Slow(Script):
        async def confirm(self, prompt: object) -> bool:
            pool.builder.change("VM", "a", power_state="Halted", resident_on="OpaqueRef:NULL")
            return True

    outcome = await run("vm.shutdown", pool.select("a", "b"), Slow())
    assert [call[1] for call in pool.calls] == [ref("b")]
    assert [verdict.code for _, verdict in outcome.left_out] == ["VM_BAD_POWER_STATE"]
    assert outcome.turned == outcome.left_out


async def test_a_failure_ends_in_words_with_the_raw_error_beside_them() -> None:
    pool = pool_of_three()
    pool.answers["VM.pool_migrate"] = ApiFailure("HOST_NOT_ENOUGH_FREE_MEMORY", (str(8 * GIB), str(3 * GIB)))
    outcome = await run("vm.migrate", pool.select("a", target="h2"))
    error = outcome.jobs[0].error
    assert error is not None
    assert error.sentence.startswith("a was not migrated: h2 has 3.0 GiB of memory free, 8.0 GiB needed.")
    assert error.raw == f"HOST_NOT_ENOUGH_FREE_MEMORY {8 * GIB} {3 * GIB}"
    assert (outcome.jobs[0].status, outcome.jobs[0].can_retry) == ("failed", True)


async def test_a_defect_in_a_command_ends_in_its_row_and_in_the_log(expected_log: object) -> None:
    assert callable(expected_log)
    expected_log("failed")
    pool = pool_of_three()
    pool.answers["VM.pause"] = RuntimeError("oops")
    outcome = await run("vm.pause", pool.select("a"))
    assert outcome.jobs[0].error is not None
    assert outcome.jobs[0].error.sentence == "a was not paused: oops"


async def test_migrations_between_two_hosts_queue_and_a_waiting_one_can_be_cancelled() -> None:
    pool, board = pool_of_three(), JobBoard()
    pool.gate.clear()
    one = command("vm.migrate")
    assert one is not None
    outcome = await perform(one, pool.select("a", "b", target="h2"), board, Script())
    first, second = outcome.jobs
    await until(lambda: first.status == "running")
    assert (second.status, board.ahead_of(second), board.ahead_of(first)) == ("waiting", 1, 0)
    second.cancel()
    await until(lambda: second.is_over)
    pool.gate.set()
    await until(lambda: first.is_over)
    assert (first.status, second.status, len(pool.calls)) == ("done", "cancelled", 1)
    again = second.retry()
    assert again is not None
    await until(lambda: again.is_over)
    assert again.status == "done"
    await board.close()


async def test_closing_the_board_ends_what_still_runs() -> None:
    pool, board = pool_of_three(), JobBoard()
    pool.gate.clear()
    one = command("vm.pause")
    assert one is not None
    outcome = await perform(one, pool.select("a"), board, Script())
    await until(lambda: bool(pool.calls))
    await board.close()
    assert outcome.jobs[0].status == "cancelled"


async def test_a_migration_can_be_taken_back_once_and_a_refused_way_back_says_why() -> None:
    pool, board = pool_of_three(), JobBoard()
    outcome = await run("vm.migrate", pool.select("a", target="h2"), board=board)
    pool.builder.change("VM", "a", resident_on=ref("h2"))
    job = outcome.jobs[0]
    assert job.can_undo
    job.undo()
    await until(lambda: len(board.jobs) == 2 and board.jobs[1].is_over)
    assert pool.calls[-1] == ("VM.pool_migrate", ref("a"), ref("h1"), {"live": "true"})
    assert not job.can_undo
    pool.builder.change("VM", "a", resident_on=ref("h1"))
    again = (await run("vm.migrate", pool.select("a", target="h2"), board=board)).jobs[0]
    pool.builder.change("VM", "a", resident_on=ref("h2")).change("host", "h1", enabled=False)
    again.undo()
    await until(lambda: len(board.jobs) == 4)
    refused: Job = board.jobs[3]
    assert refused.error is not None
    assert refused.error.code == "HOST_DISABLED"


async def test_where_the_means_are_gone_a_retry_and_an_undo_begin_anew_with_all_questions() -> None:
    pool, one, begun = pool_of_three(), command("vm.migrate"), list[tuple[str, str]]()
    assert one is not None

    def anew(again: Command, selection: Selection) -> None:
        begun.append((again.id, selection.target.ref if selection.target is not None else ""))

    (done,) = (await perform(one, pool.select("a", target="h2"), JobBoard(), Script(), anew)).jobs
    await done.wait()
    done.undo()
    pool.answers["VM.pool_migrate"] = ApiFailure("VM_REQUIRES_SR", (ref("a"), ref("nfs")))
    (failed,) = (await perform(one, pool.select("a", target="h2"), JobBoard(), Script(), anew)).jobs
    await failed.wait()
    assert (failed.can_retry, failed.remedies) == (True, ())
    calls = len(pool.calls)
    assert failed.retry() is None
    assert begun == [("vm.move_back", ref("h1")), ("vm.migrate", ref("h2"))]
    assert len(pool.calls) == calls


async def test_a_question_names_its_object_where_it_reads_well_and_its_button_the_act() -> None:
    one, pool = command("host.restart_toolstack"), pool_of_three()
    assert one is not None
    assert one.prompt is not None
    prompt = one.prompt(pool.select("h1"))
    assert prompt is not None
    assert (prompt.title, prompt.verb) == ("Restart the toolstack of h1?", "Restart toolstack")


async def test_a_form_called_off_does_nothing() -> None:
    pool = pool_of_three()
    outcome = await run("vm.snapshot", pool.select("a"), Script(answers=None))
    assert (outcome.jobs, pool.calls) == ((), [])


async def test_deleting_takes_the_chosen_disks_along() -> None:
    pool, ask = pool_of_three(), Script(answers={f"disk:{ref('off-nfs')}": True})
    await run("vm.delete", pool.select("off"), ask)
    assert ask.forms[0].danger
    assert pool.calls == [("VM.destroy", ref("off")), ("VDI.destroy", ref("off-nfs"))]


async def test_recovery_puts_the_boot_settings_back_whatever_happens() -> None:
    pool = pool_of_three()
    pool.answers["VM.start"] = ApiFailure("NO_HOSTS_AVAILABLE")
    await run("vm.start_recovery", pool.select("off"))
    assert [call[0].removeprefix("VM.") for call in pool.calls] == [
        "set_HVM_boot_policy", "set_HVM_boot_params", "start", "set_HVM_boot_policy", "set_HVM_boot_params",
    ]  # fmt: skip


async def test_tags_that_only_some_have_stay_with_them() -> None:
    pool = pool_of_three()
    pool.builder.change("VM", "a", tags=["shared", "mine"]).change("VM", "b", tags=["shared"])
    await run("object.tags", pool.select("a", "b"), Script(answers={"tags": "new"}))
    assert sorted(pool.calls) == sorted(
        (f"VM.{call}_tags", ref(vm), tag) for vm in "ab" for call, tag in (("add", "new"), ("remove", "shared"))
    )


async def test_maintenance_mode_moves_remembers_and_brings_back() -> None:
    pool = pool_of_three()
    await run("host.enter_maintenance", pool.select("h1"), Script())
    methods = [call[0] for call in pool.calls]
    assert methods[0] == "host.disable"
    assert methods[-2:] == ["host.evacuate", "pool.designate_new_master"]
    assert ("host.add_to_other_config", ref("h1"), "MAINTENANCE_MODE", "true") in pool.calls


async def test_a_host_that_cannot_be_emptied_takes_vms_again() -> None:
    pool = RecordingPool(build_pool().host("h1").host("h2").vm("a", on="h1"), "live")
    pool.answers["host.evacuate"] = ApiFailure("CANNOT_EVACUATE_HOST", (f"VM_REQUIRES_SR,{ref('a')},{ref('gone')}",))
    outcome = await run("host.enter_maintenance", pool.select("h1"))
    assert outcome.jobs[0].status == "failed"
    assert pool.calls[-1] == ("host.enable", ref("h1"))
    assert ("host.remove_from_other_config", ref("h1"), "MAINTENANCE_MODE") in pool.calls[-6:]


async def test_one_vm_that_cannot_come_back_after_maintenance_keeps_no_other_away() -> None:
    builder = build_pool().host("h1").host("h2").vm("a", on="h2").vm("off")
    for name in ("a", "off"):
        builder.change("VM", name, uuid=name)
    listed = {"MAINTENANCE_MODE_EVACUATED_VMS_MIGRATED": "a", "MAINTENANCE_MODE_EVACUATED_VMS_HALTED": "off"}
    builder.change("host", "h1", enabled=False, other_config=listed)
    pool = RecordingPool(builder, "live")
    pool.answers["VM.pool_migrate"] = ApiFailure("HOST_NOT_ENOUGH_FREE_MEMORY", (str(4 * GIB), str(GIB)))
    outcome = await run("host.exit_maintenance", pool.select("h1"))
    assert pool.calls[-1] == ("VM.start_on", ref("off"), ref("h1"), False, False)
    error = outcome.jobs[0].error
    assert error is not None
    assert error.sentence.startswith(
        "h1 was not fully brought back from maintenance mode: it takes VMs again, but 1 VM could not come back:\na: "
    )


@pytest.mark.parametrize("one", all_commands(), ids=lambda one: one.id)
def test_every_command_is_well_formed(one: object) -> None:
    from_registry = command(getattr(one, "id", ""))
    assert from_registry is not None
    assert from_registry is one
    assert from_registry.title
    assert from_registry.kinds or from_registry.opens
    assert from_registry.calls or from_registry.opens
    if from_registry.danger:
        assert from_registry.prompt or from_registry.form, "a dangerous command asks first"
    says = from_registry.phrase.format("web-01", target="h2")
    assert not says or "web-01" in says, "a job that does not say what it is about"
    assert bool(from_registry.target) >= ("{target}" in from_registry.phrase), "a target that it never has"


def test_a_role_that_does_not_suffice_is_told_which_would() -> None:
    pool = pool_of_three()
    pool.permissions = Permissions(frozenset({"vm.start", "vm.get_record"}))
    one = command("vm.migrate")
    assert one is not None
    verdict = one.judge(pool.select("a", target="h2"))[0]
    assert verdict.code == "RBAC_PERMISSION_DENIED"
    assert verdict.refusal is not None
    assert "vm-power-admin" in verdict.refusal


def test_another_user_is_no_help_where_the_object_itself_stands_in_the_way() -> None:
    pool = pool_of_three()
    pool.permissions = Permissions(frozenset({"vm.get_record"}))
    one = command("vm.shutdown")
    assert one is not None
    assert one.sum_up(pool.select("off")).code == "VM_BAD_POWER_STATE"
    assert [verdict.code for verdict in one.judge(pool.select("off", "a"))] == [
        "VM_BAD_POWER_STATE",
        "RBAC_PERMISSION_DENIED",
    ]
    assert one.sum_up(pool.select("off", "a")).code == "RBAC_PERMISSION_DENIED"


def test_the_role_is_asked_for_by_the_class_of_what_is_selected() -> None:
    pool = pool_of_three()
    pool.permissions = Permissions(frozenset({"vm.add_tags", "vm.remove_tags"}))
    one = command("object.tags")
    assert one is not None
    assert one.judge(pool.select("a"))[0].allowed
    assert one.judge(pool.select("h1"))[0].params == ("host.add_tags", "vm-operator")


def test_nothing_can_be_done_while_the_connection_is_lost() -> None:
    pool = RecordingPool(build_pool().host("h1").vm("a", on="h1"), "lost", "Paris")
    one = command("vm.pause")
    assert one is not None
    verdict = one.judge(pool.select("a"))[0]
    assert verdict.code is None
    assert verdict.refusal == "Paris is not connected now. It goes on as soon as the connection is back."
    leave = command("server.disconnect")
    assert leave is not None
    assert leave.sum_up(pool.select("h1")).allowed, "what asks nothing of the server may be done without it"


def test_commands_are_found_by_the_servers_call_too() -> None:
    assert command("VM.pool_migrate") is command("vm.migrate")
    assert command("Async.VM.clean_shutdown") is command("vm.shutdown")
    assert command("vm.nonsense") is None
