"""Our codecs against what a real xapi sent and was sent."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest

from lifeguard.datamodel.decode import decode_record
from lifeguard.xapi.codec import REF, described, result_type
from lifeguard.xapi.events import class_name_of
from lifeguard.xapi.failures import (
    ApiFailure,
    Failure,
    HostInEmergency,
    HostIsSlave,
    HostStillBooting,
    LoginRefused,
    MalformedAnswer,
    SessionInvalid,
)
from lifeguard.xapi.rows import Rest, Row
from lifeguard.xapi.values import typed
from tests.conformance.client.recorded import Exchange, exchanges, question
from tests.support import shared_path

WIRE = shared_path("golden/wire")
_SHAPES = {"event.from": "events", "event.next": "event list"}


def _said(exchange: Exchange) -> list[str] | None:
    """The error as it stands in the bytes, read without our codecs; None for a success."""
    if exchange.protocol == "xml":
        root = ElementTree.fromstring(exchange.body)
        names = [node.text for node in root.iter("name")]
        if "ErrorDescription" not in names:
            return None
        return [value.text or "" for value in root.findall(".//data/value")]
    answer = json.loads(exchange.body)
    error = answer.get("error")
    if isinstance(error, dict):
        return [error["message"], *error["data"]]
    return error


def _result(exchange: Exchange) -> Any:
    shape = _SHAPES.get(exchange.method)
    if shape is None:
        return exchange.codec.decode(exchange.body, result_type(exchange.method))
    reader = exchange.codec.reader(shape)  # type: ignore[arg-type]
    rows = reader.feed(exchange.body)
    more, rest = reader.finish()
    return rows + more, rest


def _raised(exchange: Exchange) -> ApiFailure | None:
    try:
        _result(exchange)
    except ApiFailure as failure:
        return failure
    return None


def test_every_recorded_answer_decodes_or_raises_what_the_server_said() -> None:
    counted: Counter[str] = Counter()
    for exchange in exchanges(WIRE):
        if exchange.status != 200:
            counted["http"] += 1
            continue
        said = _said(exchange)
        raised = _raised(exchange)
        assert said == (None if raised is None else [raised.code, *raised.params]), exchange.path
        counted["succeeded" if raised is None else "failed"] += 1
    assert counted["succeeded"] > 700
    assert counted["failed"] > 350


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("slave", HostIsSlave), ("emergency_still_booting", HostStillBooting), ("broken", HostInEmergency)],
)
def test_members_and_hosts_in_trouble_are_told_apart(folder: str, kind: type[Failure]) -> None:
    logins = [
        e for e in exchanges(WIRE / "09-slave-and-emergency" / folder) if e.method == "session.login_with_password"
    ]
    assert logins
    for exchange in logins:
        with pytest.raises(kind):
            _result(exchange)


def test_a_wrong_password_and_an_ended_session_are_told_apart() -> None:
    by_name = {e.path.name.partition("-")[2]: e for e in exchanges(WIRE / "01-session")}
    for protocol in ("xml", "jsonrpc1", "jsonrpc2"):
        with pytest.raises(LoginRefused):
            _result(by_name[f"login_bad_password.{protocol}.json"])
        with pytest.raises(SessionInvalid):
            _result(by_name[f"call_after_logout.{protocol}.json"])


def _trios() -> list[tuple[Exchange, Exchange]]:
    """The same question in different protocols, asked one right after the other."""
    found: list[tuple[Exchange, Exchange]] = []
    for folder in sorted(WIRE.iterdir()):
        listed = exchanges(folder)
        for first, second in pairwise(listed):
            if _name(first) == _name(second) and first.protocol != second.protocol and first.method == second.method:
                found.append((first, second))
    return found


def _name(exchange: Exchange) -> str:
    return exchange.path.name[4:].removesuffix(f".{exchange.protocol}.json")


def test_both_protocols_give_identical_values() -> None:
    compared = 0
    for first, second in _trios():
        if first.method in _SHAPES or first.status != 200 or _said(first) or _said(second) or _moves(first):
            continue
        assert _result(first) == _result(second), (first.path, second.path)
        compared += 1
    assert compared > 150


def _moves(exchange: Exchange) -> bool:
    """Whether the value itself changes from one call to the next."""
    return bool(
        re.search(r"login|create|clone|session_get_record|session_get_all|get_current_id|local", exchange.path.name)
    )


def test_large_answers_hold_identical_records_in_both_protocols() -> None:
    compared = 0
    by_class = {}
    for exchange in exchanges(WIRE / "02-records"):
        if exchange.method.endswith(".get_all_records") and _said(exchange) is None:
            by_class.setdefault(exchange.method, []).append(exchange)
    for method, found in by_class.items():
        tables = [_records(exchange) for exchange in found]
        for table in tables[1:]:
            assert table == tables[0], method
            compared += len(table)
    assert compared > 250


def _records(exchange: Exchange) -> dict[str, Any]:
    reader = exchange.codec.reader("records")
    rows = list(reader.feed(exchange.body))
    rows += reader.finish()[0]
    class_name = exchange.method.partition(".")[0]
    return {row.ref: decode_record(class_name, row.ref, row.payload or {}, []) for row in rows}


def test_event_snapshots_decode_without_a_problem() -> None:
    decoded = 0
    for exchange in exchanges(WIRE):
        if exchange.method not in _SHAPES or _said(exchange) is not None or exchange.status != 200:
            continue
        rows, rest = _result(exchange)
        assert isinstance(rest, Rest)
        assert exchange.method == "event.next" or re.fullmatch(r"\d{20},\d{20}", rest.token)
        for row in rows:
            decoded += _decodes(row)
    assert decoded > 1400


def _decodes(row: Row) -> int:
    if row.operation == "del":
        return 0  # event.next even sends the last record along
    problems: list[str] = []
    decode_record(class_name_of(row.class_name), row.ref, row.payload or {}, problems)
    assert problems == []
    return 1


def test_our_requests_mean_what_the_recorded_ones_meant() -> None:
    """Recorded parameters, taken as typed values, encoded by us and read back as the server would, are the same."""
    compared = 0
    for exchange in exchanges(WIRE):
        call = described(exchange.method)
        if call is None or exchange.method.startswith("Async."):
            continue
        kinds = [*([REF] if call.needs_session else []), *(parameter.type for parameter in call.parameters)]
        if len(exchange.params) > len(kinds):
            continue
        pairs = list(zip(kinds, exchange.params, strict=False))
        try:
            values = [(kind, typed(kind, param)) for kind, param in pairs if kind.kind != "record"]
        except MalformedAnswer:
            continue  # it was wrong on purpose, to see what the server says
        if len(values) < len(pairs):
            continue
        try:
            body = exchange.codec.encode(exchange.method, values)
        except ApiFailure:
            assert "control" in exchange.path.name
            continue
        method, params = _reread(exchange, body)
        assert method == exchange.method
        assert [typed(kind, param) for kind, param in zip(kinds, params, strict=False)] == [v for _, v in values]
        compared += 1
    assert compared > 700


def _reread(exchange: Exchange, body: bytes) -> tuple[str, list[Any]]:
    return question(exchange.protocol, body.decode())
