"""The shape of what we say about one error, and how the tables are written down."""

from __future__ import annotations

from typing import NamedTuple


class Sentence(NamedTuple):
    """`reason` says what stands in the way, without full stop; `remedy` is a sentence, or nothing.

    `{0}`, `{1}` are the error's parameters by name, `{0:bytes}` as an amount, `{0:operation}` as an operation,
    `{1:states}` as power states; `{it}` and `{there}` are the object and the host in question, `{all}` every
    parameter, `{errors}` the errors that the first one packs.
    """

    reason: str
    remedy: str = ""


def table(text: str) -> dict[str, Sentence]:
    """Read lines of `CODE | reason | remedy`; an indented line goes on. Raises ValueError where there is no reason."""
    found: dict[str, Sentence] = {}
    for line in text.strip().replace("\n    |", " |").splitlines():
        code, _, rest = line.partition(" | ")
        reason, _, remedy = rest.partition(" | ")
        if not reason or code in found:
            raise ValueError(f"not a sentence, or said twice: {line!r}")
        found[code] = Sentence(reason, remedy)
    return found
