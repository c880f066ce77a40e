"""Clocks that do not go as the machine's does."""

from __future__ import annotations

import time

from lifeguard.clock import PacedClock

_PACE = 50.0


async def test_on_a_paced_clock_time_passes_quickly_and_the_date_is_everybodys() -> None:
    clock = PacedClock(_PACE)
    began_s, really_began_s = clock.monotonic_s(), time.monotonic()
    await clock.sleep(5.0)
    took_s, really_took_s = clock.monotonic_s() - began_s, time.monotonic() - really_began_s
    assert took_s >= 5.0
    assert 5.0 / _PACE <= really_took_s < 2.0
    assert abs(clock.time_s() - time.time()) < 1.0
