"""What a role may do: known before it is tried, decided by the server all the same, and both say the same."""

from __future__ import annotations

import pytest

from lifeguard.commands.permission import ROLES, is_permitted, sufficient_role
from lifeguard.commands.registry import all_commands
from lifeguard.commands.selection import Selection
from lifeguard.datamodel.calls import CALLS
from lifeguard.datamodel.records import Host, Vm
from lifeguard.link.link import Link
from lifeguard.rules.domain import is_real_vm
from lifeguard.xapi.failures import ApiFailure, PermissionDenied
from tests.support.simulated import linked, live, simulated

_USERS = {role: f"{role}'s own" for role in ROLES}
_NOTHING = "OpaqueRef:nothing"


def _methods() -> list[str]:
    """The calls of all commands that begin with a reference: asked of nothing, they can do no harm."""
    found = {
        method for command in all_commands() for method in command.calls if "*" not in method and "/" not in method
    }
    return sorted(name for name in found if name in CALLS and _is_harmless(name))


def _is_harmless(method: str) -> bool:
    parameters = CALLS[method].parameters
    return len(parameters) == 1 and parameters[0].type.kind == "ref"


async def _is_denied(link: Link, method: str) -> bool:
    try:
        await link.call(method, _NOTHING)
    except PermissionDenied as denied:
        return ROLES[-1] in denied.sufficient_roles
    except ApiFailure:
        return False  # it was let in, and found nothing there
    return False


@pytest.mark.parametrize("role", ROLES)
async def test_every_role_is_refused_exactly_what_was_foreseen(role: str) -> None:
    async with simulated(hosts=2, vms=2, passwords=_USERS) as sim:
        async with linked(sim.target(user=role, password=_USERS[role])) as link:
            await live(link)
            methods = _methods()
            foreseen = {method for method in methods if not is_permitted(method, link)}
            refused = {method for method in methods if await _is_denied(link, method)}
            assert refused == foreseen
            assert len(methods) > 25
            assert refused or role in ROLES[-2:]


@pytest.mark.parametrize("role", ["read-only", "vm-operator", "vm-admin"])
async def test_a_command_that_is_refused_names_a_role_that_may(role: str) -> None:
    async with simulated(hosts=2, vms=4, passwords=_USERS) as sim:
        async with linked(sim.target(user=role, password=_USERS[role])) as link:
            await live(link)
            vm = next(vm for vm in link.inventory.all(Vm) if is_real_vm(vm))
            host = next(iter(link.inventory.all(Host)))
            refused = 0
            for command in all_commands():
                for ref in (vm.ref, host.ref):
                    for verdict in command.judge(Selection.of(link, [ref])):
                        if verdict.code != "RBAC_PERMISSION_DENIED":
                            continue
                        refused += 1
                        method, needed = verdict.params
                        assert ROLES.index(needed) > ROLES.index(role)
                        assert verdict.refusal
                        assert needed in verdict.refusal or needed.replace("-", " ") in verdict.refusal.lower()
                        assert method == method.lower()
            assert refused > 5


def test_the_role_that_suffices_is_the_weakest_that_may_do_all_of_it() -> None:
    assert sufficient_role(["VM.start"]) == "vm-operator"
    assert sufficient_role(["VM.start", "VM.pool_migrate"]) == "vm-power-admin"
    assert sufficient_role(["VM.start", "host.disable"]) == "pool-operator"
