"""`lifeguard simulate`: a simulated pool that serves over HTTP until interrupted."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import os
import random
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from lifeguard.clock import Clock, PacedClock
from lifeguard.datamodel.dump import NotADump
from lifeguard.shell.address_book import write_address_book
from lifeguard.shell.failure import CommandLineError
from lifeguard.sim.control import Control
from lifeguard.sim.database import Database
from lifeguard.sim.estate import Estate
from lifeguard.sim.release import PRODUCTS, Release
from lifeguard.sim.roles import ROLES
from lifeguard.sim.scenario.beside import build_lone, build_second
from lifeguard.sim.scenario.build import build_pool
from lifeguard.sim.server import Listen, Server
from lifeguard.sim.store import NotAPool, load

USER, PASSWORD = "root", "lifeguard"
PRODUCT = "xcp-ng-8.3"
_FASTEST = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the subcommand takes."""
    parser.add_argument("--database", metavar="FILE", type=Path, help="serve this saved database, not a made-up pool")
    parser.add_argument("--hosts", metavar="N", type=int, default=16, help="hosts of the made-up pool (default: 16)")
    parser.add_argument("--vms", metavar="N", type=int, default=200, help="virtual machines of it (default: 200)")
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="another number makes another pool")
    parser.add_argument("--listen", metavar="HOST[:PORT]", default="127.0.0.1",
                        help="where the coordinator listens; members follow at the next loopback addresses or ports "
                        "(default: 127.0.0.1, a free port)")  # fmt: skip
    parser.add_argument("--ha", action="store_true", help="protect the machines of the made-up pool by HA")
    parser.add_argument("--product", choices=sorted(PRODUCTS),
                        help=f"behave like this version (default: {PRODUCT}; for a saved database: newest, which "
                        "leaves nothing of it out)")  # fmt: skip
    parser.add_argument("--tls", action="store_true", help="serve https, each host with a certificate of its own")
    parser.add_argument("--password", default=PASSWORD,
                        help=f"the password of {USER} and of the users named like roles, such as {ROLES[-1]} "
                        f"(default: {PASSWORD})")  # fmt: skip
    parser.add_argument("--address-book", metavar="FILE", type=Path,
                        help="write there where each host answers, for `lifeguard --address-book FILE`")  # fmt: skip
    parser.add_argument("--beside", metavar="WHAT", action="append", default=[],
                        help="also serve, to be joined or migrated to: `standalone`, a host on its own, or `pool:N`, "
                        "another pool of N hosts; may be given more than once")  # fmt: skip
    parser.add_argument("--attached", action="store_true",
                        help="end when standard input does, which is when whoever started this has gone")  # fmt: skip
    parser.add_argument("--pace", metavar="N", type=float, default=1.0,
                        help="let everything there happen N times as fast, the date apart (default: 1)")  # fmt: skip
    parser.add_argument("--control", metavar="PORT", type=int,
                        help="also listen at 127.0.0.1:PORT for faults to be switched on and off")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted; the result is the exit status."""
    if args.hosts < 1 or args.vms < 0:
        raise CommandLineError("lifeguard simulate: a pool has at least one host, and no negative number of machines.")
    if args.ha and args.database is not None:
        raise CommandLineError("lifeguard simulate: --ha is for made-up pools; a saved database says itself.")
    if not 0.0 < args.pace <= _FASTEST:
        raise CommandLineError(f"lifeguard simulate: a pace is more than 0 and at most {_FASTEST}.")
    asyncio.run(_serve(args, _listen(args.listen, is_tls=args.tls)))
    return 0


def _listen(text: str, *, is_tls: bool) -> Listen:
    bracketed, _, rest = text.removeprefix("[").partition("]")
    address, colon, port = (bracketed, *rest.partition(":")[1:]) if text.startswith("[") else text.partition(":")
    if colon and not (port.isdigit() and int(port) < 65536):
        raise CommandLineError(f"lifeguard simulate: {text!r} is not HOST or HOST:PORT.")
    return Listen("127.0.0.1" if address == "localhost" else address, int(port or 0), is_tls)


def _release(args: argparse.Namespace) -> Release:
    return PRODUCTS[args.product or (PRODUCT if args.database is None else "newest")]


def _database(args: argparse.Namespace, rng: random.Random, clock: Clock) -> Database:
    try:
        if args.database is None:
            return build_pool(args.hosts, args.vms, rng, clock, _release(args), is_ha_enabled=args.ha)
        return load(args.database.read_bytes(), rng)
    except OSError as failure:
        raise CommandLineError(f"{args.database}: {failure.strerror or failure}.") from None
    except ValueError as refusal:
        raise CommandLineError(f"lifeguard simulate: {refusal}") from None
    except (NotADump, NotAPool) as refusal:
        raise CommandLineError(f"{args.database}: {refusal}") from None


def _neighbours(args: argparse.Namespace, rng: random.Random, clock: Clock) -> list[Database]:
    """The databases of what is to stand beside the pool."""
    found: list[Database] = []
    for at, wish in enumerate(args.beside, start=1):
        kind, colon, number = wish.partition(":")
        if kind not in ("standalone", "pool") or (colon and not number.isdigit()):
            raise CommandLineError(f"lifeguard simulate: {wish!r} is neither `standalone` nor `pool:N`.")
        release = _release(args)
        try:
            if kind == "standalone":
                for _ in range(int(number or 1)):
                    found.append(build_lone(len(found) + 1, 2, rng, clock, release))
            else:
                hosts = int(number or 2)
                found.append(build_second(at, hosts, hosts * 8, rng, clock, release))
        except ValueError as refusal:
            raise CommandLineError(f"lifeguard simulate: {refusal}") from None
    return found


async def _serve(args: argparse.Namespace, listen: Listen) -> None:
    stop = _interruption()
    if args.attached:
        _stop_with_input(stop)
    rng, clock = random.Random(args.seed), PacedClock(args.pace)
    passwords = dict.fromkeys((USER, *ROLES), args.password)
    gc.disable()  # nothing of what is built now becomes rubbish
    estate = Estate(clock, rng, _release(args), passwords)
    server = estate.add(_database(args, rng, clock))
    beside = [estate.add(db) for db in _neighbours(args, rng, clock)]
    await server.pool.prepare()
    gc.freeze()  # the pools stay as long as the process: no collection need walk them while a client waits
    gc.enable()
    control = Control(estate)
    try:
        await server.start(listen)
        for other in beside:
            await other.start(Listen(listen.address, 0, listen.is_tls))
        if args.control is not None:
            await control.start("127.0.0.1", args.control)
    except (OSError, ValueError) as failure:
        await estate.close()
        raise CommandLineError(f"lifeguard simulate: cannot listen at {args.listen}: {failure}.") from None
    try:
        if args.address_book is not None:
            write_address_book(args.address_book, {**server.address_book, **_all_addresses(beside)})
        print(json.dumps(_ready(args, server, beside, control)), flush=True)
        await stop.wait()
    finally:
        await control.stop()
        await estate.close()


def _ready(args: argparse.Namespace, server: Server, beside: list[Server], control: Control) -> dict[str, Any]:
    """What the one line says: four keys always, others only for those who asked for more."""
    ready: dict[str, Any] = _where(server) | {"user": USER, "password": args.password}
    if beside:
        ready["beside"] = [_where(other) for other in beside]
    return ready | ({"control": control.url} if args.control is not None else {})


def _where(server: Server) -> dict[str, Any]:
    return {"master": server.master_url, "hosts": dict(server.urls)}


def _all_addresses(servers: list[Server]) -> dict[str, str]:
    return {address: place for server in servers for address, place in server.address_book.items()}


def _interruption() -> asyncio.Event:
    """Set by an interrupt or a polite kill, from now on."""
    stop = asyncio.Event()
    if sys.platform != "win32":  # an interrupt arrives as KeyboardInterrupt there
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
    return stop


def _stop_with_input(stop: asyncio.Event) -> None:
    """Set it once standard input ends. A thread, for not every system's loop can wait for a pipe it did not make."""
    loop = asyncio.get_running_loop()

    def wait() -> None:
        while os.read(0, 4096):
            pass
        with contextlib.suppress(RuntimeError):  # the loop has ended by itself
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=wait, name="standard input", daemon=True).start()
