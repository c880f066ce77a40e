"""What is measured, asked by calls: the same values that the documents give."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from lifeguard.sim.wire.jsonrpc import JsonCodec
from lifeguard.sim.wire.request import Request
from tests.support.simulated import PASSWORD, Simulated, simulated


@pytest.fixture
async def served() -> AsyncIterator[Simulated]:
    async with simulated(hosts=2, vms=6) as served:
        yield served


async def _call(served: Simulated, method: str, *args: object) -> Any:
    pool = served.pool
    session = pool.sessions.open("root", PASSWORD, "tests", pool.master_ref)
    answer = await pool.answer(pool.master_ref, JsonCodec(pool.release, "1.0"), Request(method, [session, *args], 1))
    reply = json.loads(answer)
    return reply["error"] or reply["result"]


def _vm(served: Simulated, power_state: str) -> str:
    guests = {ref: row for ref, row in served.db.rows("VM").items() if not row["is_control_domain"]}
    return next(ref for ref, row in guests.items() if row["power_state"] == power_state and not row["is_a_template"])


async def test_a_running_machine_tells_its_sources_with_units_and_values(served: Simulated) -> None:
    vm = _vm(served, "Running")
    sources = {source["name_label"]: source for source in await _call(served, "VM.get_data_sources", vm)}
    assert sources["memory"]["units"] == "B"
    assert sources["memory"]["value"] > 0
    assert 0 <= sources["cpu0"]["value"] <= sources["cpu0"]["max"] == 1
    assert sources["cpu0"]["standard"]


@pytest.mark.parametrize("name", ["memory_total_kib", "cpu_avg"])
async def test_a_value_asked_by_name_is_the_one_listed(served: Simulated, name: str) -> None:
    for _ in range(5):
        listed, asked = await asyncio.gather(
            _call(served, "host.get_data_sources", served.pool.master_ref),
            _call(served, "host.query_data_source", served.pool.master_ref, name),
        )
        if [source["value"] for source in listed if source["name_label"] == name] == [asked]:
            return
    raise AssertionError("never the same, not even between two measurements")


async def test_a_source_forgotten_is_off_until_it_is_recorded_again(served: Simulated) -> None:
    sr = next(iter(served.db.rows("SR")))
    for call, is_on in (("forget_data_source_archives", False), ("record_data_source", True)):
        assert await _call(served, f"SR.{call}", sr, "size") == ""
        listed = await _call(served, "SR.get_data_sources", sr)
        assert [source["enabled"] for source in listed if source["name_label"] == "size"] == [is_on]


async def test_nothing_is_measured_of_a_halted_machine(served: Simulated) -> None:
    vm = _vm(served, "Running")
    served.db.set("VM", vm, "power_state", "Halted")
    assert (await _call(served, "VM.get_data_sources", vm))[0] == "VM_BAD_POWER_STATE"


async def test_an_unknown_source_is_refused(served: Simulated) -> None:
    error = await _call(served, "host.query_data_source", served.pool.master_ref, "happiness")
    assert error == ["INTERNAL_ERROR", 'Failure("Unknown data source happiness")']
