"""What a job is to do, what went wrong with it in words, and what would help."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from lifeguard.inventory.inventory import Inventory
from lifeguard.rules.words import Words
from lifeguard.xapi.failures import ApiFailure


class Report(Protocol):
    """Where running work tells how far it is; a `Job` is one. `is_in_last_step`: the server would finish alone;
    `note`: what has been done so far, for whoever asks when it is over."""

    is_in_last_step: bool
    note: str

    @property
    def title(self) -> str: ...

    def advance(self, fraction: float) -> None: ...


@dataclass(frozen=True, slots=True)
class JobError:
    """What went wrong, in words and as the server put it."""

    sentence: str
    code: str | None = None
    params: tuple[str, ...] = ()

    @property
    def raw(self) -> str:
        return " ".join((self.code or "", *self.params)).strip()


@dataclass(frozen=True, slots=True)
class Remedy:
    """What clears the way after a failure. `title` is what the button says; the work is tried again afterwards."""

    title: str
    run: Callable[[Report], Awaitable[object]]


def no_remedies(error: JobError) -> tuple[Remedy, ...]:
    """For work that nothing but trying again could help."""
    return ()


@dataclass(frozen=True, slots=True)
class Work:
    """What a job is to do. `failed` begins the sentence of its failure: "web-01 was not migrated".

    `size_bytes` is how much there is to carry, 0 when that says nothing. `is_repeatable` is false for what never began
    and cannot be asked for again; `is_own` for what others do at the server, and for waiting that nobody loses anything
    by. `again` is how to try once more where the means, such as another user's session, are gone once it has ended: it
    asks for them.
    """

    title: str
    run: Callable[[Report], Awaitable[object]]
    words: Words
    failed: str = ""
    subjects: tuple[str, ...] = ()
    target: str = ""
    lane: str = ""
    undo: Callable[[], object] | None = None
    again: Callable[[], object] | None = None
    undo_title: str = ""
    size_bytes: int = 0
    is_repeatable: bool = True
    is_own: bool = True
    remedies: Callable[[JobError], tuple[Remedy, ...]] = no_remedies

    def concerns(self, inventory: Inventory) -> bool:
        """Whether it is about any object of this pool."""
        return any(ref in inventory for ref in (*self.subjects, self.target))


def error_in_words(work: Work, failure: Exception) -> JobError:
    """A failure as a sentence about the object: what happened, why, what to do."""
    subject = work.subjects[0] if work.subjects else ""
    what = work.failed or f"{work.title} failed"
    if isinstance(failure, ApiFailure):
        params = tuple(failure.params)
        sentence = work.words.failure(what, failure.code, params, subject, work.target)
        return JobError(sentence, failure.code, params)
    return JobError(work.words.readable(f"{what}: {failure or type(failure).__name__}"))
