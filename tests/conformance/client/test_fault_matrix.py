"""Everything that can happen to a connection, through a proxy that really does it: afterwards, within a stated bound,
the inventory equals the server's database field by field, and the banner told the truth meanwhile."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise

import pytest

from lifeguard.clock import VirtualClock
from lifeguard.datamodel.records import Task
from lifeguard.link.gate import SessionTrust
from lifeguard.link.link import Link
from lifeguard.link.state import LinkState
from lifeguard.sim.release import PRODUCTS, Release
from lifeguard.xapi.failures import Failure
from lifeguard.xapi.policy import Patience, Policy
from tests.support import until
from tests.support.equality import until_equal
from tests.support.proxy import Fault, Kind, Proxy
from tests.support.simulated import HASTY, ScriptedGate, Simulated, linked, live, simulated

_BOUND_S = 8.0
_TWENTIETHS = range(20)
_AT_ONCE = replace(HASTY, backoff_first_s=0.002)
_IMPATIENT = replace(
    _AT_ONCE, login=Patience(0.3, 0.3, 0.3), read=Patience(0.3, 0.3, 0.3, attempts=2), heartbeat=Patience(0.3, 0.3, 0.3)
)
_FULL = "LIFEGUARD_FULL_MATRIX" in os.environ
"""All cuts over XML-RPC too take two minutes; without it, JSON has all of them and XML-RPC three of each answer."""
_RELEASES = [pytest.param(Release.newest(), id="json"), pytest.param(PRODUCTS["6.5"], id="xml")]


@asynccontextmanager
async def proxied(
    is_tls: bool = False, release: Release | None = None, hosts: int = 2, vms: int = 2
) -> AsyncIterator[tuple[Simulated, Proxy]]:
    """A pool whose master can only be reached through a proxy."""
    async with simulated(hosts, vms, is_tls=is_tls, release=release) as sim:
        proxy = Proxy(sim.dialled(sim.pool.master_ref))
        await proxy.start()
        sim.via[sim.pool.master_ref] = proxy.address
        try:
            yield sim, proxy
        finally:
            await proxy.close()


class Told:
    """What the banner said, in order."""

    def __init__(self, link: Link) -> None:
        self.states: list[LinkState] = [link.state]
        link.state_changed.connect(self.states.append)

    @property
    def phases(self) -> list[str]:
        return [state.phase for state in self.states]

    def is_true(self) -> bool:
        """Live is only said after loading or reconnecting, a try is announced or under way whenever it is lost."""
        return all(state.sentence and state.address for state in self.states) and self.states[-1].phase == "live"


async def _recovers(link: Link, sim: Simulated, told: Told) -> None:
    async with asyncio.timeout(_BOUND_S):
        await live(link, _BOUND_S)
        await until_equal(link.inventory, sim, _BOUND_S)
        await live(link, _BOUND_S)
    assert told.is_true()


async def _answer_spans(sim: Simulated, proxy: Proxy, trust: SessionTrust) -> list[tuple[int, int]]:
    """Where the answers to an undisturbed connection begin and end, in bytes that the server sends."""
    proxy.questions_at.clear()
    proxy.sent_bytes = 0
    async with linked(sim.target(), trust=trust) as link:
        await live(link)
        await until(lambda: link.inventory.count("role"))
        edges = sorted({*proxy.questions_at, proxy.sent_bytes})
    return [(start, end) for start, end in pairwise(edges) if end > start]


@pytest.mark.parametrize("release", _RELEASES)
async def test_connecting_survives_a_cut_at_every_twentieth_of_every_answer(release: Release) -> None:
    cases = 0
    async with proxied(release=release) as (sim, proxy):
        for start, end in await _answer_spans(sim, proxy, SessionTrust()):
            for twentieth in _TWENTIETHS if _FULL or release.has_json else (0, 10, 19):
                proxy.break_next(Fault("cut", start + (end - start) * twentieth // 20))
                async with linked(sim.target(), policy=_AT_ONCE) as link:
                    told = Told(link)
                    await until(lambda: proxy.fault is None)
                    await _recovers(link, sim, told)
                cases += 1
        await until(lambda: not sim.db.rows("session") or len(sim.db.rows("session")) < cases)
    assert cases >= (400 if _FULL or release.has_json else 60)
    print(f"cut at twentieths: {cases} cases, all equal")


@pytest.mark.parametrize("kind", ["reset", "garbage", "delay", "stall"])
@pytest.mark.parametrize("release", _RELEASES)
async def test_connecting_survives_other_faults_in_the_middle_of_every_answer(release: Release, kind: Kind) -> None:
    cases = 0
    async with proxied(release=release) as (sim, proxy):
        spans = await _answer_spans(sim, proxy, SessionTrust())
        for start, end in spans if kind != "stall" else spans[::6]:
            proxy.break_next(Fault(kind, (start + end) // 2, delay_s=0.02))
            async with linked(sim.target(), policy=_IMPATIENT if kind == "stall" else _AT_ONCE) as link:
                told = Told(link)
                if kind == "stall":
                    await until(lambda told=told: "lost" in told.phases, 6)
                    proxy.heal()
                await _recovers(link, sim, told)
            cases += 1
    assert cases >= 4
    print(f"{kind}: {cases} cases, all equal")


async def test_connecting_over_tls_survives_cuts_anywhere_even_in_the_handshake() -> None:
    trust = SessionTrust()
    async with proxied(is_tls=True) as (sim, proxy):
        spans = await _answer_spans(sim, proxy, trust)
        total = spans[-1][1]
        for at in range(0, total, max(1, total // 40)):
            proxy.break_next(Fault("cut", at))
            async with linked(sim.target(), trust=trust, policy=_AT_ONCE) as link:
                await _recovers(link, sim, Told(link))
        for at in range(0, 2400, 100):
            proxy.break_next(Fault("cut", at))
            async with linked(sim.target(), trust=trust, policy=_AT_ONCE) as link:
                await _recovers(link, sim, Told(link))


async def test_half_a_tls_handshake_is_tried_again() -> None:
    async with proxied(is_tls=True) as (sim, proxy):
        proxy.half_handshakes = 3
        async with linked(sim.target()) as link:
            told = Told(link)
            await _recovers(link, sim, told)
            assert "lost" in told.phases


def _change_much(sim: Simulated, rng: random.Random) -> None:
    """What may happen while nobody can look: things change, come and go."""
    vms = [ref for ref, vm in sim.db.rows("VM").items() if not vm["is_control_domain"]]
    for ref in rng.sample(vms, 3):
        sim.db.set("VM", ref, "name_label", f"changed {rng.random()}")
    sim.db.destroy("VM", rng.choice([ref for ref in vms if sim.db.get("VM", ref, "is_a_template")]))
    for n in range(3):
        sim.db.create("network", f"OpaqueRef:new-{n}-{rng.random()}", {"uuid": str(rng.random()), "name_label": "new"})
    created = [ref for ref in sim.db.rows("network") if ref.startswith("OpaqueRef:new-")]
    sim.db.destroy("network", created[0])


@pytest.mark.parametrize("kind", ["cut", "reset", "garbage", "delay"])
@pytest.mark.parametrize("release", _RELEASES)
async def test_a_live_stream_broken_at_every_twentieth_of_a_batch_loses_nothing(release: Release, kind: Kind) -> None:
    rng = random.Random(5)
    async with proxied(release=release, vms=4) as (sim, proxy), linked(sim.target()) as link:
        await live(link)
        told, broken = Told(link), 0
        for twentieth in _TWENTIETHS:
            proxy.break_next(Fault(kind, 1200 * twentieth, delay_s=0.02))
            _change_much(sim, rng)
            await _recovers(link, sim, told)
            broken += proxy.fault is None
            proxy.heal()
        assert broken >= 10  # the last ones lie beyond the end of some batches


@pytest.mark.parametrize("release", _RELEASES)
async def test_a_black_hole_is_noticed_told_and_left(release: Release) -> None:
    rng = random.Random(6)
    async with proxied(release=release, vms=4) as (sim, proxy), linked(sim.target()) as link:
        await live(link)
        told = Told(link)
        proxy.hold()
        _change_much(sim, rng)
        await until(lambda: "lost" in told.phases, 8)
        assert link.state.as_of_s is not None
        proxy.heal()
        await _recovers(link, sim, told)


async def test_a_black_hole_is_noticed_by_the_heart_beat_while_events_are_still_waited_for() -> None:
    policy = replace(HASTY, heartbeat_every_s=0.3, heartbeat=Patience(1, 0.4, 0.4), events_wait_s=60.0)
    async with proxied() as (sim, proxy), linked(sim.target(), policy=policy) as link:
        await live(link)
        told = Told(link)
        await asyncio.sleep(1.0)
        assert told.phases == ["live"]
        proxy.hold()
        await until(lambda: "lost" in told.phases, 2)
        proxy.heal()
        await _recovers(link, sim, told)


def test_the_usual_patience_notices_a_black_hole_within_half_a_minute() -> None:
    assert Policy().heartbeat_every_s + Policy().heartbeat.answer_s <= 30


async def test_a_certificate_that_changes_under_a_live_connection_is_asked_about_again() -> None:
    gate = ScriptedGate()
    async with simulated(is_tls=True) as sim, linked(sim.target(), gate) as link:
        await live(link)
        told = Told(link)
        await sim.server.renew_certificate(sim.pool.master_ref)
        await until(lambda: len(gate.shown) == 2, 8)
        await _recovers(link, sim, told)
        assert gate.shown[1][1] == gate.shown[0][0]


async def test_a_changed_certificate_that_is_refused_stays_refused_until_asked_again() -> None:
    gate = ScriptedGate()
    async with simulated(is_tls=True) as sim, linked(sim.target(), gate) as link:
        await live(link)
        told = Told(link)
        gate.trusts = False
        await sim.server.renew_certificate(sim.pool.master_ref)
        await until(lambda: link.state.phase == "refused", 8)
        assert "has changed and was not trusted" in link.state.sentence
        gate.trusts = True
        link.try_now()
        await _recovers(link, sim, told)


@pytest.mark.parametrize("release", _RELEASES)
async def test_sessions_killed_again_and_again_leave_no_gap(release: Release) -> None:
    rng = random.Random(7)
    async with simulated(3, 4, release=release) as sim, linked(sim.target()) as link:
        await live(link)
        told = Told(link)
        for _ in range(5):
            sim.pool.sessions.end_all()
            _change_much(sim, rng)
            await _recovers(link, sim, told)


async def test_the_master_moving_twice_is_followed_from_members_only() -> None:
    rng = random.Random(8)
    async with simulated(4, 6) as sim, linked(sim.target()) as link:
        await live(link)
        told = Told(link)
        for _ in range(2):
            old, new = sim.pool.master_ref, sim.members()[-1]
            await sim.server.kill(old)
            sim.db.set("pool", sim.pool.pool_ref, "master", new)
            _change_much(sim, rng)
            await until(lambda: link.state.phase != "live", 5)
            await _recovers(link, sim, told)
            assert link.state.address == sim.dialled(new)
            await sim.server.revive(old)


async def test_members_that_point_at_each_other_are_not_followed_for_ever() -> None:
    async with simulated(3, 2) as sim:
        first, second = sim.members()
        sim.pool.faults.of(first).emergency = ("HOST_IS_SLAVE", str(sim.db.get("host", second, "address")))
        sim.pool.faults.of(second).emergency = ("HOST_IS_SLAVE", str(sim.db.get("host", first, "address")))
        async with linked(sim.target(first)) as link:
            await until(lambda: link.state.next_try_s is not None)
            assert link.state.phase == "lost"
            sim.pool.faults.of(second).emergency = ()
            await _recovers(link, sim, Told(link))


@pytest.mark.parametrize("code", ["HOST_STILL_BOOTING", "HOST_BROKEN", "HOST_HAS_NO_MANAGEMENT_IP", "TOO_BUSY"])
async def test_a_host_in_trouble_is_tried_until_it_is_well(code: str) -> None:
    async with simulated(2, 2) as sim:
        sim.pool.faults.of(sim.pool.master_ref).emergency = (code,)
        async with linked(sim.target()) as link:
            await until(lambda: link.state.next_try_s is not None)
            assert link.state.sentence.startswith("Cannot connect to")
            assert code not in link.state.sentence  # a sentence, not a code
            sim.pool.faults.of(sim.pool.master_ref).emergency = ()
            await _recovers(link, sim, Told(link))


async def test_a_killed_member_is_seen_through_the_master_and_disturbs_nothing() -> None:
    async with simulated(3, 4) as sim, linked(sim.target()) as link:
        await live(link)
        told = Told(link)
        await sim.server.kill(sim.members()[0])
        metrics = sim.db.get("host", sim.members()[0], "metrics")
        sim.db.set("host_metrics", metrics, "live", False)
        await _recovers(link, sim, told)
        assert "lost" not in told.phases


async def test_a_toolstack_restart_in_the_middle_of_a_migration_ends_the_job() -> None:
    async with simulated(3, 6) as sim, linked(sim.target()) as link:
        await live(link)
        told = Told(link)
        vm, host = next(
            (ref, host)
            for ref, row in sim.db.rows("VM").items()
            if row["power_state"] == "Running" and "pool_migrate" in row["allowed_operations"]
            for host in sim.db.rows("host")
            if host != row["resident_on"]
        )
        job = asyncio.create_task(link.run_task("VM.pool_migrate", vm, host, {}))
        await until(lambda: any(task.progress > 0 for task in link.inventory.all(Task)))
        await sim.server.kill(sim.pool.master_ref)
        sim.pool.sessions.end_all()
        for task in list(sim.db.rows("task")):
            sim.db.destroy("task", task)
        await asyncio.sleep(0.1)
        await sim.server.revive(sim.pool.master_ref)
        with pytest.raises(Failure):
            await asyncio.wait_for(job, _BOUND_S)
        await _recovers(link, sim, told)


async def test_a_deletion_that_the_server_forgot_to_tell_is_noticed_by_counting() -> None:
    async with simulated(2, 4) as sim, linked(sim.target()) as link:
        await live(link)
        sim.pool.faults.loses_events = True
        ref = next(ref for ref, vm in sim.db.rows("VM").items() if vm["is_a_template"])
        sim.db.destroy("VM", ref)
        await until(lambda: ref not in link.inventory, 8)
        sim.pool.faults.loses_events = False
        await _recovers(link, sim, Told(link))


@pytest.mark.parametrize("jump_s", [86_400.0, 3_600.0])
async def test_a_clock_that_jumps_ahead_disturbs_nothing(jump_s: float) -> None:
    clock = VirtualClock()
    async with simulated(2, 2) as sim, linked(sim.target(), clock=clock) as link:
        await live(link)
        told = Told(link)
        await clock.advance(jump_s)
        sim.db.set("pool", sim.pool.pool_ref, "name_label", "after the jump")
        await _recovers(link, sim, told)
        assert "lost" not in told.phases


@pytest.mark.parametrize("is_ha_enabled", [False, True], ids=["without-ha", "with-ha"])
async def test_a_killed_master_is_replaced_with_and_without_ha(is_ha_enabled: bool) -> None:
    rng = random.Random(9)
    async with simulated(3, 6) as sim, linked(sim.target()) as link:
        sim.db.set("pool", sim.pool.pool_ref, "ha_enabled", is_ha_enabled)
        await live(link)
        told = Told(link)
        old, new = sim.pool.master_ref, sim.members()[0]
        await sim.server.kill(old)
        await until(lambda: link.state.phase == "lost", 5)
        sim.pool.sessions.end_all()
        sim.db.set("pool", sim.pool.pool_ref, "master", new)
        sim.db.set("host_metrics", sim.db.get("host", old, "metrics"), "live", False)
        _change_much(sim, rng)
        await _recovers(link, sim, told)
        assert link.state.address == sim.dialled(new)


async def test_closing_while_nobody_answers_is_quick() -> None:
    async with proxied() as (sim, proxy):
        async with linked(sim.target()) as link:
            await live(link)
            proxy.hold()
            began_s = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - began_s < 3
