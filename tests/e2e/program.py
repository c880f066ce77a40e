"""The installed program as processes: a simulated pool that serves, a window on a screen, and another client."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import ssl
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import XenAPI

_APP = Path(__file__).resolve().parents[2] / "app"
_READY_S = 20.0
_WITNESS = "witness"
_LEAVE_S = 8.0
BRISKLY = ("--pace", "5")
"""For tests of which nothing depends on how long a server takes."""


def program() -> list[str]:
    """How to start what is installed; in an environment without it, the module of this checkout."""
    installed = Path(sys.executable).with_name("lifeguard")
    return [str(installed)] if installed.exists() else [sys.executable, "-m", "lifeguard"]


def plain_environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """A user's who has never started it: no settings, no keyring, no proxy."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_RUNTIME_DIR": str(home),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "PYTHONPATH": str(_APP),
        "PYTHONWARNINGS": "error",
        **(extra or {}),
    }


@dataclass(frozen=True, slots=True)
class Finished:
    status: int
    out: str
    err: str


async def run(*args: str, home: Path, extra: Mapping[str, str] | None = None, timeout_s: float = 60.0) -> Finished:
    """Run a subcommand to its end."""
    process = await asyncio.create_subprocess_exec(
        *program(), *args, env=plain_environment(home, extra), stdin=DEVNULL, stdout=PIPE, stderr=PIPE
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), timeout_s)
    finally:
        await end(process)
    return Finished(process.returncode or 0, out.decode(), err.decode())


async def end(process: Process) -> int:
    """Make sure that it has ended."""
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _LEAVE_S)
    except TimeoutError:
        process.kill()
        await process.wait()
    return process.returncode or 0


class Witness:
    """Another client at the same pool: the vendor's own Python module, on a connection and a session of its own."""

    def __init__(self, url: str) -> None:
        self._session = XenAPI.Session(url, ignore_ssl=True)
        self._is_in = False

    async def log_in(self, user: str, password: str) -> None:
        await asyncio.to_thread(self._session.xenapi.login_with_password, user, password, "1.0", _WITNESS)
        self._is_in = True

    async def leave(self) -> None:
        if self._is_in:
            with contextlib.suppress(XenAPI.Failure, OSError):
                await asyncio.to_thread(self._session.xenapi.session.logout)
        self._session("close")()

    async def ask(self, method: str, *args: Any) -> Any:
        return await asyncio.to_thread(self._session.xenapi_request, method, args)

    async def records(self, name: str) -> dict[str, dict[str, Any]]:
        return dict(await self.ask(f"{name}.get_all_records"))


@dataclass(frozen=True, slots=True)
class Beside:
    """Another simulated pool, or a host on its own, that answers beside the first."""

    urls: dict[str, str]
    master: str


@dataclass(frozen=True, slots=True)
class Pool:
    """A simulated pool that answers, and a witness logged in to it."""

    urls: dict[str, str]
    master: str
    user: str
    password: str
    control: str
    book: Path
    witness: Witness
    process: Process
    beside: tuple[Beside, ...] = ()

    def door(self, host_ref: str) -> str:
        """host:port, as a person types it."""
        return urlsplit(self.urls[host_ref]).netloc

    async def fingerprint(self, host_ref: str) -> str:
        """SHA-256 of the certificate really shown there, in hex."""
        where = urlsplit(self.urls[host_ref])
        pem = await asyncio.to_thread(ssl.get_server_certificate, (str(where.hostname), int(where.port or 443)))
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()

    async def switch(self, switches: Mapping[str, object]) -> Any:
        """Let things go wrong, or right again, at the simulator's own switchboard. Returns what it tells."""
        return json.loads(await asyncio.to_thread(_post, self.control, json.dumps(switches).encode()))

    async def sessions_of_others(self) -> int:
        """How many are logged in besides the witness, as the simulator itself says."""
        answer = await self.switch({})
        return sum(session["originator"] != _WITNESS for session in answer["sessions"])


@asynccontextmanager
async def served_pool(*args: str) -> AsyncIterator[Pool]:
    """`lifeguard simulate` with these options, ended by a polite kill that it must obey."""
    with tempfile.TemporaryDirectory(prefix="lg-") as folder:
        book = Path(folder) / "address-book.json"
        command = [*program(), "simulate", "--control", "0", "--address-book", str(book), *args]
        process = await asyncio.create_subprocess_exec(
            *command, env=plain_environment(Path(folder)), stdin=DEVNULL, stdout=PIPE
        )
        try:
            assert process.stdout is not None
            line = await asyncio.wait_for(process.stdout.readline(), _READY_S)
            assert line, "the simulated pool did not start"
            told = json.loads(line)
            async with witness_at(told["master"], told["user"], told["password"]) as witness:
                access = told["master"], told["user"], told["password"], told["control"]
                others = tuple(Beside(one["hosts"], one["master"]) for one in told.get("beside", ()))
                yield Pool(told["hosts"], *access, book, witness, process, others)
        finally:
            status = await end(process)
        assert status == 0


@asynccontextmanager
async def witness_at(url: str, user: str, password: str) -> AsyncIterator[Witness]:
    """Logged in, and out again unless the server has ended the session itself, or is gone."""
    witness = Witness(url)
    try:
        await witness.log_in(user, password)
        yield witness
    finally:
        await witness.leave()


def _post(url: str, body: bytes) -> bytes:
    with urlopen(url, body, timeout=_READY_S) as answer:
        return bytes(answer.read())
