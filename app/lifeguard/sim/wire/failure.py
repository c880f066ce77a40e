"""A body that is no call at all: the server answers it with an error page, not with a reply."""

from __future__ import annotations


class MalformedRequest(Exception):
    """The text says what could not be read; it is shown on the page."""


class UnsayableText(Exception):
    """A JSON text holds characters that XML cannot; the message shows it as the real server's complaint does."""
