"""Moving a VM with its disks: what is proposed, what is refused before asking, what is sent."""

from lifeguard.commands.jobs import JobBoard
from lifeguard.commands.migrating import begin
from lifeguard.commands.migration import judge_plan, propose
from lifeguard.commands.perform import perform
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Item, Selection
from lifeguard.rules.words import Words
from tests.support.asking import Script
from tests.support.building import PoolBuilder, build_pool, ref
from tests.support.waiting import until
from tests.unit.commands.recording import RecordingPool


def here() -> PoolBuilder:
    pool = build_pool().host("h1").host("h2").sr("local1", "h1").sr("local2", "h2").sr("nfs", "h1", "h2")
    return pool.network("lan", "h1", "h2").vm("web", on="h1", srs=("local1", "nfs"), networks=("lan",))


def there() -> RecordingPool:
    pool = build_pool().host("far").sr("big", "far", physical_size=100).sr("small", "far", physical_size=1)
    pool.network("mgmt", "far").network("lan-there", "far").change("network", "lan-there", name_label="lan")
    return RecordingPool(pool.change("PIF", "mgmt-far", management=True), "live", "far away")


def verdict(plan: object, source: RecordingPool) -> str | None:
    return judge_plan(plan, Words(source.inventory)).code  # type: ignore[arg-type]


def test_within_a_pool_only_disks_out_of_reach_move_and_interfaces_stay() -> None:
    source = RecordingPool(here().pool(default_SR=ref("nfs")))
    plan = propose(Item(source, ref("web")), Item(source, ref("h2")))
    assert plan.vdis == {ref("web-local1"): ref("nfs"), ref("web-nfs"): ref("nfs")}
    assert plan.vifs == {}
    assert (plan.crosses_pools, plan.is_live) == (False, True)
    assert verdict(plan, source) is None


def test_to_another_pool_networks_go_by_name_and_disks_to_where_there_is_room() -> None:
    source, target = RecordingPool(here()), there()
    plan = propose(Item(source, ref("web")), Item(target, ref("far")))
    assert set(plan.vdis.values()) == {ref("big")}
    assert plan.vifs == {ref("web-lan"): ref("lan-there")}
    assert plan.network == ref("mgmt")


def test_what_can_be_told_without_asking_is_told() -> None:
    source, target = RecordingPool(here()), there()
    plan = propose(Item(source, ref("web")), Item(target, ref("far")))
    assert verdict(plan, source) is None
    source.builder.change("VDI", "web-nfs", cbt_enabled=True)
    assert verdict(plan, source) == "VDI_CBT_ENABLED"
    source.builder.change("VDI", "web-nfs", cbt_enabled=False)
    target.builder.change("SM", "nfs", type="nfs", capabilities=["VDI_CREATE"])
    assert verdict(plan, source) == "SR_DOES_NOT_SUPPORT_MIGRATION"
    target.builder.change("SM", "nfs", type="nfs", features={"VDI_SNAPSHOT": 1, "VDI_MIRROR": 1})
    for name in ("s1", "s2"):
        source.builder.vm(name, is_a_snapshot=True, is_a_template=True, snapshot_of=ref("web"))
    assert verdict(plan, source) == "VM_HAS_TOO_MANY_SNAPSHOTS"
    source.builder.change("VM", "s1", power_state="Suspended")
    assert verdict(plan, source) == "VM_HAS_CHECKPOINT"


async def test_the_destination_is_asked_for_its_side_and_the_source_for_the_move() -> None:
    source, target, one = RecordingPool(here(), "assumed"), there(), command("vm.migrate_with_storage")
    target.answers["host.migrate_receive"] = {"host": ref("far")}
    assert one is not None
    selection = Selection((Item(source, ref("web")),), Item(target, ref("far")))
    ask = Script()
    outcome = await perform(one, selection, JobBoard(), ask)
    await until(lambda: outcome.jobs[0].is_over)
    assert ask.prompts[0].detail == "Disks go to big."
    assert target.calls == [("host.migrate_receive", ref("far"), ref("mgmt"), {})]
    method, vm, destination, live, vdis, vifs, options = source.calls[0]
    assert (method, vm, destination, live) == ("VM.migrate_send", ref("web"), {"host": ref("far")}, True)
    assert (len(vdis), len(vifs), options) == (2, 1, {})


def test_a_drop_on_another_pool_is_no_plain_migration() -> None:
    source, target, one = RecordingPool(here()), there(), command("vm.migrate")
    assert one is not None
    answer = one.judge(Selection((Item(source, ref("web")),), Item(target, ref("far"))))[0]
    assert (answer.code, answer.allowed) == (None, False)


def _at(builder: PoolBuilder, **positions: str) -> PoolBuilder:
    """Say at which position each disk of `web` is."""
    for sr, position in positions.items():
        builder.change("VBD", f"web-{sr}-vbd", userdevice=position)
    return builder


async def test_a_planned_move_is_taken_back_with_each_disk_to_where_it_was() -> None:
    source, board = RecordingPool(_at(here().pool(default_SR=ref("nfs")), local1="0", nfs="1")), JobBoard()
    source.answers["host.migrate_receive"] = {}
    job = begin(propose(Item(source, ref("web")), Item(source, ref("h2"))), board)
    await job.wait()
    assert (job.can_undo, job.work.undo_title) == (True, "Move back")
    source.builder.change("VM", "web", resident_on=ref("h2")).change("VDI", "web-local1", SR=ref("nfs"))
    source.calls.clear()
    job.undo()
    await until(lambda: len(board.jobs) == 2 and board.jobs[1].is_over)
    assert board.jobs[1].title == "Migrate web to h1"
    assert source.calls[0][:2] == ("host.migrate_receive", ref("h1"))
    assert source.calls[1][4] == {ref("web-local1"): ref("local1"), ref("web-nfs"): ref("nfs")}
    await board.close()


async def test_a_vm_comes_back_from_another_pool_under_the_name_it_has_there() -> None:
    source, target, board = RecordingPool(_at(here(), local1="0", nfs="1")), there(), JobBoard()
    target.answers["host.migrate_receive"] = source.answers["host.migrate_receive"] = {}
    source.answers["VM.migrate_send"] = ref("web")
    plan = propose(Item(source, ref("web")), Item(target, ref("far")))
    job = begin(plan, board)
    await job.wait()
    target.builder.vm("web", on="far", srs=("big", "small"), networks=("lan-there",))
    _at(target.builder, small="0", big="1")
    job.undo()
    await until(lambda: len(board.jobs) == 2 and board.jobs[1].is_over)
    method, vm, _, _, vdis, vifs, _ = target.calls[-1]
    assert (method, vm) == ("VM.migrate_send", ref("web"))
    assert vdis == {ref("web-small"): ref("local1"), ref("web-big"): ref("nfs")}
    assert vifs == {ref("web-lan-there"): ref("lan")}
    await board.close()


async def test_a_way_back_that_is_closed_by_now_says_why_and_a_copy_has_none() -> None:
    source, board = RecordingPool(_at(here(), local1="0", nfs="1")), JobBoard()
    source.answers["host.migrate_receive"] = {}
    job = begin(propose(Item(source, ref("web")), Item(source, ref("h2"))), board)
    await job.wait()
    source.builder.change("host", "h1", enabled=False)
    job.undo()
    refused = board.jobs[1].error
    assert refused is not None
    assert refused.code == "HOST_DISABLED"
    copy = begin(propose(Item(source, ref("web")), Item(source, ref("h2")), copy=True), board)
    await copy.wait()
    assert not copy.can_undo
    await board.close()
