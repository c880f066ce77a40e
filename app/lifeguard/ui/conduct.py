"""Running a command for the window: ask by dialogs, put jobs on the board, never lose a reason."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from lifeguard.commands.ask import Ask
from lifeguard.commands.command import Command
from lifeguard.commands.forms import name_of
from lifeguard.commands.jobs import Job, JobBoard
from lifeguard.commands.perform import Anew, Outcome, perform, split
from lifeguard.commands.permission import FORBIDDEN
from lifeguard.commands.selection import Item, Selection
from lifeguard.link.elevated import Elevated, NotElevated, as_user
from lifeguard.link.link import Link
from lifeguard.rules.verdict import Verdict
from lifeguard.scope import Scope
from lifeguard.ui.acting.elevation import AskElevation

_MOST_NAMED = 3
Opener = Callable[[Command, Selection, Anew | None], Awaitable[Sequence[Job]]]
"""Shows what a command opens, and returns the jobs that came of it; for the last, see `perform`."""


class Conductor:
    """`openers` by what a command opens instead of running at once: a wizard, or something that the window does."""

    def __init__(
        self, board: JobBoard, ask: Ask, elevation: AskElevation, openers: Mapping[str, Opener], scope: Scope
    ) -> None:
        self._board = board
        self._ask = ask
        self._elevation = elevation
        self._openers = openers
        self._scope = scope

    def run(self, chosen: Command, selection: Selection) -> None:
        """Begin; returns at once."""
        self._scope.start(self._perform(chosen, selection), chosen.id)

    async def _perform(self, chosen: Command, selection: Selection) -> None:
        outcome = await self._begin(chosen, selection, None)
        forbidden = forbidding(outcome)
        if forbidden is not None and len(selection.sources) == 1 and isinstance(selection.sources[0], Link):
            await self._run_as(chosen, selection, selection.sources[0], forbidden)
            return
        self._tell(chosen, selection, outcome)

    async def _begin(self, chosen: Command, selection: Selection, anew: Anew | None) -> Outcome:
        """Run it, or open what it opens; where it will lead to is asked there."""
        if not chosen.opens:
            return await perform(chosen, selection, self._board, self._ask, anew)
        anywhere = selection.with_target(None).renewed()
        if not chosen.sum_up(anywhere).allowed:
            return Outcome(left_out=split(chosen, anywhere)[1])
        return Outcome(tuple(await self._openers[chosen.opens](chosen, selection, anew)))

    async def _run_as(self, chosen: Command, selection: Selection, link: Link, refused: Verdict) -> None:
        """Ask for other credentials until they do, or the person leaves it."""
        reason = refused.refusal or ""
        while (given := await self._elevation.ask(chosen.title, reason)) is not None:
            try:
                async with as_user(link, given) as elevated:
                    theirs = _seen_by(elevated, selection)
                    anew = partial(self._run_anew, link)
                    outcome = await self._begin(chosen, theirs, anew)
                    for job in outcome.jobs:
                        await job.wait()
            except NotElevated as refusal:
                reason = str(refusal)
                continue
            forbidden = forbidding(outcome)
            if forbidden is None:
                self._tell(chosen, selection, outcome)
                return
            reason = f"{given.user} may not do this either. {forbidden.refusal or ''}"

    def _run_anew(self, link: Link, chosen: Command, selection: Selection) -> None:
        """In the own session first: where that may not do it, the other user is asked for again."""
        self.run(chosen, _seen_by(link, selection))

    def _tell(self, chosen: Command, selection: Selection, outcome: Outcome) -> None:
        """What could not even begin leaves its reason, unless a question gave it: one row for all with the same."""
        refused: dict[str, list[tuple[Item, Verdict]]] = {}
        for item, verdict in outcome.turned if outcome.jobs else outcome.left_out:
            refused.setdefault(verdict.key, []).append((item, verdict))
        for alike in refused.values():
            refs = {item.ref for item, _ in alike}
            again = replace(selection.renewed(), items=tuple(item for item in selection.items if item.ref in refs))
            words = selection.rules(again.items[0].source).words
            whole = _for_all(again, alike[0][1]) if len(alike) > 1 else ""
            self._board.refuse(chosen.title, alike[0][1], words, partial(self.run, chosen, again), whole)


def _for_all(selection: Selection, verdict: Verdict) -> str:
    """`web-01, web-02, web-03 and 7 more: It is running, this needs it halted.`"""
    names = [name_of(selection, item) for item in selection.items[:_MOST_NAMED]]
    more = len(selection.items) - len(names)
    return f"{', '.join(names)}{f' and {more} more' if more else ''}: {verdict.short}."


def forbidding(outcome: Outcome) -> Verdict | None:
    """The role's refusal where nothing was begun, and only that stands in the way of some of the objects."""
    if outcome.jobs:
        return None
    return next((verdict for _, verdict in outcome.left_out if verdict.code == FORBIDDEN), None)


def _seen_by(session: Elevated | Link, selection: Selection) -> Selection:
    """The same objects of the same pool through another session. A target in another pool keeps its own."""
    own = selection.items[0].source.inventory
    target = selection.target
    if target is not None and target.source.inventory is own:
        target = replace(target, source=session)
    return Selection(tuple(replace(item, source=session) for item in selection.items), target)
