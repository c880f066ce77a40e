"""Which of two hosts runs the older software: a VM moves to an equal or newer one only."""

from __future__ import annotations

import re
from itertools import zip_longest

from lifeguard.datamodel.records import Host

_KEYS = ("platform_version", "xapi_build", "xen")


def is_older(host: Host, other: Host) -> bool:
    """Whether `host` runs an older version than `other`, by the first kind of version in which they differ."""
    for key in _KEYS:
        mine, theirs = host.software_version.get(key, ""), other.software_version.get(key, "")
        order = compare_versions(mine, theirs) if mine and theirs else 0
        if order:
            return order < 0
    return False


def compare_versions(one: str, other: str) -> int:
    """-1, 0 or 1, number by number; a missing number is 0."""
    for left, right in zip_longest(_numbers(one), _numbers(other), fillvalue=0):
        if left != right:
            return -1 if left < right else 1
    return 0


def _numbers(text: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", text)]
