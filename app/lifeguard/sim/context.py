"""What a behaviour is given when a call runs: the pool's state, the time, and the task that shows its progress."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from lifeguard.clock import Clock
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError, TaskCancelled
from lifeguard.sim.faults import Faults

_INTERRUPTED = "The toolstack was restarted while this was going on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One call under way.

    `host_ref` is the host whose endpoint took the call (the master for all but emergency calls); `session_ref` is empty
    for calls without a session. `task_ref` is the task row of this call; None for one that needs no task (getters).
    `spawn` runs what goes on after the call has answered (tools reporting, a host going down) in the pool's own scope.
    `faults` are the switches for what goes wrong on purpose.
    """

    db: Database
    clock: Clock
    rng: random.Random
    host_ref: str
    session_ref: str
    method: str
    spawn: Callable[[Coroutine[Any, Any, None]], None]
    faults: Faults
    task_ref: str | None = None

    async def progress(self, fraction: float) -> None:
        """Show `fraction` (0 to 1) in the task. Raises TaskCancelled when somebody cancelled it."""
        self.checkpoint()
        if self.task_ref is not None and self.db.has("task", self.task_ref):
            self.db.set("task", self.task_ref, "progress", float(fraction))

    def checkpoint(self) -> None:
        """Raises TaskCancelled when somebody cancelled the task of this call, and the ApiError with which it ends when
        the host that carries it out is gone or its toolstack started anew."""
        if self.faults.of(self.host_ref).is_dead:
            raise ApiError("INTERNAL_ERROR", _INTERRUPTED)
        if self.task_ref is None or not self.db.has("task", self.task_ref):
            return
        if self.db.get("task", self.task_ref, "status") == "failure":
            raise ApiError("INTERNAL_ERROR", _INTERRUPTED)
        if self.is_cancelled:
            raise TaskCancelled(self.task_ref)

    @property
    def is_cancelled(self) -> bool:
        if self.task_ref is None or not self.db.has("task", self.task_ref):
            return False
        return "cancel" in self.db.get("task", self.task_ref, "current_operations").values()

    def allow_cancel(self) -> None:
        """Say in the task that it may be cancelled: migrations and the like call this first."""
        if self.task_ref is not None and self.db.has("task", self.task_ref):
            self.db.set("task", self.task_ref, "allowed_operations", ("cancel",))


Handler: TypeAlias = Callable[..., Awaitable[Any]]
"""`async def handler(context, *args) -> value`: args typed by the datamodel, defaults of omitted ones filled in; the
value typed likewise (None for void). It fails by raising ApiError."""

Behaviours: TypeAlias = Mapping[str, Handler]
"""Handlers by full call name, such as `VM.start`. They take the place of what follows from the fields alone."""
