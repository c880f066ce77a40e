"""Who may call what, with how many parameters of which types, and which host takes it."""

from __future__ import annotations

import pytest

from lifeguard.sim.release import PRODUCTS
from tests.unit.sim.asking import Asked, Refused

NOBODY = "OpaqueRef:00000000-0000-0000-0000-000000000001"


async def _refusal(asked: Asked, method: str, *args: object, host: str | None = None) -> list[str]:
    with pytest.raises(Refused) as refused:
        await asked.call(method, *args, host=host)
    return refused.value.error


async def test_a_member_names_the_coordinators_recorded_address(asked: Asked) -> None:
    assert await _refusal(asked, "VM.get_all", host=asked.h2) == ["HOST_IS_SLAVE", "10.0.0.1"]


async def test_a_member_answers_a_local_login_itself(asked: Asked) -> None:
    local = await asked.bare("session.slave_local_login_with_password", "root", "pw", host=asked.h2)
    assert await asked.bare("host.is_in_emergency_mode", local, host=asked.h2) is False


async def test_an_ended_session_is_invalid(asked: Asked) -> None:
    await asked.call("session.logout")
    assert await _refusal(asked, "VM.get_all") == ["SESSION_INVALID", asked.session]


async def test_a_session_unused_for_a_day_is_invalid(asked: Asked) -> None:
    await asked.call("VM.get_all")
    await asked.clock.advance(24 * 3600 + 1)
    assert await _refusal(asked, "VM.get_all") == ["SESSION_INVALID", asked.session]


async def test_the_session_unused_longest_makes_room_for_one_too_many(asked: Asked) -> None:
    first = await asked.login("root", "1.0", "crowd")
    for _ in range(500):
        await asked.clock.advance(1)
        await asked.login("root", "1.0", "crowd")
    asked.session = first
    assert await _refusal(asked, "VM.get_all") == ["SESSION_INVALID", first]


async def test_an_unknown_method_of_an_unknown_session_is_about_the_session(asked: Asked) -> None:
    assert await _refusal(asked, "VM.frobnicate") == ["MESSAGE_METHOD_UNKNOWN", "VM.frobnicate"]
    asked.session = "nobody"
    assert await _refusal(asked, "VM.frobnicate") == ["SESSION_INVALID", "nobody"]


async def test_parameters_are_counted_without_the_session(asked: Asked) -> None:
    error = await _refusal(asked, "VM.get_name_label")
    assert error == ["MESSAGE_PARAMETER_COUNT_MISMATCH", "VM.get_name_label", "1", "0"]


async def test_the_spelling_with_an_underscore_means_the_same(asked: Asked) -> None:
    vm = asked.db.insert("VM", {"name_label": "web"})
    assert await asked.call("VM_get_name_label", vm) == "web"


async def test_a_call_without_async_mode_says_so(asked: Asked) -> None:
    error = await _refusal(asked, "Async.VM.get_name_label", NOBODY)
    assert error == ["Fault", "No async mode for this operation (rpc: VM.get_name_label)"]


async def test_a_removed_fields_value_stays_in_the_record_but_its_getter_is_gone(asked: Asked) -> None:
    metrics = asked.db.insert("host_metrics", {"memory_free": 7})
    assert (await asked.call("host_metrics.get_record", metrics))["memory_free"] == 7
    assert await _refusal(asked, "host_metrics.get_memory_free", metrics) == ["MESSAGE_REMOVED"]


async def test_an_internal_call_is_refused_from_outside(asked: Asked) -> None:
    vm = asked.db.insert("VM", {})
    error = await _refusal(asked, "VM.atomic_set_resident_on", vm, asked.h1)
    assert error[0] == "INTERNAL_ERROR"
    assert "non-pool (external) session" in error[1]


async def test_a_weak_role_is_told_which_roles_would_do(asked: Asked) -> None:
    await asked.login("vm-operator")
    vm = asked.db.insert("VM", {})
    error = await _refusal(asked, "VM.set_name_label", vm, "x")
    assert error[:2] == ["RBAC_PERMISSION_DENIED", "vm.set_name_label"]
    assert "vm-admin" in error[2]
    assert "vm-operator" not in error[2]


async def test_keys_that_guis_keep_need_less_of_a_role_than_others(asked: Asked) -> None:
    await asked.login("vm-operator")
    sr = asked.db.insert("SR", {})
    await asked.call("SR.add_to_other_config", sr, "folder", "/a")
    error = await _refusal(asked, "SR.add_to_other_config", sr, "scheduler", "cfq")
    assert error[0] == "RBAC_PERMISSION_DENIED"


async def test_a_session_of_a_role_lists_its_permissions(asked: Asked) -> None:
    await asked.login("read-only")
    record = await asked.call("session.get_record", asked.session)
    assert record["is_local_superuser"] is False
    assert "vm.get_record" in record["rbac_permissions"]
    assert "vm.start" not in record["rbac_permissions"]


async def test_roles_are_served_although_no_table_holds_them(asked: Asked) -> None:
    roles = await asked.call("role.get_all_records")
    names = {record["name_label"] for record in roles.values() if not record["is_internal"]}
    assert {"pool-admin", "read-only"} <= names
    assert await asked.call("role.get_by_uuid", "0165f154-ba3e-034e-6b27-5d271af109ba") in roles


async def test_an_old_release_knows_neither_new_calls_nor_new_fields() -> None:
    asked = Asked(PRODUCTS["6.0"])
    await asked.bare("session.login_with_password", "root", "pw", "1.9")
    asked.session = await asked.login()
    vm = asked.db.insert("VM", {})
    assert "domain_type" not in await asked.call("VM.get_record", vm)
    error = await _refusal(asked, "event.inject", "VM", vm)
    assert error[0] == "MESSAGE_METHOD_UNKNOWN"


async def test_an_old_release_takes_no_originator() -> None:
    asked = Asked(PRODUCTS["6.0"])
    with pytest.raises(Refused) as refused:
        await asked.login("root", "1.9", "me")
    assert refused.value.error[0] == "MESSAGE_PARAMETER_COUNT_MISMATCH"


async def test_a_defect_of_a_behaviour_is_an_internal_error(expected_log: object) -> None:
    async def broken(context: object, ref: str) -> None:
        raise KeyError(ref)

    asked = Asked(behaviours={"VM.pause": broken})
    await asked.login()
    expected_log("failed by a defect")  # type: ignore[operator]
    assert (await _refusal(asked, "VM.pause", "x"))[0] == "INTERNAL_ERROR"


async def test_a_call_that_nobody_carries_out_says_so(asked: Asked) -> None:
    assert await _refusal(asked, "host.dmesg_clear", asked.h1) == ["NOT_IMPLEMENTED", "host.dmesg_clear"]


async def test_a_role_knows_its_permissions_and_a_permission_its_roles(asked: Asked) -> None:
    [reader] = await asked.call("role.get_by_name_label", "read-only")
    assert "VM.get_record" in await asked.call("role.get_permissions_name_label", reader)
    holders = await asked.call("role.get_by_permission_name_label", "SR.scan")
    assert {await asked.call("role.get_name_label", ref) for ref in holders} == {
        "vm-power-admin",
        "pool-operator",
        "pool-admin",
    }


async def test_a_host_tells_its_time_and_takes_only_names_that_are_some(asked: Asked) -> None:
    assert await asked.call("host.get_servertime", asked.h1) == "20231114T22:13:20Z"
    await asked.call("host.set_hostname_live", asked.h1, "alpha-1")
    assert asked.db.get("host", asked.h1, "hostname") == "alpha-1"
    assert (await _refusal(asked, "host.set_hostname_live", asked.h1, "not a name"))[0] == "HOST_NAME_INVALID"
