"""How many paths lead to a disk, as servers tell it: `[2, 4]` for two of four, with the number of sessions behind."""

from __future__ import annotations


def paths_told(told: str) -> str:
    """`2 of 4 paths active`; empty for what says no such thing."""
    numbers = [part.strip() for part in told.strip("[] ").split(",")]
    is_pair = len(numbers) >= 2 and all(number.isdigit() for number in numbers[:2])
    return f"{numbers[0]} of {numbers[1]} paths active" if is_pair else ""
