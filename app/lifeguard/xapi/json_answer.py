"""What a JSON-RPC answer says: its result, or the failure it stands for, in every shape that servers have used."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from lifeguard.xapi.failures import ApiFailure, MalformedAnswer, api_failure


def loads(body: bytes) -> Any:
    """Any JSON, with the bare NaN and Infinity that some servers write. Raises MalformedAnswer."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return json.loads(body.decode())
    except (ValueError, RecursionError) as broken:
        raise MalformedAnswer(f"the answer is not JSON: {str(broken)[:80]}") from None


def result_of(answer: Any) -> Any:
    """The result in an envelope of either version. Raises ApiFailure, MalformedAnswer."""
    if not isinstance(answer, dict):
        raise MalformedAnswer("the answer is not a JSON-RPC envelope")
    error = answer.get("error")
    if error is not None:
        raise failure_of(error)
    if "result" not in answer:
        raise MalformedAnswer("the answer has neither result nor error")
    return answer["result"]


def failure_of(error: Any) -> ApiFailure:
    """The failure that an error stands for: an object in version 2, an array in version 1 and in early failures."""
    if isinstance(error, dict) and isinstance(error.get("message"), str):
        return api_failure(error["message"], _texts(error.get("data") or []))
    if isinstance(error, list) and error and isinstance(error[0], str):
        return api_failure(error[0], _texts(error[1:]))
    raise MalformedAnswer("the answer's error is neither an object nor an array")


def _texts(params: Any) -> tuple[str, ...]:
    items = params if isinstance(params, list) else [params]
    return tuple(item if isinstance(item, str) else json.dumps(item) for item in items)
