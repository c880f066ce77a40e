"""What closing the window, or a connection, would mean for the jobs that still run, as a question."""

from __future__ import annotations

from collections.abc import Sequence

from lifeguard.commands.ask import Prompt
from lifeguard.commands.jobs import Job
from lifeguard.quantities import format_count

_MOST_NAMED = 6


def leaving_prompt(jobs: Sequence[Job], what: str = "Close", verb: str = "Close Lifeguard") -> Prompt | None:
    """None when nothing is under way. A job in its last step is finished by the server alone; one in the middle of
    several stops there; one that waits never begins."""
    if not jobs:
        return None
    going_on = [job for job in jobs if job.status != "waiting" and job.is_in_last_step]
    waiting = [job for job in jobs if job.status == "waiting"]
    stopping = [job for job in jobs if job not in going_on and job not in waiting]
    parts = (
        ("goes on at the server, unseen:", "go on at the server, unseen:", going_on),
        ("stops half-way, its later steps are not done:", "stop half-way, their later steps are not done:", stopping),
        ("waits for its turn and will not begin:", "wait for their turn and will not begin:", waiting),
    )
    told = [_part(one, several, of_kind) for one, several, of_kind in parts if of_kind]
    is_loss = bool(stopping or waiting)
    title = f"{what} while {format_count(len(jobs), 'job')} {'is' if len(jobs) == 1 else 'are'} running?"
    return Prompt(title, "\n\n".join(told), danger=is_loss, verb=verb)


def _part(one: str, several: str, jobs: Sequence[Job]) -> str:
    names = [job.title for job in jobs[:_MOST_NAMED]]
    if len(jobs) > _MOST_NAMED:
        names.append(f"and {len(jobs) - _MOST_NAMED} more")
    verb = one if len(jobs) == 1 else several
    return "\n".join([f"{len(jobs)} {verb}", *names])
