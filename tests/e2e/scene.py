"""A person at a window that shows a pool: what the acts of one module share, so that they need not all begin anew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from tests.e2e.facts import Facts, facts_of
from tests.e2e.program import Pool, served_pool
from tests.e2e.window import Person, opened_window
from tests.support.accessibility import open_audience
from tests.support.display import open_screen


@dataclass(frozen=True, slots=True)
class Scene:
    pool: Pool
    person: Person

    async def facts(self) -> Facts:
        """How things stand now."""
        return await facts_of(self.pool)


@asynccontextmanager
async def open_scene(*pool: str) -> AsyncIterator[Scene]:
    """`lifeguard simulate` with these options, and a window connected to it. At the end the window closes as it should:
    at once, without a complaint, and with no session left behind."""
    async with AsyncExitStack() as stack:
        screen = await stack.enter_async_context(open_screen())
        audience = await stack.enter_async_context(open_audience(screen))
        served = await stack.enter_async_context(served_pool(*pool))
        async with opened_window(screen, audience, served) as person:
            await person.connect(served, served.master)
            yield Scene(served, person)
            await person.settle()
            assert await person.close() == 0
        assert await served.sessions_of_others() == 0
