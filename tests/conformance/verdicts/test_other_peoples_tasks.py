"""What others do to the pool has its row on the board; our own work has one only, and leaving disturbs nobody."""

from lifeguard.commands.foreign import Onlooker
from lifeguard.commands.jobs import JobBoard
from lifeguard.commands.perform import perform
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Selection
from tests.conformance.verdicts.test_commands_on_the_simulator import movable
from tests.support.asking import Script
from tests.support.simulated import linked, live, simulated
from tests.support.waiting import until


async def test_a_migration_by_another_console_is_followed_to_its_end_and_may_be_cancelled() -> None:
    async with simulated(3, 8) as served, linked(served.target()) as link, linked(served.target()) as other:
        await live(link)
        await live(other)
        board = JobBoard()
        onlooker = Onlooker(link, link.changed, board)
        vm, host = movable(link)
        home = vm.resident_on
        await other.call("Async.VM.pool_migrate", vm.ref, host.ref, {"live": "true"})
        await until(lambda: bool(board.jobs), 10)
        (job,) = board.jobs
        assert job.title.startswith("Migrate")
        assert job.title.endswith("(another console)")
        assert "OpaqueRef" not in job.title
        assert board.at_stake == ()
        await until(lambda: (job.progress_fraction or 0) > 0.1, 20)
        job.cancel()
        await until(lambda: job.is_over, 20)
        await until(lambda: not served.db.get("VM", vm.ref, "current_operations"), 20)
        assert (job.status, served.db.get("VM", vm.ref, "resident_on")) == ("cancelled", home)
        await onlooker.close()
        await board.close()


async def test_our_own_work_has_one_row_and_leaving_lets_others_finish() -> None:
    async with simulated(3, 8) as served, linked(served.target()) as link, linked(served.target()) as other:
        await live(link)
        await live(other)
        board, one = JobBoard(), command("vm.migrate")
        onlooker = Onlooker(link, link.changed, board)
        vm, host = movable(link)
        assert one is not None
        outcome = await perform(one, Selection.of(link, [vm.ref], host.ref), board, Script())
        await outcome.jobs[0].wait()
        assert board.jobs == outcome.jobs
        await other.call("Async.VM.pool_migrate", vm.ref, vm.resident_on, {"live": "true"})
        await until(lambda: len(board.jobs) == 2, 10)
        await onlooker.close()
        await board.close()
        await until(lambda: served.db.get("VM", vm.ref, "resident_on") == vm.resident_on, 30)
