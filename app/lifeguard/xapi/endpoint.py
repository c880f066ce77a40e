"""Where a server is: from what a person types, or a record says, to the host and port really dialled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

_PLAIN_PORTS = (80, 8080)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`host` without brackets, even when it is an IPv6 literal."""

    host: str
    port: int
    tls: bool

    @property
    def netloc(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.netloc}"

    def __str__(self) -> str:
        default = 443 if self.tls else 80
        return self.netloc.removesuffix(f":{default}") if self.port == default else self.netloc


def parse_endpoint(text: str, port: int | None = None, tls: bool | None = None) -> Endpoint:
    """Read `host`, `host:port`, `[v6]:port`, a bare IPv6 literal, or a URL. Port 80 and 8080 mean plain HTTP, others
    TLS, unless `tls` or a scheme says so. Raises ValueError."""
    text = text.strip()
    scheme, separator, rest = text.partition("://")
    if separator:
        if scheme not in ("http", "https"):
            raise ValueError(f"{text!r} is no address of a server: it begins with neither http nor https")
        text, tls = rest.split("/")[0], scheme == "https"
        port = port or (443 if tls else 80)
    host, found_port = _split(text)
    port = found_port or port or (80 if tls is False else 443)
    if tls is None:
        tls = port not in _PLAIN_PORTS
    if not host or any(letter.isspace() or letter in "/?#@" for letter in host):
        raise ValueError(f"{text!r} is no address of a server")
    return Endpoint(host, port, tls)


def _split(text: str) -> tuple[str, int | None]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, _port(rest.removeprefix(":")) if rest else None
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, _port(port)
    return text, None


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise ValueError(f"{text!r} is no port")
    return int(text)


@dataclass(frozen=True, slots=True)
class AddressBook:
    """How addresses in records lead to what is dialled: by the book where it has them, else with the port and kind of
    connection by which the first server was reached."""

    like: Endpoint
    book: Mapping[str, str]

    def endpoint(self, address: str) -> Endpoint:
        """Raises ValueError for an address that is none."""
        dialled = self.book.get(address)
        if dialled is not None:
            return parse_endpoint(dialled, self.like.port, self.like.tls)
        bare = parse_endpoint(address, self.like.port, self.like.tls)
        return replace(bare, tls=self.like.tls)
