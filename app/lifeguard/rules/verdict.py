"""The answer to "may I?": yes, or no with the server's error code and words for a person."""

from __future__ import annotations

from typing import Protocol, TypeAlias

from msgspec import Struct

Obstacle: TypeAlias = tuple[str, tuple[str, ...]]
"""What stands in the way: a code with its parameters, not yet about anybody."""


class Wording(Protocol):
    """Turns a refusal into words, with every ref resolved to a name. `rules.words.Words` is one."""

    def refusal(self, verdict: Verdict) -> str: ...
    def short(self, verdict: Verdict) -> str: ...


class Verdict(Struct, frozen=True, gc=False):
    """`key` is empty when allowed; else a XenAPI error code (upper case) or a reason of our own (lower case).

    Words are found when they are asked for: a thousand verdicts are made for each sentence that anybody reads.
    """

    key: str = ""
    params: tuple[str, ...] = ()
    wording: Wording | None = None
    subject: str = ""
    target: str = ""

    @property
    def allowed(self) -> bool:
        return not self.key

    @property
    def code(self) -> str | None:
        """The error code that a server would answer with; None when allowed, or when only we would refuse."""
        return self.key if self.key.isupper() else None

    @property
    def refusal(self) -> str | None:
        """One sentence: which object, what stands in the way, what to do. None when allowed."""
        if not self.key:
            return None
        return self.wording.refusal(self) if self.wording else self.key

    @property
    def short(self) -> str | None:
        """The reason in a few words, for the end of a menu line. None when allowed."""
        if not self.key:
            return None
        return self.wording.short(self) if self.wording else self.key


ALLOWED = Verdict()
