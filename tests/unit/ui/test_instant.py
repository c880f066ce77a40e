"""Instants as people read them."""

from __future__ import annotations

import pytest

from lifeguard.ui.table.instant import local_time, when

_NOW_S = 1_770_000_000.0
_DAY_S = 86_400.0


@pytest.mark.parametrize("is_dated", [True, False])
def test_what_was_lately_is_told_by_how_long_ago(is_dated: bool) -> None:
    assert when(_NOW_S - 180, _NOW_S, is_dated=is_dated) == "3 min ago"
    assert when(_NOW_S - 29 * _DAY_S, _NOW_S, is_dated=is_dated) == "29 days ago"
    assert when(0, _NOW_S, is_dated=is_dated) == "–"


def test_what_was_long_ago_is_told_by_its_day_where_an_age_says_nothing() -> None:
    long_ago_s = _NOW_S - 6388 * _DAY_S
    assert when(long_ago_s, _NOW_S, is_dated=True) == local_time(long_ago_s)
    assert when(long_ago_s, _NOW_S, is_dated=False) == "6388 days ago"
