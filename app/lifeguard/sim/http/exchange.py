"""One HTTP request as read, one reply as it will be written, and the real server's pages for what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

_APOLOGY = (
    "An unexpected error occurred; please wait a while and try again. "
    "If the problem persists, please contact your support representative."
)


class BadRequest(Exception):
    """The head of a request cannot be read. `page` is the answer, None when the connection is just closed."""

    def __init__(self, page: Reply | None = None) -> None:
        super().__init__("a request that cannot be read")
        self.page = page


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """Header names are in lower case. `query` keeps repeated parameters."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    version: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def keeps_alive(self) -> bool:
        wish = self.headers.get("connection", "").lower()
        return wish != "close" if self.version == "HTTP/1.1" else wish == "keep-alive"

    def parameter(self, name: str) -> str | None:
        """A parameter of the query, else the cookie of that name."""
        if name in self.query:
            return self.query[name][0]
        for cookie in self.headers.get("cookie", "").split(";"):
            key, _, value = cookie.strip().partition("=")
            if key == name:
                return unquote(value)
        return None


@dataclass(frozen=True, slots=True)
class Reply:
    body: bytes = b""
    status: str = "200 OK"
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = field(default_factory=tuple)

    @property
    def is_failure(self) -> bool:
        return self.status[0] in "45"

    def head(self, version: str, *, keep_alive: bool) -> bytes:
        lines = [
            f"{version} {self.status}",
            f"content-length: {len(self.body)}",
            f"connection:{'keep-alive' if keep_alive else 'close'}",
            "cache-control:no-cache, no-store",
        ]
        if self.content_type:
            lines.append(f"content-type:{self.content_type}")
        lines += (f"{name}:{value}" for name, value in self.headers)
        return "\r\n".join((*lines, "", "")).encode()


OPEN_TO_SCRIPTS = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Headers", "X-Requested-With"))


def parse_head(lines: list[bytes]) -> HttpRequest:
    """Read the request line and the headers. Raises BadRequest."""
    try:
        method, target, version = lines[0].decode("latin-1").split()
    except ValueError:
        raise BadRequest from None
    if version not in ("HTTP/1.0", "HTTP/1.1"):
        raise BadRequest
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    parts = urlsplit(target)
    return HttpRequest(method.upper(), parts.path, parse_qs(parts.query, keep_blank_values=True), version, headers)


def page(status: str, heading: str, text: str) -> Reply:
    body = f"<html><body><h1>HTTP {heading}</h1>{text}</body></html>"
    return Reply(body.encode(), status, "text/html")


def internal_error(reason: str) -> Reply:
    shown = escape(reason, {'"': "&quot;", "'": "&apos;"})
    more = f"{_APOLOGY}<h1> Additional information </h1>{shown}"
    return page("500 Internal Error", "500 internal server error", more)


def forbidden() -> Reply:
    return page("403 Forbidden", "403 forbidden", "Access to the requested resource is forbidden.")


def unauthorised(realm: str) -> Reply:
    plain = page("401 Unauthorised", "401 unauthorised", "Please check your credentials and retry.")
    return Reply(plain.body, plain.status, "text/html", (("WWW-Authenticate", f'Basic realm="{realm}"'),))


def not_found() -> Reply:
    return page("404 Not Found", "404 not found", "The requested resource was not found.")


def method_unknown(method: str) -> Reply:
    text = f"<p>Unknown {escape(method)} not supported.<br /></p>"
    return page("501 Method not implemented", "501 Method Not Implemented", text)


def request_timeout() -> Reply:
    return page("408 Request Timeout", "408 request timeout", "Timeout waiting for the request.")


def head_too_large() -> Reply:
    return page("431 Request Header Fields Too Large", "431 request header fields too large", "Header too large.")


def redirect(location: str) -> Reply:
    plain = page("302 Found", "302 found", f"The resource is at {escape(location)}.")
    return Reply(plain.body, plain.status, "text/html", (("Location", location),))
