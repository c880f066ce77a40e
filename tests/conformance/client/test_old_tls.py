"""Servers that know nothing newer than TLS 1.1: refused, and told why, unless a person allows it for this one."""

from __future__ import annotations

import ssl
import warnings
from dataclasses import replace

import pytest

from tests.support import until
from tests.support.equality import differences
from tests.support.simulated import ScriptedGate, Simulated, linked, live, simulated


def _speaks_only(sim: Simulated, version: ssl.TLSVersion) -> None:
    """Skips where this machine's own library cannot be talked into it."""
    tls = sim.server.endpoint(sim.pool.master_ref).tls
    assert tls is not None
    try:
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            tls.context.set_ciphers("DEFAULT:@SECLEVEL=0")
            tls.context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            tls.context.maximum_version = version
    except (ssl.SSLError, ValueError) as refusal:
        pytest.skip(f"{ssl.OPENSSL_VERSION} does not speak {version.name}: {refusal}")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1], ids=["1.0", "1.1"])
async def test_old_versions_of_tls_are_refused_with_the_reason_and_spoken_where_they_are_allowed(
    version: ssl.TLSVersion,
) -> None:
    async with simulated(hosts=1, vms=1, is_tls=True) as sim:
        _speaks_only(sim, version)
        gate = ScriptedGate()
        async with linked(sim.target(), gate) as link:
            await until(lambda: link.state.phase == "refused")
            assert "Older versions can be allowed for this server" in link.state.sentence
            assert gate.shown == []
        async with linked(replace(sim.target(), allow_old_tls=True), gate) as link:
            await live(link)
            assert differences(link.inventory, sim) == []
            assert len(gate.shown) == 1


async def test_allowing_old_versions_still_speaks_the_newest_there_is() -> None:
    async with simulated(hosts=1, vms=1, is_tls=True) as sim:
        tls = sim.server.endpoint(sim.pool.master_ref).tls
        assert tls is not None
        tls.context.minimum_version = ssl.TLSVersion.TLSv1_3
        async with linked(replace(sim.target(), allow_old_tls=True)) as link:
            await live(link)
