"""The connection, the source, the target or the master dies in the middle of a migration: the job ends with the truth,
the tree shows where the VM really is, and nothing is started twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from lifeguard.clock import PacedClock
from lifeguard.commands.jobs import Job, JobBoard
from lifeguard.commands.perform import perform
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Selection
from lifeguard.datamodel.records import Host, Pool, Vm
from lifeguard.link.link import Link
from lifeguard.rules.domain import is_real_vm
from lifeguard.tree.build import build_tree
from lifeguard.tree.node import Node
from lifeguard.tree.options import Options
from lifeguard.tree.views import VIEWS
from tests.support.asking import Script
from tests.support.proxy import Proxy
from tests.support.simulated import Simulated, linked, live, simulated
from tests.support.waiting import until

_PATIENCE_S = 40.0


@dataclass
class Scene:
    """A VM on its way from one member to another, seen by the job and by a spy in the database."""

    served: Simulated
    proxy: Proxy
    link: Link
    vm: Vm
    target: Host
    board: JobBoard
    tasks: set[str] = field(default_factory=set)

    async def spy(self) -> None:
        """Remember every migration that the server has ever begun."""
        while True:
            rows = self.served.db.rows("task").items()
            self.tasks |= {ref for ref, row in rows if row["name_label"].removeprefix("Async.") == "VM.pool_migrate"}
            await asyncio.sleep(0.005)

    def really_on(self) -> str:
        return str(self.served.db.get("VM", self.vm.ref, "resident_on"))


@asynccontextmanager
async def scene(*, is_ha_enabled: bool = False, leaves_master: bool = False) -> AsyncIterator[Scene]:
    """Under HA time passes quickly, for it waits a minute before it gives a host up."""
    clock = PacedClock(10.0 if is_ha_enabled else 2.0)
    async with simulated(hosts=4, vms=16, clock=clock, is_ha_enabled=is_ha_enabled) as served:
        proxy = Proxy(served.dialled(served.pool.master_ref))
        await proxy.start()
        served.via[served.pool.master_ref] = proxy.address
        try:
            async with linked(served.target()) as link:
                await live(link)
                vm, target = _movable(served, link, leaves_master)
                yield Scene(served, proxy, link, vm, target, JobBoard())
        finally:
            await proxy.close()


def _movable(served: Simulated, link: Link, leaves_master: bool) -> tuple[Vm, Host]:
    """A VM that HA protects, if anything is protected here, and a member it may go to."""
    one, master = command("vm.migrate"), served.pool.master_ref
    assert one is not None
    members = [host for host in link.inventory.all(Host) if host.ref != master]
    homes = {master} if leaves_master else {member.ref for member in members}
    vms = [vm for vm in link.inventory.all(Vm) if is_real_vm(vm) and vm.resident_on in homes]
    for vm in sorted(vms, key=lambda vm: not vm.ha_always_run):
        for host in members:
            if one.judge(Selection.of(link, [vm.ref], host.ref))[0].allowed:
                return vm, host
    raise AssertionError("nothing can move in this pool")


async def _cut(at: Scene) -> None:
    await at.proxy.cut_all()


async def _kill_source(at: Scene) -> None:
    await at.served.server.kill(at.vm.resident_on)


async def _kill_target(at: Scene) -> None:
    await at.served.server.kill(at.target.ref)


async def _kill_master(at: Scene) -> None:
    """Its address is the proxy's: that falls silent, and comes back a while later."""
    at.proxy.hold()
    await at.proxy.cut_all()
    await asyncio.sleep(2.0)
    at.proxy.heal()


Blow = Callable[[Scene], Awaitable[None]]


@pytest.mark.parametrize(
    ("blow", "status"),
    [(_cut, "done"), (_kill_source, "failed"), (_kill_target, "failed"), (_kill_master, "done")],
    ids=["connection", "source", "target", "master"],
)
async def test_whatever_dies_on_the_way_the_job_tells_the_truth_and_nothing_begins_twice(
    blow: Blow, status: str
) -> None:
    async with scene() as at, asyncio.TaskGroup() as group:
        spy = group.create_task(at.spy())
        one = command("vm.migrate")
        assert one is not None
        chosen = Selection.of(at.link, [at.vm.ref], at.target.ref)
        (job,) = (await perform(one, chosen, at.board, Script())).jobs
        await until(lambda: (job.progress_fraction or 0.0) > 0.2, _PATIENCE_S)
        await blow(at)
        await until(lambda: job.is_over, _PATIENCE_S)
        _tell_truth(at, job, status)
        await live(at.link, _PATIENCE_S)
        await until(lambda: _shown_on(at) == _truly_under(at), _PATIENCE_S)
        await asyncio.sleep(0.3)
        assert len(at.tasks) == 1
        spy.cancel()
        await at.board.close()


@pytest.mark.parametrize("leaves_master", [False, True], ids=["between members", "away from the master"])
async def test_when_the_master_dies_under_ha_the_job_and_the_tree_follow_the_one_that_takes_over(
    leaves_master: bool,
) -> None:
    async with scene(is_ha_enabled=True, leaves_master=leaves_master) as at, asyncio.TaskGroup() as group:
        spy = group.create_task(at.spy())
        one, old_master = command("vm.migrate"), at.served.pool.master_ref
        assert one is not None
        assert at.vm.ha_always_run
        started = _starts_of(at)
        chosen = Selection.of(at.link, [at.vm.ref], at.target.ref)
        (job,) = (await perform(one, chosen, at.board, Script())).jobs
        await until(lambda: (job.progress_fraction or 0.0) > 0.2, _PATIENCE_S)
        await at.served.server.kill(old_master)
        await at.proxy.cut_all()
        at.proxy.refuses = True
        await until(lambda: at.served.pool.master_ref != old_master, _PATIENCE_S)
        await until(lambda: job.is_over, _PATIENCE_S)
        _tell_truth(at, job, "failed")
        await live(at.link, _PATIENCE_S)
        (pool,) = at.link.inventory.all(Pool)
        assert pool.master == at.served.pool.master_ref
        await until(lambda: at.served.db.get("VM", at.vm.ref, "power_state") == "Running", _PATIENCE_S)
        await until(lambda: _shown_on(at) == _truly_under(at), _PATIENCE_S)
        assert at.really_on() != old_master
        assert len(at.tasks) == 1
        assert _starts_of(at) - started == int(leaves_master)
        spy.cancel()
        await at.board.close()


async def test_once_the_whole_pool_is_back_a_migration_goes_through_again() -> None:
    async with scene(is_ha_enabled=True) as at:
        one, hosts = command("vm.migrate"), tuple(at.served.server.urls)
        assert one is not None
        for ref in hosts:
            await at.served.server.kill(ref)
        await until(lambda: at.link.state.phase == "lost", _PATIENCE_S)
        await asyncio.sleep(1.0)  # long enough for the pool to notice that its hosts are gone
        for ref in hosts:
            await at.served.server.revive(ref)
        await live(at.link, _PATIENCE_S)
        chosen = Selection.of(at.link, [at.vm.ref], at.target.ref)
        (job,) = (await perform(one, chosen, at.board, Script())).jobs
        await until(lambda: job.is_over, _PATIENCE_S)
        _tell_truth(at, job, "done")
        await at.board.close()


def _starts_of(at: Scene) -> int:
    """How often the server has told that the VM was started."""
    rows = at.served.db.rows("message").values()
    return sum((row["name"], row["obj_uuid"]) == ("VM_STARTED", at.vm.uuid) for row in rows)


def _tell_truth(at: Scene, job: Job, status: str) -> None:
    assert job.status == status, job.error
    assert (job.status == "done") == (at.really_on() == at.target.ref)
    if job.error is not None:
        assert at.vm.name_label in job.error.sentence
        assert "OpaqueRef" not in job.error.sentence


def _truly_under(at: Scene) -> str | None:
    """The host below which a tree of what the database says would show the VM."""
    row = at.served.db.row("VM", at.vm.ref)
    if row["power_state"] != "Running":
        return None
    metrics = at.served.db.get("host", row["resident_on"], "metrics")
    return str(row["resident_on"]) if at.served.db.get("host_metrics", metrics, "live") else None


def _shown_on(at: Scene) -> str | None:
    """The host below which the tree shows the VM; None where it stands elsewhere or is hidden."""
    nodes = build_tree({"pool": at.link.inventory}, VIEWS["infrastructure"](Options()))
    found = (_host_above(node, at.vm.ref, None) for node in nodes)
    return next((one for one in found if one is not None), None)


def _host_above(node: Node, ref: str, host: str | None) -> str | None:
    above = node.ref if node.kind == "host" else host
    if node.ref == ref:
        return above
    found = (_host_above(child, ref, above) for child in node.children)
    return next((one for one in found if one is not None), None)
