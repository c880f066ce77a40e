"""One recorded exchange, and how a reply is taken apart for comparison."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring


@dataclass(frozen=True)
class Exchange:
    """`request` is sent as it is once refs are translated; `response` is what the real server wrote."""

    name: str
    request: str
    response: str

    @property
    def method(self) -> str:
        body = self.request.partition("\r\n\r\n")[2]
        if body.startswith("{"):
            try:
                return str(json.loads(body).get("method", ""))
            except ValueError:
                return ""
        return body.partition("<methodName>")[2].partition("</methodName>")[0]


def recorded(folder: Path) -> list[Exchange]:
    """The exchanges of a folder in the order they were recorded."""
    found = []
    for path in sorted(folder.glob("*.json")):
        if path.name != "INDEX.json":
            record = json.loads(path.read_text(encoding="utf-8"))
            name = f"{folder.name}/{path.name.removesuffix('.json')}"
            found.append(Exchange(name, record["request_raw"], record["response_raw"]))
    return found


@dataclass(frozen=True)
class Tagged:
    """An XML-RPC scalar with the tag it came in; untagged text has the tag ``."""

    tag: str
    text: str


@dataclass(frozen=True)
class Reply:
    """Status line without the HTTP version, content type, and the body as dict, list, Tagged or JSON scalar."""

    status: str
    content_type: str
    value: Any


def take_apart(raw: str) -> Reply:
    head, _, body = raw.partition("\r\n\r\n")
    lines = head.split("\r\n")
    status = lines[0].partition(" ")[2]
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    kind = headers.get("content-type", "")
    if kind == "application/json":
        return Reply(status, kind, json.loads(body))
    if kind == "text/xml" and body.startswith("<?xml version=\"1.0\"?><methodResponse>"):
        return Reply(status, kind, _value(fromstring(body.encode())[0][0][0]))
    if kind == "text/html":
        return Reply(status, kind, body.partition("<h1> Additional")[0])
    return Reply(status, kind, body[:0])


def _value(element: Element) -> Any:
    if len(element) == 0:
        return Tagged("", element.text or "")
    inner = element[0]
    if inner.tag == "struct":
        return {member[0].text or "": _value(member[1]) for member in inner}
    if inner.tag == "array":
        return [_value(item) for item in inner[0]]
    return Tagged(inner.tag, inner.text or "")
