"""Running a command on a selection: ask what must be asked, judge again, and put one job per object on the board."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from lifeguard.commands.ask import Answer, Ask, Form, Prompt
from lifeguard.commands.command import Command, Doing, summed_up
from lifeguard.commands.forms import name_of
from lifeguard.commands.jobs import Job, JobBoard
from lifeguard.commands.remedies import remedies_for
from lifeguard.commands.selection import Item, Selection
from lifeguard.commands.work import Report, Work
from lifeguard.rules.verdict import Verdict
from lifeguard.rules.words import Words


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking for a command: the jobs that were begun, and who was left out with what reason.

    Neither jobs nor `left_out` means that the person thought better of it. `turned` are those of `left_out` who still
    could when the person was asked, who therefore does not know of them.
    """

    jobs: tuple[Job, ...] = ()
    left_out: tuple[tuple[Item, Verdict], ...] = ()
    turned: tuple[tuple[Item, Verdict], ...] = ()


Anew = Callable[[Command, Selection], object]


async def perform(
    command: Command, selection: Selection, board: JobBoard, ask: Ask, anew: Anew | None = None
) -> Outcome:
    """Do it, as far as it may be done. Verdicts are taken afresh before and after the question.

    `anew` is for a source that will be gone when the jobs have ended: by it they are tried again, or taken back, from
    the beginning, questions included.
    """
    able, left_out = _sorted(command, selection)
    if not able.items:
        return Outcome(left_out=left_out)
    answers = await _answers(command, able, left_out, ask)
    if answers is None:
        return Outcome()
    able, turned = _sorted(command, able)
    works = (_work(command, able, item, answers) for item in able.items)
    works = (_with_undo(command, able, item, one, board, anew) for item, one in zip(able.items, works, strict=True))
    if anew is not None:
        works = (_with_retry(command, able, item, one, anew) for item, one in zip(able.items, works, strict=True))
    jobs = tuple(board.start(one) for one in tuple(works))
    return Outcome(jobs, (*left_out, *turned), turned)


def split(command: Command, selection: Selection) -> tuple[tuple[Item, ...], tuple[tuple[Item, Verdict], ...]]:
    """Who can and who cannot, with each reason."""
    verdicts = command.judge(selection)
    if command.scope != "some" and not summed_up(command, verdicts).allowed:
        refused = next(verdict for verdict in verdicts if not verdict.allowed)
        return (), tuple(
            (item, refused if verdict.allowed else verdict)
            for item, verdict in zip(selection.items, verdicts, strict=True)
        )
    pairs = tuple(zip(selection.items, verdicts, strict=True))
    able = tuple(item for item, verdict in pairs if verdict.allowed)
    return able, tuple((item, verdict) for item, verdict in pairs if not verdict.allowed)


def _sorted(command: Command, selection: Selection) -> tuple[Selection, tuple[tuple[Item, Verdict], ...]]:
    fresh = selection.renewed()
    able, left_out = split(command, fresh)
    return fresh.with_items(able), left_out


async def _answers(
    command: Command, able: Selection, left_out: tuple[tuple[Item, Verdict], ...], ask: Ask
) -> Mapping[str, Answer] | None:
    """The answers to the command's form or prompt; None when it was called off."""
    names = tuple((name_of(able, item), verdict.short or "") for item, verdict in left_out)
    form: Form | None = command.form(able) if command.form else None
    if form is not None:
        return await ask.fill(replace(form, left_out=names))
    prompt = command.prompt(able) if command.prompt else None
    if prompt is None and names:
        prompt = Prompt(f"{command.title}: {len(able.items)} of {len(able.items) + len(names)}", verb=command.title)
    if prompt is None:
        return {}
    return {} if await ask.confirm(replace(prompt, left_out=names)) else None


def _work(command: Command, selection: Selection, item: Item, answers: Mapping[str, Answer]) -> Work:
    name, target = name_of(selection, item), selection.target
    there = name_of(selection, target) if target is not None else ""

    async def run(job: Report) -> object:
        return await command.act(Doing(selection, item, job, answers))

    return Work(
        title=_phrase(command, there).format(name, target=there),
        run=run,
        words=selection.rules(item.source).words,
        failed=f"{name} was not {command.done}" if command.done else "",
        subjects=(item.ref,),
        target=target.ref if target is not None and target.source is item.source else "",
        lane=command.lane(selection, item) if command.lane else "",
        remedies=remedies_for(item),
    )


def _phrase(command: Command, there: str) -> str:
    return command.phrase or command.title + (" {} to {target}" if there else " {}")


def _with_undo(
    command: Command, selection: Selection, item: Item, work: Work, board: JobBoard, anew: Anew | None
) -> Work:
    way_back = command.take_back(selection, item) if command.take_back is not None else None
    if way_back is None:
        return work
    back, where = way_back
    begin = anew or partial(_begin_at_once, selection.rules(item.source).words, board)
    again = Selection((item,), Item(item.source, where) if where else None)
    return replace(work, undo=partial(begin, back, again), undo_title=back.title)


def _with_retry(command: Command, selection: Selection, item: Item, work: Work, anew: Anew) -> Work:
    again = Selection((item,), selection.target)
    return replace(work, again=partial(anew, command, again))


def _begin_at_once(words: Words, board: JobBoard, command: Command, selection: Selection) -> None:
    able, left_out = _sorted(command, selection)
    if able.items:
        board.start(_work(command, able, able.items[0], {}))
    else:
        board.refuse(command.title, left_out[0][1], words)
