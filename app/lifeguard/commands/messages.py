"""What can be done with the messages of a pool: let them go, for everybody who looks after it."""

from __future__ import annotations

from lifeguard.commands.ask import Prompt
from lifeguard.commands.command import Command, Doing
from lifeguard.commands.judging import always
from lifeguard.commands.selection import Selection
from lifeguard.commands.source import Source
from lifeguard.commands.work import Report, Work
from lifeguard.quantities import format_count
from lifeguard.rules.words import Words
from lifeguard.xapi.failures import ApiFailure

_UNKNOWN_CALL = frozenset({"MESSAGE_METHOD_UNKNOWN", "MESSAGE_REMOVED", "NOT_IMPLEMENTED"})
_GONE = frozenset({"HANDLE_INVALID", "UUID_INVALID"})


async def _dismiss(doing: Doing) -> None:
    await doing.call("message.destroy", doing.item.ref)


def _prompt(selection: Selection) -> Prompt | None:
    many = format_count(len(selection.items), "alert")
    return Prompt(f"Dismiss {many}?", "They disappear for everybody who looks after the pool.", verb=f"Dismiss {many}")


DISMISS = Command(
    "message.dismiss", "Dismiss", frozenset({"message"}), always, _dismiss, ("message.destroy",), "dismissed",
    icon="close", prompt=_prompt,
)  # fmt: skip
COMMANDS = (DISMISS,)


def dismissal(source: Source, refs: tuple[str, ...]) -> Work:
    """All these messages of one pool in one job; servers that cannot do it in one call get one for each."""

    async def run(job: Report) -> None:
        try:
            await source.call("message.destroy_many", refs)
        except ApiFailure as failure:
            if failure.code not in _UNKNOWN_CALL | _GONE:
                raise
            await _one_by_one(source, refs, job)

    what = format_count(len(refs), "alert")
    return Work(f"Dismiss {what}", run, Words(source.inventory), f"{what} could not be dismissed")


async def _one_by_one(source: Source, refs: tuple[str, ...], job: Report) -> None:
    for done, ref in enumerate(refs, 1):
        try:
            await source.call("message.destroy", ref)
        except ApiFailure as failure:
            if failure.code not in _GONE:
                raise
        job.advance(done / len(refs))
