"""How hard an owner works at a time: load that follows the day and the week, wanders, jitters and sometimes bursts."""

from __future__ import annotations

import numpy as np

from lifeguard.sim.metrics.noise import Keys, constant, keys, lattice, smooth
from lifeguard.sim.metrics.recorded import Floats

DAY_S, WEEK_S = 86_400.0, 7 * 86_400.0
_BURST_S = 1_800.0
_BURSTS = 0.05
_FIRST_MONDAY_S = 4 * DAY_S  # 1970-01-05


def busy(seed: int, owners: tuple[str, ...], times_s: Floats) -> Floats:
    """float64[n, m] in (0, 1): the part of its processors each owner uses."""
    of = keys(seed, owners, "busy")
    level = 0.04 + 0.6 * constant(of) ** 1.9
    wander = 0.45 + 0.7 * smooth(of, times_s, 5_400.0) + 0.35 * smooth(of ^ np.uint64(1), times_s, 420.0)
    jitter = 0.5 * smooth(of ^ np.uint64(2), times_s, 25.0) + 0.3 * lattice(of, (times_s / 5).astype(np.int64)) - 0.4
    load = level * (_rhythm(of, times_s) * wander + jitter) + _bursts(of, times_s)
    return np.clip(load, 0.002, 0.97)


def memory_use(seed: int, owners: tuple[str, ...], times_s: Floats) -> Floats:
    """float64[n, m] in (0, 1): the part of its memory each owner uses; moves slowly."""
    of = keys(seed, owners, "memory")
    level = 0.3 + 0.5 * constant(of)
    wander = 0.2 * (smooth(of, times_s, 6 * 3600.0) - 0.5) + 0.02 * (smooth(of ^ np.uint64(1), times_s, 90.0) - 0.5)
    return np.clip(level + wander, 0.05, 0.97)


def traffic(seed: int, owners: tuple[str, ...], word: str, times_s: Floats, effort: Floats) -> Floats:
    """float64[n, m] of bytes per second on one way in or out, more when the owner works (`effort`, as `busy`)."""
    of = keys(seed, owners, word)
    rate = 10.0 ** (3.3 + 3.2 * constant(of))
    flicker = 0.3 + 0.9 * smooth(of, times_s, 45.0) + 0.5 * lattice(of, (times_s / 5).astype(np.int64))
    return np.asarray(rate * (0.1 + 2.5 * effort) * flicker)


def _rhythm(of: Keys, times_s: Floats) -> Floats:
    """Day and week: most work by day, some by night, hardly anybody on Sunday."""
    shift = np.where(constant(of ^ np.uint64(7)) < 0.18, 12.0, 0.0) + 3.0 * (constant(of ^ np.uint64(8)) - 0.5)
    hour = (times_s[:, None] / 3600.0 + shift[None, :]) % 24.0
    by_day = 0.5 - 0.5 * np.cos((hour - 3.0) * (np.pi / 12.0))
    day = ((times_s - _FIRST_MONDAY_S) % WEEK_S // DAY_S).astype(np.int64)
    week = np.array([1.0, 1.05, 1.0, 1.0, 0.9, 0.5, 0.4])[day]
    depth = 0.25 + 0.6 * constant(of ^ np.uint64(9))
    return np.asarray((1.0 - depth) + depth * 1.6 * by_day**1.5 * week[:, None])


def _bursts(of: Keys, times_s: Floats) -> Floats:
    slot = np.floor(times_s / _BURST_S)
    slots, where = np.unique(slot.astype(np.int64), return_inverse=True)
    drawn = lattice(of ^ np.uint64(11), slots)[where]
    shape = np.sin(np.pi * (times_s / _BURST_S - slot)) ** 2
    return np.asarray(np.where(drawn < _BURSTS, 0.25 + 0.45 * drawn / _BURSTS, 0.0) * shape[:, None])
