"""Any sequence of changes, cuts, lost sessions and forgotten deletions leads to the inventory of a fresh snapshot."""

from __future__ import annotations

import asyncio
import os
import random
import resource
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifeguard.clock import VirtualClock
from lifeguard.link.link import Link
from tests.support.equality import differences, until_equal
from tests.support.proxy import Fault, Proxy
from tests.support.simulated import HASTY, Simulated, linked, live, simulated

_QUICK = replace(HASTY, events_wait_s=0.2, backoff_first_s=0.01, backoff_most_s=0.05)
_SOAK_S = 1800 if "LIFEGUARD_FULL_SOAK" in os.environ else 30
_EVENTS_PER_S = 500
_STEP_S = 0.05

_CHANGES = st.one_of(
    st.tuples(st.just("rename"), st.integers(0, 99)),
    st.tuples(st.just("label"), st.integers(0, 99)),
    st.tuples(st.just("create"), st.integers(0, 99)),
    st.tuples(st.just("destroy"), st.integers(0, 99)),
    st.tuples(st.just("recreate"), st.integers(0, 99)),
    st.tuples(st.just("cut"), st.integers(0, 20_000)),
    st.tuples(st.just("garble"), st.integers(0, 20_000)),
    st.tuples(st.just("end sessions"), st.just(0)),
    st.tuples(st.just("forget deletion"), st.integers(0, 99)),
    st.tuples(st.just("breathe"), st.integers(0, 30)),
)


@settings(
    max_examples=100 if "LIFEGUARD_FULL_MATRIX" in os.environ else 12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(changes=st.lists(_CHANGES, min_size=1, max_size=25))
def test_any_changes_and_losses_lead_to_the_inventory_of_a_fresh_snapshot(changes: list[tuple[str, int]]) -> None:
    asyncio.run(_survives(changes))


async def _survives(changes: list[tuple[str, int]]) -> None:
    async with simulated(1, 1) as sim:
        proxy = Proxy(sim.dialled(sim.pool.master_ref))
        await proxy.start()
        sim.via[sim.pool.master_ref] = proxy.address
        try:
            async with linked(sim.target(), policy=_QUICK) as link:
                await live(link)
                for kind, number in changes:
                    await _do(sim, proxy, kind, number)
                proxy.heal()
                await until_equal(link.inventory, sim, 10)
                async with linked(sim.target(), policy=_QUICK) as fresh:
                    await live(fresh)
                    await until_equal(fresh.inventory, sim, 10)
        finally:
            await proxy.close()


async def _do(sim: Simulated, proxy: Proxy, kind: str, number: int) -> None:
    rows = sim.db.rows("network")
    refs = sorted(rows)
    ref = refs[number % len(refs)] if refs else ""
    match kind:
        case "rename" if ref:
            sim.db.set("network", ref, "name_label", f"name {number}")
        case "label" if ref:
            sim.db.set("network", ref, "other_config", {"n": str(number)})
        case "create":
            sim.db.create("network", f"OpaqueRef:h{number}-{len(refs)}-{random.random()}", {"name_label": str(number)})
        case "destroy" if ref:
            sim.db.destroy("network", ref)
        case "recreate" if ref:
            sim.db.destroy("network", ref)
            sim.db.create("network", ref, {"name_label": f"again {number}"})
        case "cut":
            proxy.break_next(Fault("cut", number))
        case "garble":
            proxy.break_next(Fault("garbage", number))
        case "end sessions":
            sim.pool.sessions.end_all()
        case "forget deletion" if ref:
            await _forget_deletion(sim, ref)
        case "breathe":
            await asyncio.sleep(number / 1000)


async def _forget_deletion(sim: Simulated, ref: str) -> None:
    """Delete a row and let the server's memory of it run out at once, as after 512 more deletions."""
    await asyncio.sleep(0.1)  # what changed before is told; only the deletion is forgotten
    sim.pool.faults.loses_events = True
    sim.db.destroy("network", ref)
    await asyncio.sleep(0.15)
    sim.pool.faults.loses_events = False


async def test_half_an_hour_of_five_hundred_events_a_second_loses_nothing_and_does_not_grow() -> None:
    """On virtual time; a shorter while unless LIFEGUARD_FULL_SOAK is set."""
    clock, rng = VirtualClock(), random.Random(3)
    async with simulated(2, 6, clock=clock) as sim:
        policy = replace(HASTY, events_wait_s=10.0)
        async with linked(sim.target(), policy=policy, clock=clock) as link:
            await _ticking(clock, link)
            objects = len(link.inventory) - link.inventory.count("role")
            steps, resident_mib = int(_SOAK_S / _STEP_S), [0.0]
            for step in range(steps):
                _churn(sim, rng, step)
                await clock.advance(_STEP_S)
                await asyncio.sleep(0.001)
                if step % (steps // 10) == steps // 10 - 1:
                    resident_mib.append(_resident_mib())
            print(f"{_SOAK_S} s of virtual time, {_EVENTS_PER_S * _SOAK_S} changes, resident MiB: {resident_mib[1:]}")
            # Client and server together; a tenth in, every cache is as warm as it gets.
            assert resident_mib[-1] - resident_mib[1] < 16
            for _ in range(200):
                await clock.advance(_STEP_S)
                await asyncio.sleep(0.002)
                if not differences(link.inventory, sim, most=1):
                    break
            assert differences(link.inventory, sim) == []
            assert link.state.phase == "live"
            assert len(link.inventory) - link.inventory.count("role") == objects
            assert len(link.inventory.problems) == 0


def _resident_mib() -> float:
    """Of this process, where the system tells; what is held apart from that cannot be compared."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return 0.0
    return round(int(statm.read_text().split()[1]) * resource.getpagesize() / 2**20, 1)


async def _ticking(clock: VirtualClock, link: Link) -> None:
    for _ in range(2000):
        if link.state.phase == "live":
            return
        await clock.advance(_STEP_S)
        await asyncio.sleep(0.002)
    raise AssertionError(f"not live: {link.state}")


def _churn(sim: Simulated, rng: random.Random, step: int) -> None:
    """As many changes as fall into one step: fields, and an object that comes and goes."""
    refs = [ref for ref, vm in sim.db.rows("VM").items() if not vm["is_control_domain"]]
    values: dict[str, Any] = {"name_label": f"vm {step}", "tags": (str(step),), "other_config": {"step": str(step)}}
    for _ in range(int(_EVENTS_PER_S * _STEP_S) - 2):
        field = rng.choice(list(values))
        sim.db.set("VM", rng.choice(refs), field, values[field])
    ref = f"OpaqueRef:soak-{step}"
    sim.db.create("network", ref, {"name_label": "comes and goes"})
    if step:
        sim.db.destroy("network", f"OpaqueRef:soak-{step - 1}")
    if step == int(_SOAK_S / _STEP_S) - 1:
        sim.db.destroy("network", ref)
