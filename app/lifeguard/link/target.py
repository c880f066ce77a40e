"""Which server to connect to, and as whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lifeguard.xapi.endpoint import Endpoint, parse_endpoint
from lifeguard.xapi.session import Credentials


@dataclass(frozen=True, slots=True)
class Target:
    """`address` is any member of the pool. `address_book` maps addresses as records say them to the host:port really
    dialled (simulated pools); `members` are addresses remembered from earlier, tried when `address` is silent;
    `allow_old_tls` is for servers that speak nothing newer than TLS 1.1."""

    address: str
    port: int = 443
    tls: bool = True
    user: str = "root"
    password: str = field(default="", repr=False)
    address_book: Mapping[str, str] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    allow_old_tls: bool = False

    @property
    def endpoint(self) -> Endpoint:
        """Where to begin; an address that the book knows is dialled as it says. Raises ValueError when it is none."""
        return parse_endpoint(self.address_book.get(self.address, self.address), self.port, self.tls)

    @property
    def name(self) -> str:
        """The address, and the port unless it is the usual one: two servers may differ in nothing else."""
        default = 443 if self.tls else 80
        return self.address if self.port == default else Endpoint(self.address, self.port, self.tls).netloc

    @property
    def credentials(self) -> Credentials:
        return Credentials(self.user, self.password)


def target_from_url(
    url: str, user: str = "root", password: str = "", address_book: Mapping[str, str] | None = None
) -> Target:
    """A target from what a person or a script writes: a host, host:port or URL. Raises ValueError."""
    endpoint = parse_endpoint(url)
    return Target(endpoint.host, endpoint.port, endpoint.tls, user, password, address_book or {})
