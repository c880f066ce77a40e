"""One record of an XML-RPC answer, left as condensed XML until somebody reads it."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from lifeguard.datamodel.decode import MalformedRecord, Unread
from lifeguard.xapi.failures import ApiFailure, MalformedAnswer
from lifeguard.xapi.xml_answer import loads
from lifeguard.xapi.xml_text import NotPlain, as_json, restored

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ENVELOPE = b"<methodResponse><params><param><value><struct>%s</struct></value></param></params></methodResponse>"


class XmlRecord(Unread, frozen=True, gc=False):
    """`text` holds the members of the record's struct."""

    def as_json(self) -> bytes:
        try:
            text = b"{" + as_json(self.text) + b"}"
            _OBJECT.decode(text)
            return text
        except (NotPlain, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return self._parsed()

    def _parsed(self) -> bytes:
        """By the way that is sure rather than fast."""
        try:
            return plain_json(loads(_ENVELOPE % restored(self.text)))
        except (ApiFailure, MalformedAnswer, ValueError, TypeError, RecursionError) as broken:
            raise MalformedRecord(f"a record is not XML-RPC: {str(broken)[:80]}") from None


def plain_json(record: Any) -> bytes:
    """A parsed record as JSON text, as the fast way writes it: numbers as text. Raises ValueError, TypeError,
    RecursionError."""
    return json.dumps(_plain(record), separators=(",", ":"), ensure_ascii=False).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return f"{value:.16g}" if isinstance(value, float) else value
