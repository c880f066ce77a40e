"""How long things take in the simulated pool, on its clock, and how a task shows it."""

from __future__ import annotations

from collections.abc import Sequence

from lifeguard.sim.behaviour.presence import Presence
from lifeguard.sim.context import Context

_STEP_S = 0.25

START_S = 2.0
RESUME_S = 2.0
SUSPEND_S = 2.5
CLEAN_SHUTDOWN_S = 3.0
HARD_SHUTDOWN_S = 0.5
REBOOT_S = 3.0
PAUSE_S = 0.2
SNAPSHOT_S = 1.0
TOOLS_REPORT_S = 8.0
HOST_GOES_DOWN_S = 10.0
HOST_BOOTS_S = 60.0
TOOLSTACK_RESTARTS_S = 10.0
MEMBER_TURNS_S = 2.0
PLUG_S = 0.3
SCAN_S = 0.5


def migration_s(memory_bytes: int) -> float:
    """A few seconds for a small VM, half a minute for a huge one."""
    return 3.0 + min(27.0, memory_bytes / 2**30)


def copy_s(size_bytes: int) -> float:
    return 1.0 + min(59.0, size_bytes / 2**30 / 2)


async def take(
    context: Context, seconds: float, begin: float = 0.0, end: float = 1.0, *, on: Sequence[str] = ()
) -> None:
    """Let `seconds` pass while the task goes from `begin` to `end`. Raises TaskCancelled when somebody cancelled it,
    and ApiError CANNOT_CONTACT_HOST when one of the hosts `on` which it happens goes away."""
    steps = max(1, round(seconds / _STEP_S))
    presence = Presence(context, on)
    await context.progress(begin)
    for step in range(1, steps + 1):
        await context.clock.sleep(seconds / steps)
        presence.check()
        await context.progress(begin + (end - begin) * step / steps)


async def wait(context: Context, seconds: float, *, on: Sequence[str] = ()) -> None:
    """The same for what is over too soon to show progress, or cannot be cancelled."""
    presence = Presence(context, on)
    await context.clock.sleep(seconds)
    presence.check()
