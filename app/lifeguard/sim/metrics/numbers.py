"""Numbers as a round-robin document writes them: tens of thousands at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from lifeguard.sim.metrics.recorded import Floats


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """`form` writes usual numbers; exact zeros and what is not finite have words of their own. `is_shortest`: the
    shortest text that reads as the same number will do, which a JSON encoder writes ten times as fast."""

    form: str
    is_shortest: bool = False

    def text(self, value: float) -> str:
        return _WORDS.get(value) or ("NaN" if value != value else self.form % value)

    def rows(self, values: Floats, before: str, after: str, between: str) -> Iterator[str]:
        """Each row as one text: every cell between `before` and `after`, joined by `between`."""
        if self.is_shortest and not np.isinf(values).any():
            yield from _shortest(values, before, after, between)
            return
        odd = ~np.isfinite(values) | (values == 0.0)
        usual = [f"{before}{self.form}{after}"] * values.shape[1]
        plain = between.join(usual)
        for row, odd_row, is_odd in zip(values, odd, odd.any(axis=1), strict=True):
            if is_odd:
                yield self._odd_row(row, np.flatnonzero(odd_row).tolist(), list(usual), (before, after, between))
            else:
                yield plain % tuple(row.tolist())

    def _odd_row(self, row: Floats, odd: Sequence[int], forms: list[str], around: tuple[str, str, str]) -> str:
        before, after, between = around
        numbers = row.tolist()
        for at in reversed(odd):
            forms[at] = f"{before}{self.text(numbers.pop(at))}{after}"
        return between.join(forms) % tuple(numbers)


def _shortest(values: Floats, before: str, after: str, between: str) -> Iterator[str]:
    encode, joint = msgspec.json.Encoder().encode, f"{after}{between}{before}"
    for row in values:
        text = encode(row.tolist())[1:-1].decode()
        # Whole numbers lose their ".0", zero keeps it; neighbours share a comma, so zeros need a second look.
        text = f",{text},".replace(".0,", ",").replace(",0,", ",0.0,").replace(",0,", ",0.0,")
        yield before + text[1:-1].replace("null", "NaN").replace(",", joint) + after


_WORDS = {0.0: "0.0", float("inf"): "Infinity", float("-inf"): "-Infinity"}
FIXED = NumberStyle("%.4f")
EXACT = NumberStyle("%.15g", is_shortest=True)
