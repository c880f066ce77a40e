"""Start diagnosis: for which VMs, after which failures, and what the servers say to the list of hosts."""

from lifeguard.commands.confirming import confirm_hosts
from lifeguard.commands.jobs import JobBoard
from lifeguard.commands.perform import perform
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Item
from lifeguard.commands.vm_diagnosis import DIAGNOSE, explained, way_on
from lifeguard.rules.verdict import Verdict
from lifeguard.xapi.failures import ApiFailure
from tests.support.asking import Script
from tests.support.building import build_pool, ref
from tests.unit.commands.recording import RecordingPool


def pool() -> RecordingPool:
    builder = build_pool().host("h1").host("h2", enabled=False).sr("nfs", "h1").vm("on", on="h1")
    builder.vm("off", srs=("nfs",), allowed_operations=["start", "start_on"])
    return RecordingPool(builder.vm("sleeps", power_state="Suspended"), "live")


def test_it_is_for_vms_that_do_not_run() -> None:
    source = pool()
    assert [DIAGNOSE.sum_up(source.select(name)).code for name in ("off", "sleeps", "on")] == [
        None, None, "VM_BAD_POWER_STATE",
    ]  # fmt: skip
    assert way_on(source.select("off")) is command("vm.start_on")
    assert way_on(source.select("sleeps")) is command("vm.resume_on")


async def test_a_start_that_failed_for_want_of_a_host_leads_to_it_and_others_do_not() -> None:
    source, board, one = pool(), JobBoard(), command("vm.start")
    assert one is not None
    source.answers["VM.start"] = ApiFailure("NO_HOSTS_AVAILABLE")
    (failed,) = (await perform(one, source.select("off"), board, Script())).jobs
    await failed.wait()
    found = explained(failed, [source])
    assert found is not None
    assert [item.ref for item in found.items] == [ref("off")]
    source.answers["VM.start"] = ApiFailure("VM_IS_PROTECTED", (ref("off"),))
    (other,) = (await perform(one, source.select("off"), board, Script())).jobs
    await other.wait()
    assert explained(other, [source]) is None
    assert explained(failed, []) is None


async def test_what_was_refused_before_it_began_leads_to_it_and_cannot_be_tried_again_in_vain() -> None:
    source, board = pool(), JobBoard()
    selection = source.select("off")
    words = selection.rules(source).words
    refused = board.refuse("Start", Verdict("NO_HOSTS_AVAILABLE", (), words, ref("off")), words)
    assert explained(refused, [source]) is not None
    assert not refused.can_retry


async def test_the_server_is_asked_about_every_host_and_wins() -> None:
    source = pool()
    source.answers["VM.assert_can_boot_here"] = ApiFailure("VM_REQUIRES_SR", (ref("off"), ref("nfs")))
    told: dict[str, str] = {}
    hosts = tuple(Item(source, ref(name)) for name in ("h1", "h2"))
    selection = source.select("off")
    await confirm_hosts(way_on(selection), selection, hosts, lambda host, verdict: told.update({host.ref: verdict.key}))
    assert told == dict.fromkeys((ref("h1"), ref("h2")), "VM_REQUIRES_SR")
    assert len(source.calls) == 2
