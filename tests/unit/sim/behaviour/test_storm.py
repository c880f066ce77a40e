"""A storm: random calls and faults, many at once, on random pools; the database must stay sound throughout."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lifeguard.clock import VirtualClock
from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.assembly import assemble
from lifeguard.sim.database import Database, Write
from lifeguard.sim.pool import SimulatedPool
from lifeguard.sim.release import Release
from lifeguard.sim.wire.jsonrpc import JsonCodec
from lifeguard.sim.wire.request import Request
from tests.unit.sim.behaviour.invariants import broken_always, broken_at_rest
from tests.unit.sim.behaviour.site import Site

_CALM_S = 400.0
_RELEASE = Release.newest()


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that happens: which, to the how-manieth VM, host and other object, and how long until the next."""

    name: str
    vm: int
    host: int
    other: int
    then_s: float


_OF_VM = {
    "start": (False, False), "clean_shutdown": (), "hard_shutdown": (), "shutdown": (), "clean_reboot": (),
    "hard_reboot": (), "pause": (), "unpause": (), "suspend": (), "resume": (False, False), "snapshot": ("then", []),
    "checkpoint": ("then",), "clone": ("twin",), "copy": ("twin", NULL_REF), "destroy": (), "power_state_reset": (),
}  # fmt: skip
_TO_HOST = {"start_on": (False, False), "resume_on": (False, False), "pool_migrate": ({"live": "true"},)}
_OF_HOST = {
    "disable": (True,), "enable": (), "evacuate": (NULL_REF, 0), "reboot": (), "shutdown": (), "restart_agent": (),
    "declare_dead": (), "power_on": (), "destroy": (),
}  # fmt: skip
_OTHERS = (
    "VM.revert", "VM.migrate_send", "VM.set_memory_dynamic_range", "VM.set_VCPUs_number_live", "VM.set_order",
    "VM.set_ha_restart_priority", "VBD.plug", "VBD.unplug", "VIF.plug", "VIF.unplug", "VDI.snapshot", "VDI.clone",
    "VDI.destroy", "VDI.resize", "SR.scan", "PBD.unplug", "PBD.plug", "pool.designate_new_master", "pool.enable_ha",
    "pool.disable_ha", "pool.eject", "task.cancel",
)  # fmt: skip
_FAULTS = ("kill", "revive", "cut off", "join up", "restart toolstack", "fail migrations", "let migrations pass")
_NAMES = (
    *(f"VM.{name}" for name in (*_OF_VM, *_TO_HOST)), *(f"host.{name}" for name in _OF_HOST), *_OTHERS, *_FAULTS,
)  # fmt: skip
_acts = st.builds(
    Act,
    name=st.sampled_from(_NAMES),
    vm=st.integers(0, 5),
    host=st.integers(0, 3),
    other=st.integers(0, 9),
    then_s=st.sampled_from((0.0, 0.3, 1.1, 4.0, 20.0)),
)


class _Storm:
    """A pool behind its dispatcher, and the calls under way."""

    def __init__(self, hosts: int, vms: int, seed: int) -> None:
        self.clock = VirtualClock()
        self.db = self._site(hosts, vms, seed)
        rng = random.Random(seed)
        self.pool: SimulatedPool = assemble(self.db, self.clock, rng, _RELEASE, {"root": "secret"})
        self.codec = JsonCodec(_RELEASE, "2.0")
        self.calls: list[asyncio.Task[None]] = []
        self.generation = self.db.generation
        self.db.written.connect(self._hear)

    def _site(self, hosts: int, vms: int, seed: int) -> Database:
        site, rng = Site(seed), random.Random(seed)
        refs = [site.host(f"h{number}", memory_gib=rng.choice((12, 16, 64))) for number in range(hosts)]
        for number in range(vms):
            home = rng.choice(("", *refs))
            sr = site.local_sr(home) if home and rng.random() < 0.2 else ""
            site.vm(f"vm{number}", on=home if sr or number < hosts else "", memory_gib=rng.choice((1, 2)), sr=sr)
        for ref in list(site.db.rows("SR")):
            disks = [site.db.row("VDI", disk) for disk in site.db.get("SR", ref, "VDIs")]
            site.db.update("SR", ref, physical_utilisation=sum(disk["physical_utilisation"] for disk in disks),
                           virtual_allocation=sum(disk["virtual_size"] for disk in disks))  # fmt: skip
        return site.db

    def _hear(self, write: Write) -> None:
        assert self.db.generation >= self.generation, "the generation went back"
        self.generation = self.db.generation

    async def run(self, acts: list[Act]) -> None:
        self.pool.start()
        try:
            for act in acts:
                self._begin(act)
                await self.clock.advance(act.then_s)
                self._raise_defects()
                assert not (broken := broken_always(self.db)), (act, broken)
            await self._calm_down()
        finally:
            for call in self.calls:
                call.cancel()
            await asyncio.gather(*self.calls, return_exceptions=True)
            await self.pool.close()

    async def _calm_down(self) -> None:
        for host in list(self.db.rows("host")):
            faults = self.pool.faults.of(host)
            faults.is_dead = faults.is_cut_off = False
        self.pool.faults.fail_migration_at = None
        await self.clock.advance(_CALM_S)
        self._raise_defects()
        assert all(call.done() for call in self.calls), "a call never ends"
        assert not (broken := broken_at_rest(self.db)), broken

    def _raise_defects(self) -> None:
        for call in self.calls:
            if call.done():
                call.result()

    def _begin(self, act: Act) -> None:
        if act.name in _FAULTS:
            self._throw(act)
            return
        params = self._params(act)
        if params is not None:
            self.calls.append(asyncio.get_running_loop().create_task(self._call(act.name, params)))

    async def _call(self, method: str, params: list[Any]) -> None:
        login = Request("session.login_with_password", ["root", "secret", "1.0", "storm"])
        master = self.pool.master_ref
        session = (await self._answer(master, login)).partition('"result":"')[2].partition('"')[0]
        if session:
            reply = await self._answer(master, Request(method, [session, *params]))
            assert "INTERNAL_ERROR" not in reply or "was restarted" in reply or "eject" in reply, (method, reply)

    async def _answer(self, host: str, request: Request) -> str:
        return (await self.pool.answer(host, self.codec, request)).decode()

    def _throw(self, act: Act) -> None:
        host, faults = self._pick("host", act.host), self.pool.faults
        match act.name:
            case "kill" | "revive":
                faults.of(host).is_dead = act.name == "kill"
            case "cut off" | "join up":
                faults.of(host).is_cut_off = act.name == "cut off"
            case "restart toolstack":
                faults.toolstack_restarted.emit(host)
            case "fail migrations" | "let migrations pass":
                faults.fail_migration_at = 0.5 if act.name == "fail migrations" else None

    def _params(self, act: Act) -> list[Any] | None:
        """What the call is given; None when there is nothing it could be made on."""
        table, _, name = act.name.partition(".")
        if not (self.db.rows("VM") and self.db.rows("host")):
            return None
        if act.name.startswith("VM.") and name in _OF_VM:
            return [self._pick("VM", act.vm), *_OF_VM[name]]
        if act.name.startswith("VM.") and name in _TO_HOST:
            return [self._pick("VM", act.vm), self._pick("host", act.host), *_TO_HOST[name]]
        if act.name.startswith("host."):
            return [self._pick("host", act.host), *_OF_HOST[name]]
        return self._other_params(act, table)

    def _other_params(self, act: Act, table: str) -> list[Any] | None:
        if table in ("VBD", "VIF", "VDI", "SR", "PBD", "task") and not self.db.rows(table):
            return None
        vm, host = self._pick("VM", act.vm), self._pick("host", act.host)
        gib = 2**30
        match act.name:
            case "VM.revert":
                snapshots = [ref for ref, row in self.db.rows("VM").items() if row["is_a_snapshot"]]
                return [snapshots[act.other % len(snapshots)]] if snapshots else None
            case "VM.migrate_send":
                disks = [self.db.get("VBD", vbd, "VDI") for vbd in self.db.get("VM", vm, "VBDs")]
                srs = list(self.db.rows("SR"))
                goals = {disk: srs[act.other % len(srs)] for disk in disks if disk != NULL_REF}
                return [vm, {"host": host}, True, goals, {}, {}, {}]
            case "VM.set_memory_dynamic_range":
                return [vm, gib, gib * (1 + act.other % 2)]
            case "VM.set_VCPUs_number_live" | "VM.set_order":
                return [vm, 1 + act.other % 2]
            case "VM.set_ha_restart_priority":
                return [vm, ("restart", "best-effort", "")[act.other % 3]]
            case "VDI.snapshot" | "VDI.clone":
                return [self._pick("VDI", act.other), {}]
            case "VDI.resize":
                return [self._pick("VDI", act.other), 16 * gib]
            case "VDI.destroy":  # a server lets an administrator destroy a suspend image, and the VM is lost
                disks = [ref for ref, disk in self.db.rows("VDI").items() if disk["type"] == "user"]
                return [disks[act.other % len(disks)]] if disks else None
            case "pool.designate_new_master" | "pool.eject":
                return [host]
            case "pool.enable_ha":
                return [[], {}]
            case "pool.disable_ha":
                return []
            case _:
                return [self._pick(table, act.other)]

    def _pick(self, table: str, at: int) -> str:
        refs = list(self.db.rows(table))
        return refs[at % len(refs)]


@settings(max_examples=500)
@given(hosts=st.integers(1, 4), vms=st.integers(1, 5), seed=st.integers(0, 999), acts=st.lists(_acts, max_size=14))
def test_the_database_stays_sound_in_any_storm(hosts: int, vms: int, seed: int, acts: list[Act]) -> None:
    async def storm() -> None:
        await _Storm(hosts, vms, seed).run(acts)

    asyncio.run(storm())
