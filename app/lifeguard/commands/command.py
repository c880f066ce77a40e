"""A command is one record: what it is called, what it is for, when it may run and why not, what it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lifeguard.commands.ask import Answer, Form, Prompt
from lifeguard.commands.permission import FORBIDDEN, judge_permission
from lifeguard.commands.selection import Item, Selection
from lifeguard.commands.work import Report
from lifeguard.rules.verdict import ALLOWED, Verdict

OURS = "lifeguard"
"""The key by which we know the tasks that we started ourselves."""

Judge = Callable[[Selection, Item], Verdict]


@dataclass(frozen=True, slots=True)
class Doing:
    """One run of a command on one object: what its coroutine gets."""

    selection: Selection
    item: Item
    job: Report
    answers: Mapping[str, Answer] = field(default_factory=dict)

    @property
    def target_ref(self) -> str:
        """Where the object is to go. Only for commands that take a target."""
        if self.selection.target is None:
            raise LookupError("this command needs a target")
        return self.selection.target.ref

    async def call(self, method: str, *args: Any) -> Any:
        """A call that answers at once."""
        return await self.item.source.call(method, *args)

    async def task(self, method: str, *args: Any, share: tuple[float, float] = (0.0, 1.0)) -> Any:
        """A call that runs as a task at the server; its progress fills `share` of the job's."""
        begin, end = share
        self.job.is_in_last_step = end >= 1.0

        def advance(fraction: float) -> None:
            self.job.advance(begin + (end - begin) * fraction)

        try:
            return await self.item.source.run_task(method, *args, progress=advance, labels=self.labels)
        finally:
            self.job.is_in_last_step = False

    @property
    def labels(self) -> dict[str, str]:
        """What is noted on the server's task: for whom it is, what other consoles call it, and that it is ours."""
        return {"applies_to": self.item.ref, "XenCenterMeddlingActionTitle": self.job.title, OURS: "job"}


Act = Callable[[Doing], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Command:
    """One thing an admin can do.

    `kinds`: the sorts of object that could ever take it; for others it is not shown at all. None at all: it needs no
    object, and only the window knows whether it can be done.
    `scope`: `some` acts on those of a selection that can, `all` needs every one, `one` needs a single object.
    `target`: the kind of object it wants beside the selection (`host`, `tag`), empty when none.
    `calls`: the server's calls it makes, most telling first: they decide which role is needed.
    `phrase` names its job, with {} for the object and {target} for the target; without one the title and the names do.
    `done` ends the sentence "web-01 was not ...". Jobs of one `lane` run one after the other.
    `take_back` names the command, and its target, that would undo it.
    `opens`: the view or wizard that the window opens in place of running anything.
    """

    id: str
    title: str
    kinds: frozenset[str]
    judge_item: Judge
    act: Act
    calls: tuple[str, ...] = ()
    done: str = ""
    scope: Literal["some", "all", "one"] = "some"
    target: str = ""
    shortcut: str = ""
    icon: str = ""
    danger: bool = False
    prompt: Callable[[Selection], Prompt | None] | None = None
    form: Callable[[Selection], Form | None] | None = None
    lane: Callable[[Selection, Item], str] | None = None
    take_back: Callable[[Selection, Item], tuple[Command, str] | None] | None = None
    opens: str = ""
    phrase: str = ""

    def applies_to(self, selection: Selection) -> bool:
        """Whether any selected object is of a kind that could ever take this command."""
        return bool(self.kinds & selection.kinds)

    def judge(self, selection: Selection) -> tuple[Verdict, ...]:
        """One verdict per selected object, in their order."""
        if not self.applies_to(selection):
            return selection.foreign
        if self.scope == "one" and len(selection.items) > 1:
            return tuple(_refuse(selection, item, "one_at_a_time") for item in selection.items)
        permitted = {id(source): judge_permission(self, source, selection) for source in selection.sources}
        kinds, judge_item, kind = self.kinds, self.judge_item, selection.kind
        return tuple(
            [
                _refuse(selection, item, "not_for_this")
                if kind(item) not in kinds
                else judge_item(selection, item)
                if (role := permitted[id(item.source)]) is None
                else _role_last(role, judge_item, selection, item)
                for item in selection.items
            ]
        )

    def sum_up(self, selection: Selection) -> Verdict:
        """One verdict for the whole selection, as a menu shows it; looks no further than it must."""
        if not self.kinds:
            return ALLOWED
        if self.scope != "some":
            return summed_up(self, self.judge(selection))
        first: Verdict | None = None
        lacking: Verdict | None = None
        permitted = {id(source): judge_permission(self, source, selection) for source in selection.sources}
        kinds, kind, judge_item = self.kinds, selection.kind, self.judge_item
        for item in selection.items:
            if kind(item) not in kinds:
                continue
            role = permitted[id(item.source)]
            verdict = judge_item(selection, item) if role is None else _role_last(role, judge_item, selection, item)
            if verdict.allowed:
                return ALLOWED
            if verdict.code == FORBIDDEN:
                lacking = verdict
                if len(permitted) == 1:
                    break
            first = first or verdict
        return lacking or first or _refuse(selection, selection.items[0], "not_for_this")


def _role_last(role: Verdict, judge_item: Judge, selection: Selection, item: Item) -> Verdict:
    """Another user helps only where nothing else stands in the way; where nobody is connected nothing else matters."""
    if role.code != FORBIDDEN:
        return role
    verdict = judge_item(selection, item)
    return role if verdict.allowed else verdict


def summed_up(command: Command, verdicts: tuple[Verdict, ...]) -> Verdict:
    """One verdict for the whole selection: allowed when it may run, else the first reason."""
    refused = next((verdict for verdict in verdicts if not verdict.allowed), None)
    if refused is None:
        return ALLOWED
    if command.scope == "some" and any(verdict.allowed for verdict in verdicts):
        return ALLOWED
    return next((verdict for verdict in verdicts if verdict.key not in ("", "not_for_this")), refused)


def _refuse(selection: Selection, item: Item, key: str, *params: str) -> Verdict:
    return Verdict(key, params, selection.rules(item.source).words, item.named_ref)
