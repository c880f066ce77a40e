"""Tests of the program as a process of its own, on a screen of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.accessibility import Audience, open_audience
from tests.support.display import Screen, open_screen


@pytest.fixture
async def screen() -> AsyncIterator[Screen]:
    async with open_screen() as opened:
        yield opened


@pytest.fixture
async def audience(screen: Screen) -> AsyncIterator[Audience]:
    async with open_audience(screen) as opened:
        yield opened
