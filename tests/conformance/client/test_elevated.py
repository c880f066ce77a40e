"""One job with another user's rights: it runs there, and nobody stays logged in."""

import pytest

from lifeguard.commands.jobs import JobBoard
from lifeguard.commands.perform import perform
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Item, Selection
from lifeguard.datamodel.records import Vm
from lifeguard.link.elevated import NotElevated, as_user
from lifeguard.link.gate import Credentials
from lifeguard.link.link import Link
from lifeguard.rules.domain import is_real_vm
from tests.support.asking import Script
from tests.support.simulated import PASSWORD, Simulated, linked, live, simulated

_USERS = {"read-only": "look", "vm-operator": "operate", "root": PASSWORD}


def running(link: Link) -> Vm:
    return next(vm for vm in link.inventory.all(Vm) if is_real_vm(vm) and vm.power_state == "Running")


def users_in(served: Simulated) -> list[str]:
    return [str(row["auth_user_name"]) for row in served.db.rows("session").values()]


async def test_what_the_own_role_forbids_another_user_does_in_a_session_of_its_own() -> None:
    async with simulated(passwords=_USERS) as served:
        async with linked(served.target(user="read-only", password="look")) as link:
            await live(link)
            vm, one = running(link), command("vm.pause")
            assert one is not None
            board, selection = JobBoard(), Selection.of(link, [vm.ref])
            outcome = await perform(one, selection, board, Script())
            assert [verdict.code for _, verdict in outcome.left_out] == ["RBAC_PERMISSION_DENIED"]
            async with as_user(link, Credentials("vm-operator", "operate")) as elevated:
                assert users_in(served).count("vm-operator") == 1
                outcome = await perform(one, Selection((Item(elevated, vm.ref),)), board, Script())
                await outcome.jobs[0].wait()
                assert (outcome.jobs[0].status, outcome.jobs[0].error) == ("done", None)
            assert served.db.get("VM", vm.ref, "power_state") == "Paused"
            assert "vm-operator" not in users_in(served)
            await board.close()


async def test_a_wrong_password_is_told_and_leaves_no_session() -> None:
    async with simulated(passwords=_USERS) as served, linked(served.target()) as link:
        await live(link)
        with pytest.raises(NotElevated, match="user name and password"):
            async with as_user(link, Credentials("vm-operator", "wrong")):
                pytest.fail("nobody may be let in")
        assert "vm-operator" not in users_in(served)
