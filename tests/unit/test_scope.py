"""Owned work: what a scope started ends with it, and what must be finished is finished."""

from __future__ import annotations

import asyncio

import pytest

from lifeguard.scope import Scope, finished
from tests.support import until


async def test_closing_a_scope_ends_and_awaits_what_it_started() -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            ended.append("cleaned up")

    scope = Scope("window")
    scope.start(work(), "work")
    await asyncio.sleep(0)
    await scope.close()
    assert ended == ["cleaned up"]
    with pytest.raises(RuntimeError, match="window is closed"):
        scope.start(work(), "late")


async def test_a_failure_is_reported_once() -> None:
    reported: list[BaseException] = []
    scope = Scope("window", reported.append)
    scope.start(_fail(), "work")
    await until(lambda: reported)
    await scope.close()
    assert [str(failure) for failure in reported] == ["no"]


async def test_what_must_be_finished_is_finished_though_the_caller_is_cancelled() -> None:
    release = asyncio.Event()

    async def call() -> str:
        await release.wait()
        return "ref"

    caller = asyncio.ensure_future(finished(call()))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.sleep(0)
    assert not caller.done()
    release.set()
    assert await caller == ("ref", True)


async def test_a_failure_of_what_must_be_finished_reaches_the_caller() -> None:
    with pytest.raises(ValueError, match="no"):
        await finished(_fail())


async def _fail() -> None:
    raise ValueError("no")
