"""Running a command for the window: ask by dialogs, put jobs on the board, never lose a reason."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from lifeguard.commands.ask import Ask
from lifeguard.commands.command import Command
from lifeguard.commands.jobs import Job, JobBoard
from lifeguard.commands.perform import Anew, Outcome, perform, split
from lifeguard.commands.permission import FORBIDDEN
from lifeguard.commands.selection import Selection
from lifeguard.link.elevated import Elevated, NotElevated, as_user
from lifeguard.link.link import Link
from lifeguard.rules.verdict import Verdict
from lifeguard.scope import Scope
from lifeguard.ui.acting.elevation import AskElevation

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
        if outcome.jobs:
            return
        if is_forbidden(outcome) and len(selection.sources) == 1 and isinstance(selection.sources[0], Link):
            await self._run_as(chosen, selection, selection.sources[0], outcome.left_out[0][1])
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
            if not is_forbidden(outcome):
                self._tell(chosen, theirs, outcome)
                return
            reason = f"{given.user} may not do this either. {outcome.left_out[0][1].refusal or ''}"

    def _run_anew(self, link: Link, chosen: Command, selection: Selection) -> None:
        """In the own session first: where that may not do it, the other user is asked for again."""
        self.run(chosen, _seen_by(link, selection))

    def _tell(self, chosen: Command, selection: Selection, outcome: Outcome) -> None:
        """What could not even begin leaves a row with its reason."""
        for item, verdict in () if outcome.jobs else outcome.left_out:
            again = partial(self.run, chosen, replace(selection.renewed(), items=(item,)))
            self._board.refuse(chosen.title, verdict, selection.rules(item.source).words, again)


def is_forbidden(outcome: Outcome) -> bool:
    """Whether only the user's role stands in the way."""
    return bool(outcome.left_out) and all(verdict.code == FORBIDDEN for _, verdict in outcome.left_out)


def _seen_by(session: Elevated | Link, selection: Selection) -> Selection:
    """The same objects of the same pool through another session. A target in another pool keeps its own."""
    own = selection.items[0].source.inventory
    target = selection.target
    if target is not None and target.source.inventory is own:
        target = replace(target, source=session)
    return Selection(tuple(replace(item, source=session) for item in selection.items), target)
