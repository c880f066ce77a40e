"""A client that others wrote, from npm, follows a simulated pool over its own connection."""

from __future__ import annotations

import asyncio
import json
import os
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

import pytest

from tests.e2e.facts import facts_of, migratable
from tests.e2e.program import BRISKLY, served_pool
from tests.support.npm_client import npm_client

_RUN_S = 60.0

# Connects, waits until its cache of objects is whole, migrates, and waits until an event tells of the new home.
_SCRIPT = """
import { createClient } from 'xen-api'
const [url, user, vm, host] = process.argv.slice(2)
const auth = { user, password: process.env.POOL_PASSWORD }
const client = createClient({ url, auth, allowUnauthorized: true })
await client.connect()
await client.objectsFetched
const ofType = type => Object.values(client.objects.all).filter(one => one.$type === type).map(one => one.$ref)
const listed = { hosts: ofType('host'), vms: ofType('VM'), master: client.pool.master }
const moved = new Promise(resolve => client.objects.on('update', changed => {
  if (Object.values(changed).some(one => one?.$ref === vm && one.resident_on === host)) resolve(true)
}))
await client.callAsync('VM.pool_migrate', vm, host, {})
console.log(JSON.stringify({ ...listed, moved: await moved }))
await client.disconnect()
process.exit(0)
"""


@pytest.fixture(scope="module")
def modules() -> Path:
    """A folder where node finds the client and the script."""
    folder = npm_client()
    (folder / "follow.mjs").write_text(_SCRIPT)
    return folder


@pytest.mark.parametrize("options", [(), ("--tls",)], ids=["plain", "tls"])
async def test_the_npm_client_fills_its_cache_migrates_and_hears_of_it(options: tuple[str, ...], modules: Path) -> None:
    async with served_pool("--hosts", "3", "--vms", "8", *options, *BRISKLY) as pool:
        facts = await facts_of(pool)
        vm = (await migratable(pool, facts, facts.roomy))[0]
        process = await asyncio.create_subprocess_exec(
            "node", str(modules / "follow.mjs"), pool.master, pool.user, vm, facts.roomy,
            env={**os.environ, "POOL_PASSWORD": pool.password}, stdin=DEVNULL, stdout=PIPE, stderr=PIPE,
        )  # fmt: skip
        try:
            out, err = await asyncio.wait_for(process.communicate(), _RUN_S)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode == 0, err.decode()
        told = json.loads(out)
        assert told["moved"] is True
        assert told["master"] == facts.master
        assert set(told["hosts"]) == set(facts.hosts)
        assert set(facts.vms) <= set(told["vms"])
        assert await pool.witness.ask("VM.get_resident_on", vm) == facts.roomy
