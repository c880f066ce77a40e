"""`event.from`: coalescing, order, tokens, blocking; and the legacy `event.next`."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.unit.sim.asking import Asked, Refused


async def _from(asked: Asked, token: str = "", classes: tuple[str, ...] = ("*",), timeout_s: float = 0.0) -> Any:
    return await asked.call("event.from", list(classes), token, timeout_s)


def _told(batch: Any) -> list[tuple[str, str, str]]:
    return [(event["operation"], event["class"], event["ref"]) for event in batch["events"]]


async def test_the_empty_token_brings_every_row_as_an_addition(asked: Asked) -> None:
    batch = await _from(asked)
    assert {event["operation"] for event in batch["events"]} == {"add"}
    assert ("add", "pool", asked.pool_ref) in _told(batch)
    assert batch["valid_ref_counts"]["host"] == 2


async def test_several_changes_of_one_object_are_one_event_with_the_latest_content(asked: Asked) -> None:
    vm = asked.db.insert("VM", {"name_label": "a"})
    token = (await _from(asked))["token"]
    for name in ("b", "c"):
        asked.db.set("VM", vm, "name_label", name)
    batch = await _from(asked, token)
    assert _told(batch) == [("mod", "vm", vm)]
    assert batch["events"][0]["snapshot"]["name_label"] == "c"


async def test_what_came_and_went_between_two_calls_was_never_there(asked: Asked) -> None:
    token = (await _from(asked))["token"]
    asked.db.destroy("VM", asked.db.insert("VM", {}))
    assert _told(await _from(asked, token)) == []


async def test_additions_come_before_modifications_and_those_before_deletions(asked: Asked) -> None:
    old, gone = asked.db.insert("VM", {}), asked.db.insert("network", {})
    token = (await _from(asked))["token"]
    asked.db.destroy("network", gone)
    asked.db.set("VM", old, "name_label", "x")
    new = asked.db.insert("VDI", {})
    assert _told(await _from(asked, token)) == [("add", "vdi", new), ("mod", "vm", old), ("del", "network", gone)]


async def test_only_what_was_asked_for_is_told_and_the_token_stays_behind_the_rest(asked: Asked) -> None:
    vm = asked.db.insert("VM", {})
    token = (await _from(asked))["token"]
    asked.db.set("VM", vm, "name_label", "x")
    quiet = await _from(asked, token, ("network",))
    assert (_told(quiet), quiet["token"]) == ([], token)
    assert _told(await _from(asked, token, (f"vm/{vm}",))) == [("mod", "vm", vm)]


async def test_messages_have_a_generation_of_their_own_and_come_first(asked: Asked) -> None:
    vm = asked.db.insert("VM", {})
    token = (await _from(asked))["token"]
    asked.db.set("VM", vm, "name_label", "x")
    message = asked.pool.messages.post("TEST", 3, "VM", asked.db.get("VM", vm, "uuid"), "body")
    batch = await _from(asked, token)
    assert _told(batch) == [("add", "message", message), ("mod", "vm", vm)]
    assert batch["events"][0]["id"] == "0"
    without = await _from(asked, batch["token"], ("vm",))
    assert without["token"].endswith(",00000000000000000000")


async def test_an_idle_call_answers_a_little_after_its_time(asked: Asked) -> None:
    token = (await _from(asked))["token"]
    waiting = asyncio.ensure_future(_from(asked, token, timeout_s=10.0))
    await asked.clock.advance(10.0)
    assert not waiting.done()
    await asked.clock.advance(0.6)
    assert _told(await asyncio.wait_for(waiting, 1)) == []


async def test_a_change_wakes_a_blocked_call_after_a_moment_for_others_to_follow(asked: Asked) -> None:
    vm = asked.db.insert("VM", {})
    token = (await _from(asked))["token"]
    waiting = asyncio.ensure_future(_from(asked, token, timeout_s=30.0))
    await asked.clock.advance(1.0)
    asked.db.set("VM", vm, "name_label", "x")
    await asked.clock.advance(0.01)
    assert not waiting.done()
    await asked.clock.advance(0.06)
    assert _told(await asyncio.wait_for(waiting, 1)) == [("mod", "vm", vm)]


async def test_logging_out_ends_a_blocked_call(asked: Asked) -> None:
    token = (await _from(asked))["token"]
    waiting = asyncio.ensure_future(_from(asked, token, timeout_s=30.0))
    await asked.clock.advance(1.0)
    await asked.call("session.logout")
    await asked.clock.advance(0.1)
    with pytest.raises(Refused) as refused:
        await asyncio.wait_for(waiting, 1)
    assert refused.value.error[0] == "SESSION_INVALID"


@pytest.mark.parametrize("token", ["abc", "1", "1,2,3", "1,", "99999999999999999999,0"])
async def test_a_token_that_is_none_is_refused(asked: Asked, token: str) -> None:
    with pytest.raises(Refused) as refused:
        await _from(asked, token)
    assert refused.value.error == ["EVENT_FROM_TOKEN_PARSE_FAILURE", token]


async def test_injecting_gives_the_token_from_just_before_the_change_it_makes(asked: Asked) -> None:
    token = await asked.call("event.inject", "pool", asked.pool_ref)
    assert _told(await _from(asked, token, ("pool",))) == [("mod", "pool", asked.pool_ref)]


async def test_lost_events_are_lost_without_a_word(asked: Asked) -> None:
    vm = asked.db.insert("VM", {})
    token = (await _from(asked))["token"]
    asked.pool.faults.loses_events = True
    asked.db.set("VM", vm, "name_label", "x")
    lost = await _from(asked, token)
    asked.pool.faults.loses_events = False
    assert _told(lost) == []
    assert _told(await _from(asked, lost["token"])) == []


async def test_legacy_events_are_told_one_by_one_from_registration_on(asked: Asked) -> None:
    vm = asked.db.insert("VM", {"name_label": "a"})
    await asked.call("event.register", ["VM"])
    for name in ("b", "c"):
        asked.db.set("VM", vm, "name_label", name)
    asked.db.insert("network", {})
    events = await asked.call("event.next")
    assert [event["snapshot"]["name_label"] for event in events] == ["b", "c"]


async def test_legacy_events_too_many_to_keep_are_reported_lost(asked: Asked) -> None:
    vm = asked.db.insert("VM", {})
    await asked.call("event.register", ["*"])
    for number in range(6000):
        asked.db.set("VM", vm, "user_version", number + 2)
    with pytest.raises(Refused) as refused:
        await asked.call("event.next")
    assert refused.value.error == ["EVENTS_LOST"]


async def test_legacy_events_need_registration(asked: Asked) -> None:
    with pytest.raises(Refused) as refused:
        await asked.call("event.next")
    assert refused.value.error[0] == "SESSION_NOT_REGISTERED"
