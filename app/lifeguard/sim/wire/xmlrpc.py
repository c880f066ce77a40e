"""XML-RPC as a XenServer speaks it: untagged strings, integers as strings, a Status struct in place of faults."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from lifeguard.datamodel.schema import Type
from lifeguard.sim.failure import ApiError
from lifeguard.sim.release import Release
from lifeguard.sim.wire.codec import Pieces, pieces
from lifeguard.sim.wire.failure import MalformedRequest
from lifeguard.sim.wire.request import DateText, Request, Wire

_HEAD = b'<?xml version="1.0"?><methodResponse><params><param>'
_TAIL = b"</param></params></methodResponse>"
_STATUS = (
    b"<value><struct><member><name>Status</name><value>%s</value></member>"
    b"<member><name>%s</name>"
)
_STATUS_END = b"</member></struct></value>"
_SPECIAL = re.compile('[&<>"\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]')
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_DEEPEST = 64
_Member: TypeAlias = tuple[str, str, Callable[[Any], str], bool]
"""Name, what stands before the value, the value's writer, whether a value that is not there is left out."""


class XmlCodec:
    """Writes for one release of the server: fields it does not know stay out of its records."""

    name = "xml"
    content_type = "text/xml"

    def __init__(self, release: Release) -> None:
        self._release = release
        self._members: dict[str, tuple[_Member, ...]] = {}

    def value(self, kind: Type, value: Any) -> bytes:
        if kind.kind == "string":
            return f"<value>{escape(value)}</value>".encode()
        return _writer(kind)(value).encode()

    def record(self, class_name: str, values: Mapping[str, Any]) -> bytes:
        members = [f"{head}{write(values[name])}</member>" for name, head, write, is_option in self._writers(class_name)
                   if not (is_option and values[name] is None)]  # fmt: skip
        return f"<value><struct>{''.join(members)}</struct></value>".encode()

    def _writers(self, class_name: str) -> tuple[_Member, ...]:
        """How the fields of a class are written: looked up once, for there are many rows."""
        known = self._members.get(class_name)
        if known is None:
            known = self._members[class_name] = tuple(
                (field.name, f"<member><name>{field.name}</name>", _writer(field.type), field.type.kind == "option")
                for field in self._release.fields(class_name)
            )
        return known

    def small_int(self, value: int) -> bytes:
        return b"<value><i4>%d</i4></value>" % value

    def joined(self, items: Iterable[bytes]) -> bytes:
        return b"".join(items)

    def array(self, items: Iterable[bytes]) -> list[bytes]:
        return [b"<value><array><data>", *items, b"</data></array></value>"]

    def struct(self, members: Iterable[tuple[str, Pieces]]) -> list[bytes]:
        parts = [b"<value><struct>"]
        for name, value in members:
            parts += (b"<member><name>", escape(name).encode(), b"</name>", *pieces(value), b"</member>")
        parts.append(b"</struct></value>")
        return parts

    def success(self, request: Request, value: Pieces) -> bytes:
        return b"".join((_HEAD, _STATUS % (b"Success", b"Value"), *pieces(value), _STATUS_END, _TAIL))

    def bare(self, value: bytes) -> bytes:
        return b"".join((_HEAD, value, _TAIL))

    def failure(self, request: Request, error: ApiError) -> bytes:
        texts = self.array(f"<value>{escape(text)}</value>".encode() for text in error.description)
        return b"".join((_HEAD, _STATUS % (b"Failure", b"ErrorDescription"), *texts, _STATUS_END, _TAIL))

    def early_failure(self, request: Request, error: ApiError) -> bytes:
        return self.failure(request, error)


def escape(text: str) -> str:
    """Text as element content; characters that XML cannot hold are dropped, as the real server does."""
    return _SPECIAL.sub(lambda found: _ESCAPES.get(found[0], ""), text) if _SPECIAL.search(text) else text


@cache
def _writer(kind: Type) -> Callable[[Any], str]:
    match kind.kind:
        case "int":
            return lambda value: f"<value>{value}</value>"
        case "float":
            return _float
        case "bool":
            return lambda value: f"<value><boolean>{int(value)}</boolean></value>"
        case "datetime":
            return lambda value: f"<value><dateTime.iso8601>{escape(value)}</dateTime.iso8601></value>"
        case "set":
            item = _writer(kind.of[0])
            return lambda value: f"<value><array><data>{''.join(map(item, value))}</data></array></value>"
        case "map":
            return _map_writer(kind)
        case "record":
            return _record_writer(kind.name)
        case "option":
            some = _writer(kind.of[0])
            return lambda value: "<value><nil/></value>" if value is None else some(value)
        case "void":
            return lambda value: "<value></value>"
        case _:
            return lambda value: f"<value>{escape(value)}</value>"


def _float(value: float) -> str:
    text = f"{value:.16g}" if math.isfinite(value) else str(value)
    return f"<value><double>{text}</double></value>"


def _map_writer(kind: Type) -> Callable[[Any], str]:
    write = _writer(kind.of[1])

    def whole(value: Mapping[Any, Any]) -> str:
        members = [f"<member><name>{escape(str(k))}</name>{write(v)}</member>" for k, v in value.items()]
        return f"<value><struct>{''.join(members)}</struct></value>"

    return whole


def _record_writer(name: str) -> Callable[[Any], str]:
    writers = {field.name: _writer(field.type) for field in Release.newest().fields(name)}

    def whole(value: Mapping[str, Any]) -> str:
        members = [f"<member><name>{k}</name>{writers[k](v)}</member>" for k, v in value.items() if k in writers]
        return f"<value><struct>{''.join(members)}</struct></value>"

    return whole


def read_request(body: bytes) -> Request:
    """Read a `<methodCall>`. Raises MalformedRequest with words like those of the real server's page."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, UnicodeError, ValueError, RecursionError) as broken:
        raise MalformedRequest(f'Xmlm.Error(1:1, "{_summary(broken)}")') from None
    if root.tag != "methodCall":
        raise MalformedRequest(f'Xmlrpc.Parse_error("open_tag({root.tag})", "open_tag(methodCall)", _)')
    name, params = root.find("methodName"), root.find("params")
    if name is None or params is None:
        raise MalformedRequest('Xmlrpc.Parse_error("close_tag", "open_tag", _)')
    if not name.text:
        raise MalformedRequest('Xmlrpc.Parse_error("open_tag(params)", "close_tag(methodName)", _)')
    return Request(name.text, [_read_param(param) for param in params])


def read_value(text: bytes) -> Wire:
    """Read a lone `<value>`. Raises MalformedRequest."""
    try:
        return _read(fromstring(text, forbid_dtd=True), 0)
    except (ParseError, DefusedXmlException, UnicodeError, ValueError, RecursionError) as broken:
        raise MalformedRequest(f'Xmlm.Error(1:1, "{_summary(broken)}")') from None


def _summary(broken: Exception) -> str:
    if isinstance(broken, ParseError):
        return "expected root element" if "not well-formed" in str(broken) else "unexpected end of input"
    return type(broken).__name__


def _read_param(param: Element) -> Wire:
    value = param.find("value")
    if value is None:
        raise MalformedRequest('Xmlrpc.Parse_error("close_tag", "open_tag(value)", _)')
    return _read(value, 0)


def _read(value: Element, depth: int) -> Wire:
    if depth > _DEEPEST:
        raise MalformedRequest("Xmlrpc.Parse_error: values nested too deeply")
    if len(value) == 0:
        return value.text or ""
    inner = value[0]
    text = inner.text or ""
    try:
        match inner.tag:
            case "string":
                return text
            case "int" | "i4" | "i8":
                return int(text)
            case "boolean":
                return text.strip() == "1"
            case "double":
                return float(text)
            case "dateTime.iso8601":
                return DateText(text)
            case "nil":
                return None
            case "array":
                return [_read(item, depth + 1) for item in inner.iterfind("data/value")]
            case "struct":
                return dict(_read_member(member, depth) for member in inner.iterfind("member"))
    except ValueError:
        raise MalformedRequest(f'Failure("{inner.tag}_of_string")') from None
    raise MalformedRequest(f'Xmlrpc.Parse_error("open_tag({inner.tag})", "value", _)')


def _read_member(member: Element, depth: int) -> tuple[str, Wire]:
    name, value = member.find("name"), member.find("value")
    if name is None or value is None:
        raise MalformedRequest('Xmlrpc.Parse_error("close_tag", "open_tag(member)", _)')
    return name.text or "", _read(value, depth + 1)
