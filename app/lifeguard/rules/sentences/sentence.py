"""The shape of what we say about one error."""

from __future__ import annotations

from typing import NamedTuple


class Sentence(NamedTuple):
    """`reason` says what stands in the way, without capital or full stop; `remedy` is a sentence, or nothing.

    `{0}`, `{1}` are the error's parameters by name, `{0:bytes}` as an amount, `{0:operation}` as an operation;
    `{it}` and `{there}` are the object and the host in question, `{all}` every parameter, `{errors}` the packed errors.
    """

    reason: str
    remedy: str = ""
