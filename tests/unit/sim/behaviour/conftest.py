"""A fresh small site for every test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.unit.sim.behaviour.site import Site


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    yield made
    await made.close()
