"""Which archive answers for which stretch of time: what to ask the server for, and where in the store to look."""

from __future__ import annotations

from typing import Final

import msgspec


class Span(msgspec.Struct, frozen=True):
    """One archive every server keeps: `rows` rows, `step_s` apart."""

    step_s: int
    rows: int

    @property
    def length_s(self) -> int:
        return self.step_s * self.rows


SPANS: Final = (Span(5, 120), Span(60, 120), Span(3_600, 168), Span(86_400, 366))
STEPS_S: Final = tuple(span.step_s for span in SPANS)


class Request(msgspec.Struct, frozen=True):
    """The `start` and `interval` parameters of an rrd_updates request (cf=AVERAGE goes with it, always)."""

    start_s: int
    interval_s: int


def step_for(start_s: float, now_s: float) -> int:
    """The finest step whose archive reaches back from `now_s` to `start_s`; beyond a year the coarsest one."""
    reach_s = now_s - start_s
    return next((span.step_s for span in SPANS if reach_s <= span.length_s), SPANS[-1].step_s)


def request_for(start_s: float, now_s: float) -> Request:
    """What to ask for to draw from `start_s` to `now_s` (server's clock), both UTC epoch seconds.

    A server picks an archive only when the start lies strictly inside its span (600 s back already gives 60 s rows),
    so the start is moved one step into the archive that `step_for` chose. Read the step of the answer all the same.
    """
    step_s = step_for(start_s, now_s)
    span = next(span for span in SPANS if span.step_s == step_s)
    return Request(start_s=int(max(start_s, now_s - span.length_s + step_s)), interval_s=step_s)
