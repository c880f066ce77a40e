"""XML-RPC values as servers of the XenAPI write them, turned into JSON text by replacing whole tags: no callback for
each element. The first step is taken when text arrives, the second one when somebody reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ESCAPES = ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n"), (b"\r", b"\\r"), (b"\t", b"\\t"))
# Types that JSON has as text, or that the datamodel knows better.
_TYPED = tuple(b"<%s>" % tag for tag in (b"dateTime.iso8601", b"double", b"string", b"i4", b"int", b"i8"))
_NEXT, _MEANS = b"</value></member><member><name>", b"</name><value>"
# Long runs of tags first: they shrink the text for all that follow, and by their length say what they part.
_TAGS = (
    (b'"<struct>', b"{"),
    (b'</struct>","', b'},"'),
    (b'"<array><data>', b"["),
    (b'</data></array>","', b'],"'),
    (b'"<boolean>0</boolean>","', b'false,"'),
    (b'"<boolean>1</boolean>","', b'true,"'),
    (b'"<nil/>","', b'null,"'),
    (b'"<boolean>0</boolean></value></member>', b"false"),
    (b'"<boolean>1</boolean></value></member>', b"true"),
    (b'"<nil/></value></member>', b"null"),
    (b"</struct></value></member>", b"}"),
    (b"</data></array></value></member>", b"]"),
    (b"</struct></value><value><struct>", b"},{"),
    (b"</data></array></value><value><array><data>", b"],["),
    (b"</value><value>", b'","'),
    (b"<value><struct>", b"{"),
    (b"</struct></value>", b"}"),
    (b"<value><array><data>", b"["),
    (b"</data></array></value>", b"]"),
    (b"</struct>", b"}"),
    (b"</data></array>", b"]"),
    (b"<member><name>", b'"'),
    (b"</value></member>", b'"'),
    (b"<value>", b'"'),
    (b"</value>", b'"'),
)
_ENTITIES = ((b"&lt;", b"<"), (b"&gt;", b">"), (b"&quot;", b'\\"'), (b"&apos;", b"'"), (b"&#13;", b"\\r"))
_UNKNOWN_ENTITY = re.compile(b"&(?!amp;)")
_CONDENSED = re.compile(rb'\\(.)|","|":"')
_MEANT = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}


class NotPlain(Exception):
    """Written in some other way: to be read by a real parser."""


def condensed(xml: bytes) -> bytes:
    """The text with what stands between two members, and between name and value, as JSON has it: half as long, and
    quick to cut. Raises NotPlain."""
    if (b"!" in xml and b"<!" in xml) or (b"?" in xml and b"<?" in xml):
        raise NotPlain
    for letter, escape in _ESCAPES:
        if letter in xml:
            xml = xml.replace(letter, escape)
    if b"<value/>" in xml:
        xml = xml.replace(b"<value/>", b"<value></value>")
    return xml.replace(_NEXT, b'","').replace(_MEANS, b'":"')


def restored(text: bytes) -> bytes:
    """The XML that was condensed, or some that means the same."""
    return _CONDENSED.sub(_as_it_was, text)


def _as_it_was(found: re.Match[bytes]) -> bytes:
    if found[1] is not None:
        return _MEANT.get(found[1], found[1])
    return _NEXT if found[0] == b'","' else _MEANS


def as_json(text: bytes) -> bytes:
    """Condensed members or values as JSON text, numbers as strings. What comes out is JSON if what went in was written
    as servers do; whoever decodes it finds out. Raises NotPlain when it is certainly not."""
    for opens in _TYPED:
        if opens in text:
            text = text.replace(opens, b"").replace(b"</" + opens[1:], b"")
    text = _replaced(text, _TAGS)
    if b"<" in text:
        raise NotPlain
    if b"&" in text:
        text = _replaced(text, _ENTITIES)
        if _UNKNOWN_ENTITY.search(text):
            raise NotPlain
        text = text.replace(b"&amp;", b"&")
    return text


def _replaced(xml: bytes, pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
    for old, new in pairs:
        xml = xml.replace(old, new)
    return xml
