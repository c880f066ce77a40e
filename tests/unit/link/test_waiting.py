"""A link that cannot connect: it waits longer each time, says when it tries next, and can be told to try now."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest

from lifeguard.clock import VirtualClock
from lifeguard.link.link import Link
from lifeguard.link.state import LinkState
from lifeguard.link.target import Target, target_from_url
from lifeguard.xapi.failures import LostConnection
from tests.support import until


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port that is taken, but where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


async def _settles(link: Link) -> None:
    await until(lambda: link.state.next_try_s is not None)


async def test_waits_grow_to_their_limit_and_begin_again_on_demand(deaf_port: int) -> None:
    clock = VirtualClock()
    link = Link(Target("127.0.0.1", deaf_port, False), clock=clock)
    states: list[LinkState] = []
    link.state_changed.connect(states.append)
    link.start()
    pauses: list[float] = []
    for attempt in range(1, 9):
        await until(lambda attempt=attempt: link.state.attempt == attempt and link.state.next_try_s is not None)
        assert link.state.next_try_s is not None
        pauses.append(link.state.next_try_s - clock.time_s())
        await clock.advance(pauses[-1] + 0.01)
    assert 0.5 <= pauses[0] <= 1.0
    assert 15.0 <= pauses[-1] <= 30.0
    assert all(state.sentence.startswith(("Connecting to", "Cannot connect to")) for state in states)
    assert any(state.sentence == f"Cannot connect to 127.0.0.1:{deaf_port}: connection refused." for state in states)
    await link.close()
    assert link.state.phase == "closed"


async def test_try_now_does_not_wait(deaf_port: int) -> None:
    link = Link(Target("127.0.0.1", deaf_port, False), clock=VirtualClock())
    link.start()
    await _settles(link)
    link.try_now()
    await until(lambda: link.state.attempt == 2)
    await link.close()


async def test_since_is_when_it_was_lost_not_when_it_was_last_tried(deaf_port: int) -> None:
    clock = VirtualClock()
    link = Link(Target("127.0.0.1", deaf_port, False), clock=clock)
    link.start()
    await _settles(link)
    since_s = link.state.since_s
    await clock.advance(5)
    await until(lambda: link.state.attempt > 1)
    assert link.state.since_s == since_s
    await link.close()


async def test_calls_fail_at_once_while_there_is_no_connection(deaf_port: int) -> None:
    link = Link(Target("127.0.0.1", deaf_port, False), clock=VirtualClock())
    link.start()
    await _settles(link)
    with pytest.raises(LostConnection):
        await link.call("VM.get_all")
    await link.close()


async def test_closing_ends_a_wait(deaf_port: int) -> None:
    link = Link(Target("127.0.0.1", deaf_port, False), clock=VirtualClock())
    link.start()
    await _settles(link)
    async with asyncio.timeout(1):
        await link.close()


def test_a_password_is_not_in_what_python_prints_of_a_target() -> None:
    assert "s3cret" not in repr(Target("h", password="s3cret"))


def test_a_target_is_read_from_what_a_person_types() -> None:
    assert target_from_url("http://127.0.0.1:8080") == Target("127.0.0.1", 8080, False)
    with pytest.raises(ValueError, match="is no"):
        target_from_url("a b")
