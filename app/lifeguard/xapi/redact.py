"""The one place that blanks secrets before anything is logged or shown: passwords, session refs, certificate bodies."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

_BLANK = "***"
_PATTERNS = (
    re.compile(r"(?<=SESSION_INVALID\()[^)]+"),
    re.compile(r"(?<=session_id=)[^&\s\"']+"),
    re.compile(r"(?<=pool_secret=)[^&;\s\"']+"),
    re.compile(r"(?i)(?<=authorization: )[^\r\n]+"),
    re.compile(r"(?s)-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----"),
)

Secrets = Callable[[], Iterable[str]]
"""What is secret at the moment."""


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without credentials in URLs and headers, certificate bodies, and any of `secrets` in any notation."""
    for secret in sorted(secrets, key=len, reverse=True):
        for form in _forms(secret):
            text = text.replace(form, _BLANK)
    for pattern in _PATTERNS:
        text = pattern.sub(_BLANK, text)
    return text


def _forms(secret: str) -> Iterator[str]:
    """As it is, and as URLs, JSON, XML and Python write it."""
    if secret:
        notations = (
            quote(secret),
            quote(secret, safe=""),
            quote_plus(secret),
            json.dumps(secret)[1:-1],
            escape(secret),
            repr(secret)[1:-1],
        )
        yield from dict.fromkeys((secret, *notations))


class Redactor(logging.Filter):
    """A filter for log handlers: whatever a record says is said without secrets, its traceback too."""

    def __init__(self, secrets: Secrets = tuple) -> None:
        super().__init__()
        self.secrets = secrets

    def filter(self, record: logging.LogRecord) -> bool:
        secrets = tuple(self.secrets())
        record.msg, record.args = redacted(record.getMessage(), secrets), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redacted(record.exc_text, secrets)
        if record.stack_info:
            record.stack_info = redacted(record.stack_info, secrets)
        return True
