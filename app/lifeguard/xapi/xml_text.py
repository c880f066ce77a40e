"""XML-RPC values as servers of the XenAPI write them, turned into JSON text by replacing whole tags: no callback for
each element, so a large answer costs little more than reading it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.parsers.expat import ExpatError, ParserCreate

_ESCAPES = ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n"), (b"\r", b"\\r"), (b"\t", b"\\t"))
# Looked for by one pass before the passes that would replace them.
_ESCAPED = re.compile(rb'[\\"\n\r\t]')
_RARE = re.compile(rb"<(?:string|double|i4|dateTime|nil|value/)")
_RARE_TAGS = (
    (b"</name><value/>", b'":""'),
    (b"</name><value><nil/></value>", b'":null'),
    *((b"<value><%s>" % tag, b"<value>") for tag in (b"string", b"dateTime.iso8601", b"double", b"i4")),
    *((b"</%s></value>" % tag, b"</value>") for tag in (b"string", b"dateTime.iso8601", b"double", b"i4")),
)
_NEXT = b"</member><member><name>"
# Long runs of tags first: they shrink the text for all that follow, and by their length say what they part.
_TAGS = (
    (b"</struct></value>" + _NEXT, b'},"'),
    (b"</data></array></value>" + _NEXT, b'],"'),
    (b"</struct></value><value><struct>", b"},{"),
    (b"</data></array></value><value><array><data>", b"],["),
    (b"</name><value><boolean>1</boolean></value>" + _NEXT, b'":true,"'),
    (b"</name><value><boolean>0</boolean></value>" + _NEXT, b'":false,"'),
    (b"</name><value><boolean>1</boolean></value>", b'":true'),
    (b"</name><value><boolean>0</boolean></value>", b'":false'),
    (b"</name><value><struct>", b'":{'),
    (b"</name><value><array><data>", b'":['),
    (b"</value>" + _NEXT, b'","'),
    (b"</name><value>", b'":"'),
    (b"</value><value>", b'","'),
    (_NEXT, b',"'),
    (b"<member><name>", b'"'),
    (b"<value><struct>", b"{"),
    (b"</struct></value>", b"}"),
    (b"<value><array><data>", b"["),
    (b"</data></array></value>", b"]"),
    (b"</value></member>", b'"'),
    (b"</member>", b""),
    (b"<value>", b'"'),
    (b"</value>", b'"'),
)
_ENTITIES = ((b"&lt;", b"<"), (b"&gt;", b">"), (b"&quot;", b'\\"'), (b"&apos;", b"'"), (b"&#13;", b"\\r"))


class NotPlain(Exception):
    """Written in some other way: to be read by a real parser."""


def as_json(xml: bytes) -> bytes:
    """The same members or values as JSON text, numbers as strings. What comes out is JSON if what went in was written
    as servers do; whoever decodes it finds out. Raises NotPlain when it is certainly not, or not well-formed."""
    if not _is_well_formed(xml):
        raise NotPlain
    if _ESCAPED.search(xml):
        xml = _replaced(xml, _ESCAPES)
    if _RARE.search(xml):
        xml = _replaced(xml, _RARE_TAGS)
    xml = _replaced(xml, _TAGS)
    if b"<" in xml:
        raise NotPlain
    if b"&" in xml:
        xml = _replaced(xml, _ENTITIES)
        if b"&#" in xml:
            raise NotPlain
        xml = xml.replace(b"&amp;", b"&")
    return xml


def _replaced(xml: bytes, pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
    for old, new in pairs:
        xml = xml.replace(old, new)
    return xml


def _is_well_formed(xml: bytes) -> bool:
    parser = ParserCreate()
    try:
        parser.Parse(b"<x>" + xml + b"</x>", True)
    except ExpatError:
        return False
    return True
