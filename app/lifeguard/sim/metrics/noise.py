"""Chance as a pure function of key and time: any instant of any year can be asked for, in any order, at no cost."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from lifeguard.sim.metrics.recorded import Floats

Keys: TypeAlias = NDArray[np.uint64]

_GAMMA, _M1, _M2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_TO_UNIT = 1.0 / (1 << 53)


@lru_cache(maxsize=65536)
def key(seed: int, *words: str) -> int:
    """A 64-bit key for one series of one owner."""
    text = "\0".join((str(seed), *words)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def keys(seed: int, owners: tuple[str, ...], word: str) -> Keys:
    """uint64[m]: one key per owner."""
    return np.array([key(seed, owner, word) for owner in owners], dtype=np.uint64)


def constant(of: Keys) -> Floats:
    """float64[m] in [0, 1): one number per key that never changes."""
    return _unit(_mix(of))


def lattice(of: Keys, ticks: NDArray[np.int64]) -> Floats:
    """float64[n, m] in [0, 1): independent numbers for every tick and key."""
    return _unit(_mix(of[None, :] + _mix(ticks.astype(np.uint64))[:, None]))


def smooth(of: Keys, times_s: Floats, period_s: float) -> Floats:
    """float64[n, m] in [0, 1): chance that changes over `period_s` without jumps."""
    position = times_s / period_s
    tick = np.floor(position)
    ticks = tick.astype(np.int64)
    first, last = ticks.min(initial=1 << 62), ticks.max(initial=-(1 << 62))
    if 0 <= last - first < len(ticks):  # many instants between two knots: draw each knot once
        knots = lattice(of, np.arange(first, last + 2))
        here, next_ = knots[ticks - first], knots[ticks - first + 1]
    else:
        here, next_ = lattice(of, ticks), lattice(of, ticks + 1)
    part = (position - tick)[:, None]
    return np.asarray(here + (next_ - here) * part * part * (3.0 - 2.0 * part))


def _mix(number: Keys) -> Keys:
    """Scatter the bits (splitmix64); overflow is meant."""
    with np.errstate(over="ignore"):
        number = number + _GAMMA
        number = (number ^ (number >> np.uint64(30))) * _M1
        number = (number ^ (number >> np.uint64(27))) * _M2
    return number ^ (number >> np.uint64(31))


def _unit(number: Keys) -> Floats:
    return (number >> np.uint64(11)).astype(np.float64) * _TO_UNIT
