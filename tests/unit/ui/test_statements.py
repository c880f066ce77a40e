"""What the window says about its connections, and of which time what it shows was true."""

from __future__ import annotations

import time

import pytest

from lifeguard.inventory.inventory import Inventory
from lifeguard.link.saved import SavedDatabase
from lifeguard.link.state import LinkState, Phase
from lifeguard.ui.shown import server_now_s
from lifeguard.ui.statements import as_of, banner_text, nothing_shown

_NOON_S = 1_244_116_800.0
_NOW_S = _NOON_S + 3 * 3_600


def _source(phase: Phase, as_of_s: float | None = _NOON_S) -> SavedDatabase:
    """Anything with a state and a server's clock, here 5 s ahead of ours."""
    source = SavedDatabase("pool", Inventory())
    source.server_time_offset_s = 5.0
    source.state = LinkState(phase, "pool", _NOON_S, "It is so.", as_of_s=as_of_s)
    return source


@pytest.mark.parametrize("phase", ["lost", "refused", "connecting", "loading", "saved"])
def test_time_stands_still_where_nobody_knows_what_is_so_now(phase: Phase) -> None:
    assert server_now_s(_source(phase), _NOW_S) == _NOON_S + 5
    assert as_of(_source(phase).state).endswith(time.strftime("%H:%M:%S", time.localtime(_NOON_S)))


@pytest.mark.parametrize(("phase", "as_of_s"), [("live", _NOON_S), ("connecting", None), ("saved", None)])
def test_time_goes_on_where_contact_lasts_or_nothing_was_ever_known(phase: Phase, as_of_s: float | None) -> None:
    assert server_now_s(_source(phase, as_of_s), _NOW_S) == _NOW_S + 5
    assert as_of(_source(phase, as_of_s).state) == ""


def test_the_banner_tells_the_day_of_a_saved_database_and_the_time_of_lost_contact() -> None:
    at = time.strftime("%H:%M:%S", time.localtime(_NOON_S))
    day = f"{time.localtime(_NOON_S).tm_mday} Jun 2009"
    assert banner_text(_source("saved").state, _NOW_S) == f"It is so. What you see is as of {day} {at}."
    assert banner_text(_source("saved", None).state, _NOW_S) == "It is so."
    assert banner_text(_source("lost").state, _NOW_S) == f"It is so. What you see is as of {at}."


def test_nothing_chosen_is_no_reason_to_connect_where_a_pool_is_there() -> None:
    assert nothing_shown((), is_connected=True) == (
        "Choose something on the left to see it here.",
        "Connect to another pool…",
    )
    assert nothing_shown((), is_connected=False)[1] == "Connect to a pool…"


def test_what_is_outdated_elsewhere_is_not_said_of_what_is_looked_at() -> None:
    state = _source("lost").state
    assert "What you see is as of" in banner_text(state, _NOW_S)
    assert "What you see of it is as of" in banner_text(state, _NOW_S, is_of_another=True)
