"""Checking migrations with both sides before they begin: our verdict at once, the servers' word when it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lifeguard.commands.confirming import AT_ONCE
from lifeguard.commands.migration import MigrationPlan, confirm, judge_plan
from lifeguard.commands.remedies import remedies_for
from lifeguard.commands.selection import Item
from lifeguard.commands.work import JobError, Remedy
from lifeguard.rules.verdict import ALLOWED, Verdict
from lifeguard.rules.words import Words
from lifeguard.xapi.failures import ApiFailure, Failure


class _NotNow:
    """What a remedy reports to while no job is there for it."""

    title = ""
    is_in_last_step = False
    note = ""

    def advance(self, fraction: float) -> None:
        """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one VM's migration. `verdict` is None while nobody has answered, or nobody can be asked."""

    verdict: Verdict | None
    words: str = "Asking the servers …"
    remedies: tuple[Remedy, ...] = ()


Told = Callable[[Item, Answer], object]


async def ask_servers(plans: Sequence[MigrationPlan], told: Told, first: Remedy | None = None) -> None:
    """Tell our verdict on every plan, then the servers'. At most 25 at once.

    `first` clears the way before; the records may not show it yet, so that then only the servers are asked.
    """
    if first is not None:
        try:
            await first.run(_NotNow())
        except Failure as failure:
            words = Words(plans[0].vm.source.inventory)
            told(plans[0].vm, Answer(None, f"{first.title}: {_in_words(words, failure)}", (first,)))
            return
    gate = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for plan in plans:
            group.create_task(_ask(plan, told, gate, predicts=first is None))


async def _ask(plan: MigrationPlan, told: Told, gate: asyncio.Semaphore, *, predicts: bool) -> None:
    words = Words(plan.vm.source.inventory)
    ours = judge_plan(plan, words) if predicts else ALLOWED
    if not ours.allowed:
        told(plan.vm, _refused(plan, ours))
        return
    async with gate:
        try:
            await confirm(plan)
        except ApiFailure as failure:
            told(plan.vm, _refused(plan, Verdict(failure.code, tuple(failure.params), words, plan.vm.ref)))
        except Failure as failure:
            told(plan.vm, Answer(None, f"Nobody could be asked: {failure}."))
        else:
            told(plan.vm, Answer(ALLOWED, "Both sides agree."))


def _refused(plan: MigrationPlan, verdict: Verdict) -> Answer:
    text = verdict.refusal or ""
    return Answer(verdict, text, remedies_for(plan.vm)(JobError(text, verdict.code, verdict.params)))


def _in_words(words: Words, failure: Failure) -> str:
    return words.sentence(failure.code, failure.params) if isinstance(failure, ApiFailure) else str(failure)
