"""A pool to ask, logged in as root."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.unit.sim.asking import Asked


@pytest.fixture
async def asked() -> AsyncIterator[Asked]:
    asked = Asked()
    await asked.login()
    yield asked
    await asked.pool.close()
