"""The one place that blanks secrets before anything is logged or shown: passwords, session refs, certificate bodies."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

_BLANK = "***"
_PATTERNS = (
    re.compile(r"(?<=SESSION_INVALID\()[^)]+"),
    re.compile(r"(?<=session_id=)[^&\s\"']+"),
    re.compile(r"(?<=pool_secret=)[^&;\s\"']+"),
    re.compile(r"(?i)(?<=authorization: )[^\r\n]+"),
    re.compile(r"(?s)-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----"),
)


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without credentials in URLs and headers, certificate bodies, and any of `secrets`."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, _BLANK)
    for pattern in _PATTERNS:
        text = pattern.sub(_BLANK, text)
    return text


class Redactor(logging.Filter):
    """A filter for log handlers: whatever a record says is said without secrets, its traceback too."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redacted(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redacted(record.exc_text)
        return True
