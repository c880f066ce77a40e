"""Two replies alike: same status, same structure, same types; for failures also the same code and parameters."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from tests.conformance.wire.exchange import Reply, Tagged

_REF = re.compile(r"OpaqueRef:[0-9a-f-]{36}|trackid=[0-9a-f]+")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KNOWN = re.compile(f"{_REF.pattern}|{_UUID.pattern}")
_FAILURE_KEYS = ("ErrorDescription", "error")


def difference(real: Reply, ours: Reply, refs: dict[str, str]) -> str:
    """What differs first, in words; empty when the replies are alike. Learns which of our refs stands for which."""
    if real.status.split()[:1] != ours.status.split()[:1]:
        return f"HTTP {ours.status}, not {real.status}"
    if real.content_type != ours.content_type:
        return f"content type {ours.content_type!r}, not {real.content_type!r}"
    return _differs(real.value, ours.value, refs, "", is_exact=False)


def _differs(real: Any, ours: Any, refs: dict[str, str], where: str, *, is_exact: bool) -> str:
    if isinstance(real, dict) and isinstance(ours, dict):
        return _structs(real, ours, refs, where, is_exact=is_exact)
    if isinstance(real, list) and isinstance(ours, list):
        if _are_events(real) or _are_events(ours):
            return _events(real, ours, refs, where)
        if is_exact and len(real) != len(ours):
            return f"{where} has {_flat(ours)}, not {_flat(real)}"
        for at, (one, other) in enumerate(zip(real, ours, strict=False)):
            found = _differs(one, other, refs, f"{where}[{at}]", is_exact=is_exact)
            if found:
                return found
        return ""
    one, other = _kind(real), _kind(ours)
    if one != other:
        return f"{where} is {other}, not {one}"
    texts = _text(real), _text(ours)
    _learn(*texts, refs)
    if is_exact and _KNOWN.sub(lambda found: refs.get(found[0], found[0]), texts[0]) != texts[1]:
        return f"{where} is {texts[1]!r}, not {texts[0]!r}"
    return ""


def _structs(real: dict[str, Any], ours: dict[str, Any], refs: dict[str, str], where: str, *, is_exact: bool) -> str:
    real = {refs.get(key, key): value for key, value in real.items()}
    if _is_record(real) or _is_record(ours):
        missing, extra = real.keys() - ours.keys(), ours.keys() - real.keys()
        if missing or extra:
            return f"{where} lacks {sorted(missing)} and has {sorted(extra)} too"
    for key in real.keys() & ours.keys():
        failed = is_exact or (key in _FAILURE_KEYS and real[key] is not None)
        found = _differs(real[key], ours[key], refs, f"{where}.{key}", is_exact=failed)
        if found:
            return found
    return ""


def _are_events(values: list[Any]) -> bool:
    return bool(values) and isinstance(values[0], dict) and "operation" in values[0]


def _events(real: list[Any], ours: list[Any], refs: dict[str, str], where: str) -> str:
    """The same events in the same order of groups; within a group they are paired by object, else by position."""
    if [_group(event) for event in _grouped(real)] != [_group(event) for event in _grouped(ours)]:
        return f"{where} tell {_told(ours)}, not {_told(real)}"
    if _phases(real) != _phases(ours):
        return f"{where} come in the order {_phases(ours)}, not {_phases(real)}"
    left = list(ours)
    for event in sorted(real, key=lambda event: refs.get(_text(event["ref"])) is None):
        name = refs.get(_text(event["ref"]))
        alike = [other for other in left if _group(other) == _group(event)]
        partner = next((other for other in alike if _text(other["ref"]) == name), alike[0])
        left.remove(partner)
        found = _differs(event, partner, refs, f"{where}[{'.'.join(_group(event))}]", is_exact=False)
        if found:
            return found
    return ""


def _grouped(events: list[Any]) -> list[Any]:
    """Classes may come in any order inside additions, modifications and deletions, but not across them."""

    def place(event: Any) -> tuple[int, tuple[str, str]]:
        name, operation = _group(event)
        return (-1 if name == "message" else ("add", "mod", "del").index(operation)), (name, operation)

    return sorted(events, key=place)


def _phases(events: list[Any]) -> list[str]:
    """The runs of messages and operations, each named once."""
    runs: list[str] = []
    for name, operation in map(_group, events):
        phase = "message" if name == "message" else operation
        if not runs or runs[-1] != phase:
            runs.append(phase)
    return runs


def _group(event: Any) -> tuple[str, str]:
    return _text(event["class"]), _text(event["operation"])


def _told(events: list[Any]) -> str:
    counts = Counter(f"{operation} {name}" for name, operation in map(_group, events))
    return ", ".join(f"{count} {what}" for what, count in sorted(counts.items())) or "nothing"


def _is_record(value: dict[str, Any]) -> bool:
    """A record or envelope, whose keys are fixed, as opposed to a map, whose keys are data."""
    return bool({"uuid", "Status", "error", "result", "operation", "token", "message"} & value.keys())


def _learn(real: str, ours: str, refs: dict[str, str]) -> None:
    for pattern in (_REF, _UUID):
        if pattern.fullmatch(real) and pattern.fullmatch(ours):
            refs.setdefault(real, ours)
    if real.startswith("<value>OpaqueRef:") and ours.startswith("<value>OpaqueRef:"):
        refs.setdefault(real[7:-8], ours[7:-8])
    if real.startswith("trackid=") and _REF.fullmatch(ours):
        refs.setdefault(real, ours)


def _kind(value: Any) -> str:
    return f"<{value.tag}>" if isinstance(value, Tagged) else type(value).__name__


def _text(value: Any) -> str:
    return value.text if isinstance(value, Tagged) else str(value)


def _flat(values: list[Any]) -> list[str]:
    return [_text(value) for value in values]
