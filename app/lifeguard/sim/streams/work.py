"""A stream under way: the task that shows it, the looks at whether somebody cancelled it, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from lifeguard.sim.context import Context
from lifeguard.sim.failure import ApiError, TaskCancelled
from lifeguard.sim.http.handlers import Visit
from lifeguard.sim.tasks import is_over


@dataclass(slots=True)
class Work:
    """`result` is what the task will say when all went well: XML-RPC text of a value."""

    visit: Visit
    context: Context
    task_ref: str
    result: str = ""

    async def begin(self, content_type: str, file_name: str) -> None:
        """Send the head of a reply whose length nobody knows: it ends with the connection."""
        lines = (
            "HTTP/1.0 200 OK",
            "Connection: close",
            "Cache-Control: no-cache, no-store",
            f"task-id: {self.task_ref}",
            f"Content-Type: {content_type}",
            f'Content-Disposition: attachment; filename="{file_name}"',
        )
        await self.visit.wires.send("\r\n".join((*lines, "", "")).encode())


@asynccontextmanager
async def under_task(visit: Visit, label: str) -> AsyncIterator[Work]:
    """Work in the task that the request names, or in one of its own, which goes when the work is over."""
    tasks, named = visit.pool.tasks, visit.named_task
    task_ref = named or tasks.begin(label, visit.session_ref, visit.host_ref)
    context = visit.pool.context(label, visit.host_ref, visit.session_ref, task_ref)
    context.allow_cancel()
    work = Work(visit, context, task_ref)
    visit.wires.look = context.checkpoint
    try:
        yield work
        tasks.succeed(task_ref, work.result)
    except ApiError as error:
        tasks.fail(task_ref, error)
        raise
    except (ConnectionError, asyncio.IncompleteReadError):
        if not is_over(context.db, task_ref):
            tasks.fail(task_ref, TaskCancelled(task_ref) if context.is_cancelled else ApiError("CLIENT_ERROR"))
        raise
    except asyncio.CancelledError:
        # The host goes down: it takes the work with it.
        if not is_over(context.db, task_ref):
            tasks.fail(task_ref, TaskCancelled(task_ref))
        raise
    finally:
        if named is None:
            tasks.forget(task_ref)
