"""Who may do what: a command beyond the role stays in the menu and names the role that it takes."""

import pytest

from lifeguard.commands.menus import context_menu
from lifeguard.commands.permission import FORBIDDEN, ROLES, judge_permission
from lifeguard.commands.registry import all_commands, command
from lifeguard.datamodel.calls import CALLS
from lifeguard.xapi.permissions import Permissions
from tests.support.building import build_pool, ref
from tests.unit.commands.recording import RecordingPool

_KEYED = ("folder", "EMPTY_FOLDERS", "XenCenter.CustomFields.*")
_NEEDED = {
    "vm.start": "vm-operator", "vm.migrate": "vm-power-admin", "vm.snapshot": "vm-power-admin", "vm.copy": "vm-admin",
    "vm.delete": "vm-admin", "vm.insert_cd": "vm-operator", "vm.appliance": "pool-operator",
    "object.tags": "vm-operator", "object.rename": "vm-admin", "object.folder": "vm-operator",
    "object.custom_field": "vm-operator",
}  # fmt: skip


def permissions_of(role: str) -> Permissions:
    """What a server tells a session of this role: calls by name, and single keys of maps for those below."""
    rank = ROLES.index(role)
    names = {
        name.lower()
        for name, call in CALLS.items()
        if call.weakest_role in ROLES and ROLES.index(call.weakest_role) <= rank
    }
    if rank >= ROLES.index("vm-operator"):
        maps = [name.lower() for name in CALLS if name.endswith("_other_config") and ".set_" not in name]
        names |= {f"{name}/key:{key.lower()}" for name in maps for key in _KEYED}
    return Permissions(frozenset(names))


def test_every_call_that_a_command_names_is_one_that_servers_have() -> None:
    named = {call.partition("/key:")[0] for one in all_commands() for call in one.calls}
    assert sorted(call for call in named if call not in CALLS and not call.startswith("*.")) == []


@pytest.mark.parametrize("role", ROLES)
def test_a_command_is_forbidden_below_its_role_and_open_from_there_on(role: str) -> None:
    source = RecordingPool(build_pool().host("h1").host("h2").vm("web"))
    source.permissions = permissions_of(role)
    for name, needed in _NEEDED.items():
        one = command(name)
        assert one is not None
        verdict = judge_permission(one, source, source.select("web"))
        if ROLES.index(role) < ROLES.index(needed):
            assert verdict is not None, name
            assert (verdict.code, verdict.params[1]) == (FORBIDDEN, needed), name
            assert f"it takes: {needed}" in (verdict.refusal or "")
        else:
            assert verdict is None, name


def test_the_menu_of_a_reader_is_as_long_as_everybodys() -> None:
    source = RecordingPool(build_pool().host("h1").vm("web", on="h1"))
    everybody = [line and line.id for line in context_menu(source.select("web"))]
    source.permissions = permissions_of("read-only")
    assert [line and line.id for line in context_menu(source.select("web"))] == everybody
    assert ref("web") not in str([line and line.refusal for line in context_menu(source.select("web"))])
