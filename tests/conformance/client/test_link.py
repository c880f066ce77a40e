"""The real client against the real simulator, over real sockets, in one loop: the ways that must always work."""

from __future__ import annotations

import asyncio

import pytest

from lifeguard.datamodel.records import Host, Pool, Task, Vm
from lifeguard.inventory.change import Change
from lifeguard.inventory.inventory import Inventory
from lifeguard.link.fleet import Fleet
from lifeguard.link.gate import Credentials, SessionTrust
from lifeguard.link.link import Link
from lifeguard.link.saved import ReadOnly, SavedDatabase
from lifeguard.link.state import LinkState
from lifeguard.sim.release import PRODUCTS, Release
from lifeguard.sim.sessions import Account
from lifeguard.xapi.failures import (
    ApiFailure,
    CertificateUntrusted,
    HttpRefused,
    LostConnection,
    PermissionDenied,
    SessionInvalid,
    TaskCancelled,
)
from tests.support import until
from tests.support.equality import differences, until_equal
from tests.support.simulated import HASTY, ScriptedGate, in_quick_motion, linked, live, simulated


async def test_the_address_of_any_member_leads_to_the_master() -> None:
    async with simulated() as sim, linked(sim.target(sim.members()[0])) as link:
        await live(link)
        assert differences(link.inventory, sim) == []
        assert link.title == sim.db.get("pool", sim.pool.pool_ref, "name_label")
        assert set(link.member_addresses) == {host.address for host in link.inventory.all(Host)}


@pytest.mark.parametrize("is_tls", [False, True], ids=["plain", "tls"])
async def test_nothing_is_left_on_the_server_after_closing(is_tls: bool) -> None:
    async with simulated(is_tls=is_tls) as sim:
        async with linked(sim.target()) as link:
            await live(link)
            assert len(sim.db.rows("session")) == 1
        assert link.state.phase == "closed"
        assert len(sim.db.rows("session")) == 0


async def test_changes_arrive_by_themselves_and_say_which_fields() -> None:
    async with simulated() as sim, linked(sim.target()) as link:
        await live(link)
        ref = next(iter(sim.db.rows("VM")))
        seen: list[Change] = []
        link.changed.connect(seen.append)
        sim.db.set("VM", ref, "name_description", "seen")
        await until(lambda: link.inventory.get(Vm, ref).name_description == "seen")  # type: ignore[union-attr]
        assert frozenset({"name_description"}) in [change.updated.get(ref) for change in seen]


async def test_created_and_destroyed_objects_come_and_go() -> None:
    async with simulated() as sim, linked(sim.target()) as link:
        await live(link)
        ref = await link.call("network.create", {"name_label": "new", "MTU": 1500, "other_config": {}})
        await until(lambda: ref in link.inventory)
        await link.call("network.destroy", ref)
        await until(lambda: ref not in link.inventory)
        assert differences(link.inventory, sim) == []


async def test_hosts_are_there_before_the_rest_and_no_state_is_ever_invented() -> None:
    async with simulated(hosts=4, vms=40) as sim, linked(sim.target()) as link:
        counts: list[tuple[int, int]] = []
        link.changed.connect(lambda _: counts.append((link.inventory.count("host"), link.inventory.count("VM"))))
        await live(link)
        assert (4, 0) in counts
        assert counts[-1] == (4, len(sim.db.rows("VM")))
        assert counts == sorted(counts)


@pytest.mark.parametrize("product", ["newest", "xcp-ng-8.3", "8.2", "7.1", "6.5", "6.0"])
async def test_versions_of_either_protocol_are_read_alike(product: str) -> None:
    async with simulated(release=PRODUCTS[product]) as sim, linked(sim.target(sim.members()[0])) as link:
        await live(link)
        await until_equal(link.inventory, sim)
        sim.db.set("pool", sim.pool.pool_ref, "name_label", "renamed")
        await until(lambda: next(iter(link.inventory.all(Pool))).name_label == "renamed")


@pytest.mark.parametrize(("codename", "api_version"), [("cowley", "1.8"), ("midnight-ride", "1.7"), ("george", "1.6")])
async def test_servers_before_event_from_are_followed_too(codename: str, api_version: str) -> None:
    release = Release("XenServer", codename, api_version)
    async with simulated(release=release) as sim, linked(sim.target()) as link:
        await live(link)
        sim.db.set("pool", sim.pool.pool_ref, "name_label", "renamed")
        await until(lambda: next(iter(link.inventory.all(Pool))).name_label == "renamed")
        await until_equal(link.inventory, sim)


async def test_a_migration_reports_progress_and_moves_the_vm() -> None:
    async with in_quick_motion() as (sim, link):
        vm, host = _movable(sim, link)
        fractions: list[float] = []
        await link.run_task(
            "VM.pool_migrate", vm, host, {"live": "true"}, progress=fractions.append, labels={"applies_to": vm}
        )
        assert sim.db.get("VM", vm, "resident_on") == host
        await until(lambda: link.inventory.get(Vm, vm).resident_on == host)  # type: ignore[union-attr]
        assert fractions == sorted(fractions)
        assert fractions[-1] == 1.0
        assert len(fractions) > 2
        await until(lambda: not sim.db.rows("task"))


async def test_cancelling_the_coroutine_cancels_the_task_and_waits_for_it() -> None:
    async with simulated() as sim, linked(sim.target()) as link:
        await live(link)
        vm, host = _movable(sim, link)
        here = sim.db.get("VM", vm, "resident_on")
        async with asyncio.timeout(10):
            job = asyncio.create_task(link.run_task("VM.pool_migrate", vm, host, {"live": "true"}))
            await until(lambda: any(t.progress > 0 for t in link.inventory.all(Task)))
            job.cancel()
            with pytest.raises(asyncio.CancelledError):
                await job
        assert sim.db.get("VM", vm, "resident_on") == here
        assert sim.db.rows("task") == {}


async def test_a_task_cancelled_by_somebody_else_says_so() -> None:
    async with simulated() as sim, linked(sim.target()) as link:
        await live(link)
        vm, host = _movable(sim, link)
        job = asyncio.create_task(link.run_task("VM.pool_migrate", vm, host, {"live": "true"}))
        await until(lambda: any(t.progress > 0 for t in link.inventory.all(Task)))
        for task in link.inventory.all(Task):
            await link.call("task.cancel", task.ref)
        with pytest.raises(TaskCancelled):
            await job


async def test_a_task_that_fails_raises_what_a_plain_call_would_have() -> None:
    async with simulated() as sim, linked(sim.target()) as link:
        await live(link)
        running = next(
            r
            for r, row in sim.db.rows("VM").items()
            if row["power_state"] == "Running" and not row["is_control_domain"]
        )
        with pytest.raises(ApiFailure) as failed:
            await link.run_task("VM.start", running, False, False)
        assert failed.value.code == "VM_BAD_POWER_STATE"
        assert sim.db.rows("task") == {}


def _movable(sim, link) -> tuple[str, str]:
    for ref, vm in sim.db.rows("VM").items():
        if vm["power_state"] != "Running" or vm["is_control_domain"] or "pool_migrate" not in vm["allowed_operations"]:
            continue
        for host in sim.db.rows("host"):
            if host != vm["resident_on"] and sim.db.get("host", host, "enabled"):
                return ref, host
    raise AssertionError("no VM of this pool can move")


async def test_a_wrong_password_asks_and_goes_on_with_the_right_one() -> None:
    async with simulated() as sim:
        right = sim.target()
        gate = ScriptedGate(given=[Credentials("root", right.password)])
        async with linked(sim.target(password="wrong"), gate) as link:
            await live(link)
            assert gate.reasons == ["User name or password is wrong."]


async def test_a_refused_login_waits_for_a_person_and_is_tried_again_on_demand() -> None:
    async with simulated() as sim:
        gate = ScriptedGate()
        async with linked(sim.target(password="wrong"), gate) as link:
            await until(lambda: link.state.phase == "refused")
            assert "refused the login of root" in link.state.sentence
            gate.given.append(Credentials("root", sim.target().password))
            link.try_now()
            await live(link)


async def test_an_unknown_certificate_is_shown_once_and_then_known() -> None:
    async with simulated(is_tls=True) as sim:
        gate, trust = ScriptedGate(), SessionTrust()
        async with linked(sim.target(), gate, trust) as link:
            await live(link)
        async with linked(sim.target(), gate, trust) as link:
            await live(link)
        assert [known for _, known in gate.shown] == [None]
        facts = gate.shown[0][0]
        assert len(facts.fingerprint) == 95
        assert facts.not_after > facts.not_before


async def test_a_distrusted_certificate_ends_the_attempt_before_the_password_is_sent() -> None:
    async with simulated(is_tls=True) as sim, linked(sim.target(), ScriptedGate(trusts=False)) as link:
        await until(lambda: link.state.phase == "refused")
        assert "was not trusted" in link.state.sentence
        assert sim.db.rows("session") == {}


async def test_a_changed_certificate_is_shown_beside_the_old_one() -> None:
    async with simulated(is_tls=True) as sim:
        gate, trust = ScriptedGate(), SessionTrust()
        async with linked(sim.target(), gate, trust) as link:
            await live(link)
        await sim.server.renew_certificate(sim.pool.master_ref)
        async with linked(sim.target(), gate, trust) as link:
            await live(link)
        new, old = gate.shown[1]
        assert old == gate.shown[0][0]
        assert new.fingerprint != old.fingerprint


async def test_an_ended_session_is_renewed_for_calls_that_may_be_repeated_and_only_for_those() -> None:
    async with simulated() as sim, linked(sim.target()) as link:
        await live(link)
        vm = next(iter(sim.db.rows("VM")))
        _end_sessions(sim)
        assert await link.call("VM.get_name_label", vm) == sim.db.get("VM", vm, "name_label")
        _end_sessions(sim)
        with pytest.raises(SessionInvalid):
            await link.call("VM.set_name_label", vm, "x")
        await until(lambda: link.state.phase == "live")
        await until_equal(link.inventory, sim)


def _end_sessions(sim) -> None:
    for ref in list(sim.db.rows("session")):
        sim.db.destroy("session", ref)


@pytest.mark.parametrize("is_tls", [False, True], ids=["plain", "tls"])
async def test_graph_data_is_fetched_from_any_host_by_its_own_address(is_tls: bool) -> None:
    gate = ScriptedGate()
    async with simulated(is_tls=is_tls) as sim, linked(sim.target(), gate) as link:
        await live(link)
        member = sim.members()[0]
        document = await link.fetch(member, "/pool/xmldbdump")
        assert document.startswith(b"<?xml")
        assert len(gate.shown) == int(is_tls)  # the master vouches for its members
        with pytest.raises(LostConnection):
            await link.fetch("OpaqueRef:gone", "/pool/xmldbdump")
        with pytest.raises(HttpRefused):
            await link.fetch(member, "/nothing_here")


async def test_a_member_whose_certificate_contradicts_the_database_is_not_believed() -> None:
    async with simulated(is_tls=True) as sim, linked(sim.target()) as link:
        await live(link)
        member = sim.members()[0]
        (ref,) = sim.db.get("host", member, "certificates")
        sim.db.set("Certificate", ref, "fingerprint_sha256", "AA:BB")
        await until(lambda: link.inventory.find(ref).fingerprint_sha256 == "AA:BB")
        with pytest.raises(CertificateUntrusted):
            await link.fetch(member, "/pool/xmldbdump")


async def test_what_a_role_permits_is_known_and_a_refusal_names_the_role_that_would_suffice() -> None:
    async with simulated(passwords={"root": "x"}) as sim:
        sim.pool.sessions.accounts["op"] = Account("y", "vm-operator")
        async with linked(sim.target(user="op", password="y")) as link:
            await live(link)
            assert link.permissions.allows("VM.start")
            assert not link.permissions.allows("pool.eject")
            with pytest.raises(PermissionDenied) as denied:
                await link.call("host.disable", sim.members()[0])
            assert "pool-operator" in denied.value.sufficient_roles


async def test_a_fleet_keeps_its_pools_apart_and_closes_them_all() -> None:
    async with simulated(seed=1) as one, simulated(seed=2) as two:
        fleet = Fleet(ScriptedGate(), policy=HASTY)
        came: list[Link] = []
        went: list[Link] = []
        fleet.added.connect(came.append)
        fleet.removed.connect(went.append)
        first, second = fleet.connect(one.target()), fleet.connect(two.target())
        await live(first)
        await live(second)
        assert differences(first.inventory, one) == differences(second.inventory, two) == []
        await fleet.disconnect(first)
        assert (fleet.links, came, went) == ((second,), [first, second], [first])
        await fleet.close()
        assert len(one.db.rows("session")) == len(two.db.rows("session")) == 0


async def test_a_saved_database_refuses_every_call() -> None:
    saved = SavedDatabase("pool.xml", Inventory())
    assert (saved.title, saved.state.phase) == ("pool.xml", "saved")
    for refused in (saved.call("VM.start", "r"), saved.run_task("VM.start", "r"), saved.fetch("h", "/rrd_updates")):
        with pytest.raises(ReadOnly, match="This is a saved database"):
            await refused


async def test_the_clock_of_the_server_is_known() -> None:
    async with simulated() as sim, linked(sim.target()) as link:
        await live(link)
        assert abs(link.server_time_offset_s) < 1.5


async def test_a_lost_master_is_told_and_found_again() -> None:
    async with simulated() as sim, linked(sim.target()) as link:
        await live(link)
        states: list[LinkState] = []
        link.state_changed.connect(states.append)
        await sim.server.kill(sim.pool.master_ref)
        await until(lambda: link.state.phase == "lost")
        assert link.state.sentence.startswith(f"Lost the connection to {link.title}")
        gone = next(ref for ref, vm in sim.db.rows("VM").items() if vm["is_a_template"])
        sim.db.destroy("VM", gone)
        sim.db.set("pool", sim.pool.pool_ref, "name_label", "after")
        await sim.server.revive(sim.pool.master_ref)
        await live(link)
        assert gone not in link.inventory
        assert differences(link.inventory, sim) == []
        assert any(state.next_try_s is not None for state in states)


async def test_a_new_master_is_followed() -> None:
    async with simulated() as sim, linked(sim.target()) as link:
        await live(link)
        old, new = sim.pool.master_ref, sim.members()[0]
        await sim.server.kill(old)
        sim.db.set("pool", sim.pool.pool_ref, "master", new)
        await until(lambda: link.state.phase != "live")
        await live(link)
        assert link.state.address == sim.dialled(new)
        assert differences(link.inventory, sim) == []
