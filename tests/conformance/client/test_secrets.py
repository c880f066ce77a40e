"""Whatever goes wrong, no password, session or certificate is ever written down."""

from __future__ import annotations

import asyncio
import io
import logging
import re
import sys
from collections.abc import Iterator

import pytest

from lifeguard.link.gate import Credentials
from lifeguard.link.journal import Journal
from lifeguard.xapi.failures import Failure
from tests.support import until
from tests.support.leaks import ExpectedLog
from tests.support.simulated import ScriptedGate, Simulated, linked, live, simulated

_PASSWORD = 'let me in & "stay" <here>/\\'
_OTHER = "another s3cret"


@pytest.fixture
def written() -> Iterator[tuple[Journal, io.StringIO]]:
    """A journal that takes everything down, also what is usually too fine to be written."""
    text = io.StringIO()
    journal = Journal(text)
    journal.open()
    loggers = [logging.getLogger(), logging.getLogger("asyncio")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield journal, text
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)
    journal.close()


def _notations(secret: str) -> set[str]:
    return {secret, repr(secret)[1:-1], secret.replace("&", "&amp;").replace("<", "&lt;"), secret.replace('"', '\\"')}


async def test_no_secret_is_written_through_failures_of_every_kind(
    written: tuple[Journal, io.StringIO], expected_log: ExpectedLog
) -> None:
    expected_log("a defect")
    expected_log("failed")
    journal, text = written
    gate = ScriptedGate(given=[Credentials("root", _PASSWORD)])
    async with simulated(is_tls=True, passwords={"root": _PASSWORD}) as sim:
        sessions: set[str] = set()
        async with linked(sim.target(password=_OTHER), gate) as link:
            journal.hide(lambda: link.secrets)
            await live(link)
            sessions |= sim.db.rows("session").keys()
            await _fail_in_many_ways(link, sim)
            sessions |= sim.db.rows("session").keys()
            _let_it_be_a_defect([_PASSWORD, _OTHER, *sessions])
            said = [link.state.sentence, repr(link.target), repr(link.state), repr(gate.given), repr(gate.shown)]
            text.write("\n".join(said))
    assert len(sessions) > 1
    _is_free_of(text.getvalue(), {_PASSWORD, _OTHER, *sessions})
    assert text.getvalue().count("Traceback") >= 2
    assert "***" in text.getvalue()


async def _fail_in_many_ways(link, sim: Simulated) -> None:
    with pytest.raises(Failure):
        await link.call("VM.start", "OpaqueRef:none", False, False)
    with pytest.raises(Failure):
        await link.fetch(sim.members()[0], "/nothing_here")
    with pytest.raises(Failure):
        async with link.streams.download(str(sim.db.get("host", sim.members()[0], "address")), "/nothing_here"):
            raise AssertionError("there is nothing there")
    sim.pool.sessions.end_all()
    await until(lambda: len(sim.db.rows("session")) == 1 and link.state.phase == "live")
    await sim.server.kill(sim.pool.master_ref)
    await until(lambda: link.state.phase == "lost")
    await sim.server.revive(sim.pool.master_ref)
    await live(link)


def _let_it_be_a_defect(secrets: list[str]) -> None:
    """Errors nobody thought of, with every secret in them, where a slot or a forgotten task would raise them."""
    certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
    try:
        try:
            raise KeyError(*secrets)
        except KeyError as cause:
            raise RuntimeError(f"{secrets} {certificate} https://h/rrd?session_id={secrets[-1]}") from cause
    except RuntimeError as defect:
        sys.excepthook(type(defect), defect, defect.__traceback__)
        context = {"message": f"task failed with {secrets[0]}", "exception": defect}
        asyncio.get_running_loop().default_exception_handler(context)


def _is_free_of(text: str, secrets: set[str]) -> None:
    for secret in secrets:
        for form in _notations(secret):
            assert form not in text
    assert not re.search("BEGIN CERTIFICATE|MIIB", text)
