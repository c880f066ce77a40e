"""The simulated pool on the network: every host at an address of its own, on loopback unless told otherwise."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, ip_address

from lifeguard.sim.administration.certificates import record_shown
from lifeguard.sim.context import Context
from lifeguard.sim.faults import PowerChange
from lifeguard.sim.http.certificates import HostTls, new_tls
from lifeguard.sim.http.endpoint import Endpoint
from lifeguard.sim.http.handlers import WebHandlers, own_handlers
from lifeguard.sim.metrics.calls import source_calls
from lifeguard.sim.metrics.library import Library
from lifeguard.sim.metrics.web import metrics_handlers
from lifeguard.sim.pool import SimulatedPool
from lifeguard.sim.streams.handlers import stream_handlers

_TRIES = 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where one host answers, and with which certificate."""

    address: str
    port: int
    tls: HostTls | None = None


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the coordinator listens; members follow at the next loopback addresses, or at the next ports where there
    is only one address. Port 0 takes a free one."""

    address: str = "127.0.0.1"
    port: int = 0
    is_tls: bool = False

    @property
    def has_address_per_host(self) -> bool:
        return sys.platform == "linux" and ip_address(self.address).is_loopback and "." in self.address


class Server:
    """Owns the endpoints of one pool."""

    def __init__(self, pool: SimulatedPool, handlers: WebHandlers | None = None) -> None:
        self.pool = pool
        self._library = Library(pool.db, pool.clock, seed=1)
        pool.offer({**source_calls(self._library), "host.get_server_certificate": self._certificate})
        metrics = metrics_handlers(self._library, self._url)
        self._handlers = {**own_handlers(), **metrics, **stream_handlers(self._url), **(handlers or {})}
        self._endpoints: dict[str, Endpoint] = {}
        pool.faults.power_changed.connect(self._follow)

    def _url(self, host_ref: str) -> str:
        return self._endpoints[host_ref].url

    @property
    def urls(self) -> Mapping[str, str]:
        """Where each host answers: ref -> URL."""
        return {ref: endpoint.url for ref, endpoint in self._endpoints.items()}

    @property
    def address_book(self) -> Mapping[str, str]:
        """Where the addresses in the records really lead: address -> host:port."""
        rows = self.pool.db.rows("host")
        return {str(rows[ref]["address"]): url.partition("://")[2] for ref, url in self.urls.items()}

    @property
    def master_url(self) -> str:
        return self._endpoints[self.pool.master_ref].url

    def endpoint(self, host_ref: str) -> Endpoint:
        return self._endpoints[host_ref]

    async def start(self, listen: Listen) -> None:
        """Let every host listen. Raises OSError when an address cannot be had."""
        for attempt in range(_TRIES):
            try:
                await self._start_all(listen)
            except OSError:
                await self._stop_all()
                if listen.port or attempt == _TRIES - 1:
                    raise
            else:
                break
        self.pool.start()

    async def start_at(self, host_ref: str, place: Place) -> None:
        """Let the one host of a pool listen where it did in another, with a new certificate as after an installation.
        Raises OSError."""
        tls = self._new_tls(host_ref, place.address) if place.tls is not None else None
        await self.take_in(host_ref, replace(place, tls=tls))
        self.pool.start()

    async def take_in(self, host_ref: str, place: Place) -> None:
        """A host that has joined answers for this pool from now on. Raises OSError."""
        endpoint = Endpoint(self.pool, host_ref, self._handlers, place.tls)
        await endpoint.start(place.address, place.port)
        self._endpoints[host_ref] = endpoint

    async def give_up(self, host_ref: str) -> Place | None:
        """Stop answering for a host that has left; tells where it did, None when it never answered here."""
        endpoint = self._endpoints.pop(host_ref, None)
        if endpoint is None:
            return None
        await endpoint.stop()
        return Place(endpoint.address, endpoint.port, endpoint.tls)

    async def close(self) -> None:
        await self._stop_all()
        self._library.close()
        await self.pool.close()

    async def renew_certificate(self, host_ref: str) -> None:
        """Show another certificate to whoever connects from now on."""
        endpoint = self._endpoints[host_ref]
        if endpoint.tls is not None:
            await endpoint.stop()
            endpoint.tls = self._new_tls(host_ref, endpoint.address)
            await endpoint.resume()

    async def kill(self, host_ref: str) -> None:
        """Cut a host's connections and refuse new ones."""
        self.pool.faults.of(host_ref).is_dead = True
        await self.settle(host_ref)

    async def revive(self, host_ref: str) -> None:
        self.pool.faults.of(host_ref).is_dead = False
        await self.settle(host_ref)

    async def settle(self, host_ref: str) -> None:
        """Let a host listen or not, as its power says."""
        if self.pool.faults.of(host_ref).is_dead:
            await self._endpoints[host_ref].stop()
        else:
            await self._endpoints[host_ref].resume()

    def _follow(self, change: PowerChange) -> None:
        if change.host_ref in self._endpoints:
            self.pool.spawn(self.settle(change.host_ref))

    def _new_tls(self, host_ref: str, address: str) -> HostTls:
        made = new_tls(self._name(host_ref), address)
        record_shown(self.pool.db, host_ref, made.pem)
        return made

    async def _certificate(self, context: Context, host_ref: str) -> str:
        """What the host shows; one without TLS would show a new one."""
        tls = self._endpoints[host_ref].tls if host_ref in self._endpoints else None
        return (tls or new_tls(self._name(host_ref), "127.0.0.1")).pem

    async def _start_all(self, listen: Listen) -> None:
        master = self.pool.master_ref
        port = listen.port
        for at, ref in enumerate([master, *(ref for ref in self.pool.db.rows("host") if ref != master)]):
            address = listen.address
            if at and listen.has_address_per_host:
                address = str(IPv4Address(listen.address) + at)
            elif at and port:
                port += 1
            tls = self._new_tls(ref, address) if listen.is_tls else None
            endpoint = self._endpoints[ref] = Endpoint(self.pool, ref, self._handlers, tls)
            await endpoint.start(address, port)
            if listen.has_address_per_host:
                port = endpoint.port

    async def _stop_all(self) -> None:
        for endpoint in self._endpoints.values():
            await endpoint.stop()
        self._endpoints.clear()

    def _name(self, host_ref: str) -> str:
        return str(self.pool.db.get("host", host_ref, "hostname"))
