"""How the documents of a release are written: they changed when their JSON became JSON."""

from __future__ import annotations

from dataclasses import dataclass

from lifeguard.sim.metrics.numbers import EXACT, FIXED, NumberStyle
from lifeguard.sim.release import Release

_FIRST_SOUND_BUILD = (23, 31)


@dataclass(frozen=True, slots=True)
class Dialect:
    """`is_json_sound`: keys are quoted and every number is a string, where older ones wrote bare keys and bare NaN."""

    numbers: NumberStyle
    is_json_sound: bool

    @classmethod
    def of(cls, release: Release) -> Dialect:
        build = release.software.get("xapi_build", "0").split(".")
        number = tuple(int(part) for part in build[:2] if part.isdigit())
        return NEW if number >= _FIRST_SOUND_BUILD else OLD


OLD = Dialect(FIXED, is_json_sound=False)
NEW = Dialect(EXACT, is_json_sound=True)
