"""A pool whose server does nothing but write down what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from lifeguard.commands.selection import Selection
from lifeguard.link.state import LinkState, Phase
from lifeguard.xapi.permissions import EVERYTHING, Permissions
from tests.support.building import PoolBuilder, ref


class RecordingPool:
    """`calls` in order; `answers` by method: a value, or an exception to raise; `gate` holds tasks back; those in
    `held` never end."""

    def __init__(self, builder: PoolBuilder, phase: Phase = "assumed", title: str = "the pool") -> None:
        self.builder = builder
        self.inventory = builder.inventory
        self.title = title
        self.state = LinkState(phase, "pool.test", 0.0, "")
        self.permissions: Permissions = EVERYTHING
        self.calls: list[tuple[Any, ...]] = []
        self.labels: list[Mapping[str, str]] = []
        self.answers: dict[str, Any] = {}
        self.gate = asyncio.Event()
        self.gate.set()
        self.held: set[str] = set()

    async def call(self, method: str, *args: Any) -> Any:
        self.calls.append((method, *args))
        answer = self.answers.get(method)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def run_task(
        self,
        method: str,
        *args: Any,
        progress: Callable[[float], None] | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> Any:
        self.labels.append(labels or {})
        answer = await self.call(method, *args)
        if progress is not None:
            progress(0.5)
        await (asyncio.Event() if method in self.held else self.gate).wait()
        return answer

    def select(self, *names: str, target: str | None = None) -> Selection:
        return Selection.of(self, map(ref, names), None if target is None else ref(target))
