"""What a pool notices by itself: members that fall silent, a master that is gone, VMs that HA must bring back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from lifeguard.sim.behaviour import alerts, lookup
from lifeguard.sim.behaviour.choice import choose_host
from lifeguard.sim.behaviour.ha_alarms import Alarms
from lifeguard.sim.behaviour.ha_watch import refresh_plan
from lifeguard.sim.behaviour.host_life import come_up, end_sessions, reset_residents, restart_toolstack, set_live
from lifeguard.sim.behaviour.mastership import become_master
from lifeguard.sim.behaviour.operations.refresh import refresh
from lifeguard.sim.behaviour.protection import is_protected
from lifeguard.sim.behaviour.task_ends import fail_tasks
from lifeguard.sim.behaviour.vm_start import start_on
from lifeguard.sim.context import Context
from lifeguard.sim.failure import ApiError
from lifeguard.sim.faults import PowerChange

_TICK_S = 5.0
_HA_TIMEOUT_S = 60.0
_HEARTBEAT_LIMIT_S = 600.0
_MASTER_MISSED_AFTER_S = 30.0
_RETRY_S = 120.0


@dataclass(slots=True)
class Watch:
    """Keeps an eye on one pool. `run` goes on until it is cancelled."""

    context: Context
    silent_since_s: dict[str, float] = field(default_factory=dict)
    fenced: set[str] = field(default_factory=set)
    lost_best_effort: list[str] = field(default_factory=list)
    retry_at_s: dict[str, float] = field(default_factory=dict)
    failed_before: set[str] = field(default_factory=set)
    alarms: Alarms = field(init=False)

    def __post_init__(self) -> None:
        self.alarms = Alarms(self.context)

    async def run(self) -> None:
        faults = self.context.faults
        disconnects = (
            faults.toolstack_restarted.connect(self._restart_toolstack),
            faults.power_changed.connect(self._follow_power),
        )
        try:
            await self._run()
        finally:
            for disconnect in disconnects:
                disconnect()

    def _follow_power(self, change: PowerChange) -> None:
        """A coordinator that comes back knows nothing of what it was doing, from the first answer on."""
        if not change.is_dead and change.host_ref == self._master():
            fail_tasks(self.context.db, self.context.clock, change.host_ref)
            end_sessions(self.context.db)

    def _restart_toolstack(self, host_ref: str) -> None:
        self.context.spawn(restart_toolstack(self.context, host_ref))

    async def _run(self) -> None:
        while True:
            await self.context.clock.sleep(_TICK_S)
            self._look_at_hosts()
            if lookup.pool(self.context.db)["ha_enabled"]:
                self._look_at_signs_of_life()
            if lookup.pool(self.context.db)["ha_enabled"] and not self._is_silent(self._master()):
                await self._restart_protected()
                await self._restart_best_effort()

    def _master(self) -> str:
        return str(lookup.pool(self.context.db)["master"])

    def _look_at_hosts(self) -> None:
        now_s = self.context.clock.monotonic_s()
        for host_ref in list(self.context.db.rows("host")):
            faults = self.context.faults.of(host_ref)
            if faults.is_dead or faults.is_cut_off:
                silent_s = now_s - self.silent_since_s.setdefault(host_ref, now_s)
                self._miss(host_ref, silent_s)
            elif host_ref in self.silent_since_s:
                del self.silent_since_s[host_ref]
                self._welcome(host_ref)

    def _look_at_signs_of_life(self) -> None:
        now_s = self.context.clock.monotonic_s()
        silent_s = {ref: now_s - since_s for ref, since_s in self.silent_since_s.items()}
        self.alarms.look(_timeout_s(lookup.pool(self.context.db)), silent_s)

    def _miss(self, host_ref: str, silent_s: float) -> None:
        db = self.context.db
        pool = lookup.pool(db)
        is_master = host_ref == pool["master"]
        if pool["ha_enabled"]:
            if silent_s >= _timeout_s(pool) and lookup.is_live(db, host_ref):
                self._fail_over(host_ref, is_master)
        elif is_master and silent_s >= _MASTER_MISSED_AFTER_S:
            self._leave_members_alone(host_ref)
        elif silent_s >= _HEARTBEAT_LIMIT_S and lookup.is_live(db, host_ref):
            set_live(db, host_ref, False)
            refresh(db, "host", host_ref)

    def _fail_over(self, host_ref: str, was_master: bool) -> None:
        """HA has given the host up: it is fenced, its VMs are free to start elsewhere, another host leads."""
        db, clock = self.context.db, self.context.clock
        self.fenced.add(host_ref)
        set_live(db, host_ref, False)
        if was_master:
            heirs = [ref for ref in db.rows("host") if lookup.is_available(db, ref) and not self._is_silent(ref)]
            if heirs:
                become_master(db, clock, heirs[0])
        name = db.get("host", host_ref, "name_label")
        alerts.post(db, clock, "HA_HOST_FAILED", "host", host_ref, f"Server '{name}' has failed.")
        lost = reset_residents(db, host_ref)
        self.lost_best_effort += [ref for ref in lost if db.get("VM", ref, "ha_restart_priority") == "best-effort"]
        refresh(db, "host", host_ref)
        refresh_plan(db, clock)

    def _is_silent(self, host_ref: str) -> bool:
        faults = self.context.faults.of(host_ref)
        return faults.is_dead or faults.is_cut_off

    def _leave_members_alone(self, master_ref: str) -> None:
        """Without HA nobody takes over: members wait for the master and for somebody who decides."""
        for ref in self.context.db.rows("host"):
            faults = self.context.faults.of(ref)
            if ref != master_ref and not faults.emergency:
                faults.emergency = ("HOST_STILL_BOOTING",)

    def _welcome(self, host_ref: str) -> None:
        """A host is back."""
        db, context = self.context.db, self.context
        if host_ref == lookup.pool(db)["master"]:
            for ref in db.rows("host"):
                if context.faults.of(ref).emergency == ("HOST_STILL_BOOTING",):
                    context.faults.of(ref).emergency = ()
        if not lookup.is_live(db, host_ref):
            come_up(context, host_ref)
        if host_ref in self.fenced:
            self.fenced.discard(host_ref)
            name = db.get("host", host_ref, "name_label")
            alerts.post(db, context.clock, "HA_HOST_WAS_FENCED", "host", host_ref, f"Server '{name}' was fenced.")

    async def _restart_protected(self) -> None:
        """Group by group in their order, side by side inside a group, each VM's delay after its group."""
        db, now_s = self.context.db, self.context.clock.monotonic_s()
        waiting = [
            (ref, vm) for ref, vm in db.rows("VM").items()
            if is_protected(vm) and vm["power_state"] == "Halted" and not vm["current_operations"]
            and not vm["is_a_template"] and self.retry_at_s.get(ref, 0.0) <= now_s
        ]  # fmt: skip
        for order in sorted({vm["order"] for _, vm in waiting}, key=lambda order: (order < 0, order)):
            group = [ref for ref, vm in waiting if vm["order"] == order]
            async with asyncio.TaskGroup() as tasks:
                for ref in group:
                    tasks.create_task(self._bring_back(ref))
            await self.context.clock.sleep(max(float(db.get("VM", ref, "start_delay")) for ref in group))

    async def _restart_best_effort(self) -> None:
        waiting, self.lost_best_effort = self.lost_best_effort, []
        for ref in waiting:
            if self.context.db.has("VM", ref):
                await self._start(ref)

    async def _bring_back(self, vm_ref: str) -> None:
        if await self._start(vm_ref):
            self.failed_before.discard(vm_ref)
            self.retry_at_s.pop(vm_ref, None)
            return
        self.retry_at_s[vm_ref] = self.context.clock.monotonic_s() + _RETRY_S
        if vm_ref not in self.failed_before and self.context.db.has("VM", vm_ref):
            self.failed_before.add(vm_ref)
            name = self.context.db.get("VM", vm_ref, "name_label")
            body = f"VM '{name}' could not be restarted after its server failed."
            alerts.post(self.context.db, self.context.clock, "HA_PROTECTED_VM_RESTART_FAILED", "VM", vm_ref, body)

    async def _start(self, vm_ref: str) -> bool:
        """Whether the VM runs now; a second try is made at once."""
        context = replace(self.context, method="VM.start_on", host_ref=lookup.pool(self.context.db)["master"])
        for _ in range(2):
            try:
                await start_on(context, vm_ref, choose_host(context.db, vm_ref, context.rng), False, True)
            except ApiError:
                continue
            return True
        return False


def _timeout_s(pool: lookup.Row) -> float:
    return float(pool["ha_configuration"].get("timeout", _HA_TIMEOUT_S))


async def keep_watch(context: Context) -> None:
    """Watch over the pool until cancelled."""
    await Watch(context).run()
