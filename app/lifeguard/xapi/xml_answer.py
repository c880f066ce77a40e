"""What an XML-RPC answer says: the standard library's unmarshaller, with every known XML attack shut out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.parsers.expat import ExpatError
from xmlrpc.client import Error as XmlRpcError
from xmlrpc.client import Fault, Unmarshaller

from defusedxml.common import DefusedXmlException
from defusedxml.xmlrpc import DefusedExpatParser

from lifeguard.xapi.failures import ApiFailure, MalformedAnswer, api_failure

_DEEPEST = 256
_CHUNK_BYTES = 1 << 16
_NAME = re.compile(rb"<name>([^\n]{1,500}?)</name>")
_BARE = re.compile(rb"&(?!(?:lt|gt|amp|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)")
# The standard unmarshaller trusts the order of tags: what it raises on others is whatever its stacks run into.
_BROKEN = (
    ExpatError, DefusedXmlException, XmlRpcError, ValueError, TypeError, LookupError, AttributeError, RecursionError,
    OverflowError,
)  # fmt: skip


class _Values(Unmarshaller):
    """Leaves dates and large ints as text: what they are is for the datamodel to say."""

    def __init__(self) -> None:
        super().__init__()
        self.dispatch = {**Unmarshaller.dispatch, "dateTime.iso8601": _end_text}
        self._depth = 0

    def start(self, tag: str, attrs: Any) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise MalformedAnswer("values nested too deeply")
        super().start(tag, attrs)

    def end(self, tag: str) -> None:
        self._depth -= 1
        super().end(tag)


def _end_text(values: Unmarshaller, data: str) -> None:
    values.append(data)
    values._value = False


def loads(body: bytes) -> Any:
    """The one value of a methodResponse. Raises ApiFailure for a fault, MalformedAnswer."""
    body = _with_carriage_returns(body)
    try:
        return _parsed(body)
    except MalformedAnswer:
        mended = _NAME.sub(_escaped_name, body)
        if mended == body:
            raise
    return _parsed(mended)


def _parsed(body: bytes) -> Any:
    values = _Values()
    parser = DefusedExpatParser(values, forbid_dtd=True)
    try:
        for start in range(0, len(body), _CHUNK_BYTES):
            parser.feed(body[start : start + _CHUNK_BYTES])
        parser.close()
        answer = values.close()
    except Fault as fault:
        raise api_failure("Fault", (str(fault.faultCode), str(fault.faultString))) from None
    except _BROKEN as broken:
        raise MalformedAnswer(f"the answer is not XML-RPC: {type(broken).__name__} {str(broken)[:80]}") from None
    if not isinstance(answer, tuple | list) or len(answer) != 1:
        raise MalformedAnswer("the answer holds no single value")
    return answer[0]


def _escaped_name(name: re.Match[bytes]) -> bytes:
    """Servers write the keys of maps without escaping them."""
    return b"<name>" + _BARE.sub(b"&amp;", name[1]).replace(b"<", b"&lt;") + b"</name>"


def _with_carriage_returns(body: bytes) -> bytes:
    """The server writes a carriage return in a value as it is, where XML would have it read as a line feed."""
    start, end = body.find(b"<methodResponse"), body.rfind(b">")
    if start < 0 or b"\r" not in body:
        return body
    return body[:start] + body[start:end].replace(b"\r", b"&#13;") + body[end:]


def result_of(answer: Any) -> Any:
    """The value in the struct that every call answers with; `system.listMethods` answers bare. Raises ApiFailure."""
    if isinstance(answer, list):
        return answer
    if not isinstance(answer, Mapping):
        raise MalformedAnswer("the answer is neither a struct nor an array")
    if answer.get("Status") == "Success":
        if "Value" not in answer:
            raise MalformedAnswer("the answer has no value")
        return answer["Value"]
    raise _failure_of(answer.get("ErrorDescription"))


def _failure_of(description: Any) -> ApiFailure:
    if isinstance(description, list) and description and all(isinstance(text, str) for text in description):
        return api_failure(description[0], tuple(description[1:]))
    raise MalformedAnswer("the answer says neither success nor what failed")
