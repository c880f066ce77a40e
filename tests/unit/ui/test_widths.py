"""Columns share the room they have: all of it is used, nothing that fits is cut, and what cannot give way does not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lifeguard.ui.table.widths import Need, shared_out


@st.composite
def _needs(draw: st.DrawFn) -> Need:
    least, wanted, held = sorted(draw(st.lists(st.integers(1, 500), min_size=3, max_size=3)))
    return Need(least, wanted, held)


@given(st.lists(_needs(), min_size=1, max_size=12), st.integers(0, 5000))
def test_no_column_is_narrower_than_its_least_or_wider_than_what_it_holds(needs: list[Need], room: int) -> None:
    widths = shared_out(needs, room)
    assert all(need.least <= width <= need.held for need, width in zip(needs, widths, strict=True))
    if sum(need.least for need in needs) <= room:
        assert sum(widths) <= room
    if sum(need.held for need in needs) <= room:
        assert widths == tuple(need.held for need in needs)


def test_the_long_ones_give_way_to_the_short_ones() -> None:
    assert shared_out([Need(50, 50, 50), Need(40, 140, 300)], 120) == (50, 70)


def test_what_is_left_over_goes_to_those_that_hold_more() -> None:
    assert shared_out([Need(50, 50, 50), Need(40, 140, 300)], 250) == (50, 200)
