"""Hanging up: nothing stays open behind a session, whoever is in a hurry meanwhile."""

import asyncio
import gc

import aiohttp
import pytest

from lifeguard.link.elevated import as_user
from lifeguard.link.gate import Credentials
from lifeguard.link.link import Link
from tests.support.simulated import linked, live, simulated

_USERS = {"read-only": "look", "vm-operator": "operate"}


def _open_connections() -> list[aiohttp.ClientSession]:
    return [one for one in gc.get_objects() if isinstance(one, aiohttp.ClientSession) and not one.closed]


@pytest.mark.parametrize("turns", [0, 2, 5])
async def test_a_link_that_is_closed_while_it_hangs_up_leaves_no_connection_open(turns: int) -> None:
    """Its session has several connections, and ends them one after the other."""
    async with simulated() as served, linked(served.target()) as link:
        await live(link)
        await link.call("VM.set_name_label", next(iter(served.db.rows("VM"))), "renamed")
        known = _open_connections()
        hanging_up = asyncio.create_task(link._hang_up())
        await _until_some_are_closed(known, hanging_up)
        for _ in range(turns):
            await asyncio.sleep(0)
        hanging_up.cancel()
        await asyncio.wait((hanging_up,))
        assert not [one for one in known if not one.closed]


async def _until_some_are_closed(known: list[aiohttp.ClientSession], hanging_up: asyncio.Task[None]) -> None:
    for _ in iter(lambda: hanging_up.done() or any(one.closed for one in known), True):
        await asyncio.sleep(0)


@pytest.mark.parametrize("turns", range(0, 120, 15))
async def test_another_user_is_let_go_of_whenever_the_work_is_cancelled(turns: int) -> None:
    async with simulated(passwords=_USERS) as served:
        async with linked(served.target(user="read-only", password="look")) as link:
            await live(link)
            known = _open_connections()
            work = asyncio.create_task(_work_as_another(link))
            for _ in range(turns):
                await asyncio.sleep(0)
            for _ in range(3):
                work.cancel()
                await asyncio.sleep(0)
            await asyncio.wait((work,))
            assert [one for one in _open_connections() if one not in known] == []


async def _work_as_another(link: Link) -> None:
    async with as_user(link, Credentials("vm-operator", "operate")) as elevated:
        await elevated.call("pool.get_all")
