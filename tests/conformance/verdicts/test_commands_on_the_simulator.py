"""Commands through the real client on a simulated pool: what they ask for is what happens there."""

from lifeguard.commands.foreign import foreign_tasks
from lifeguard.commands.jobs import JobBoard
from lifeguard.commands.perform import perform
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Selection
from lifeguard.datamodel.records import Host, Vm
from lifeguard.link.link import Link
from lifeguard.rules.domain import is_real_vm
from tests.support.asking import Script
from tests.support.simulated import linked, live, simulated
from tests.support.waiting import until

_POWER = {
    "vm.suspend": "Suspended", "vm.resume": "Running", "vm.shutdown": "Halted", "vm.start": "Running",
    "vm.pause": "Paused", "vm.force_shutdown": "Halted",
}  # fmt: skip


def power_state(link: Link, ref: str) -> str:
    vm = link.inventory.get(Vm, ref)
    return vm.power_state if vm is not None else ""


def movable(link: Link) -> tuple[Vm, Host]:
    """Some running VM and a host that takes it."""
    one = command("vm.migrate")
    assert one is not None
    for vm in link.inventory.all(Vm):
        for host in link.inventory.all(Host):
            if is_real_vm(vm) and one.judge(Selection.of(link, [vm.ref], host.ref))[0].allowed:
                return vm, host
    raise AssertionError("nothing can move in this pool")


async def test_a_migration_moves_the_vm_at_the_server() -> None:
    async with simulated(hosts=3, vms=8) as served, linked(served.target()) as link:
        await live(link)
        vm, host = movable(link)
        board, one = JobBoard(), command("vm.migrate")
        assert one is not None
        outcome = await perform(one, Selection.of(link, [vm.ref], host.ref), board, Script())
        job = outcome.jobs[0]
        await until(lambda: job.is_over, 30)
        assert (job.status, job.error) == ("done", None)
        assert served.db.get("VM", vm.ref, "resident_on") == host.ref
        assert foreign_tasks(link) == ()
        await board.close()


async def test_a_cancelled_migration_leaves_the_vm_where_it_was() -> None:
    async with simulated(hosts=3, vms=8) as served, linked(served.target()) as link:
        await live(link)
        vm, host = movable(link)
        home, board, one = vm.resident_on, JobBoard(), command("vm.migrate")
        assert one is not None
        job = (await perform(one, Selection.of(link, [vm.ref], host.ref), board, Script())).jobs[0]
        await until(lambda: bool(served.db.get("VM", vm.ref, "current_operations")), 10)
        job.cancel()
        await until(lambda: job.is_over, 30)
        assert job.status == "cancelled"
        assert served.db.get("VM", vm.ref, "resident_on") == home
        await until(lambda: not served.db.get("VM", vm.ref, "current_operations"), 10)
        await board.close()


async def test_power_commands_do_what_they_say() -> None:
    async with simulated(hosts=2, vms=8) as served, linked(served.target()) as link:
        await live(link)
        board = JobBoard()
        for name, state in _POWER.items():
            one = command(name)
            assert one is not None
            able = [vm.ref for vm in link.inventory.all(Vm) if is_real_vm(vm)]
            able = [ref for ref in able if one.judge(Selection.of(link, [ref]))[0].allowed]
            outcome = await perform(one, Selection.of(link, able[:1]), board, Script())
            job = outcome.jobs[0]
            await until(lambda job=job: job.is_over, 30)
            assert (name, job.status, job.error) == (name, "done", None)
            assert served.db.get("VM", able[0], "power_state") == state
            await until(lambda ref=able[0], state=state: power_state(link, ref) == state)
        await board.close()
