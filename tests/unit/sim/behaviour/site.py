"""A small site to try behaviours on: hosts, shared and local storage, a network, VMs; on a clock that tests move."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Coroutine
from typing import Any

from lifeguard.clock import VirtualClock
from lifeguard.sim.behaviour import HANDLERS
from lifeguard.sim.behaviour.upgrade import put_in_order
from lifeguard.sim.behaviour.watch import keep_watch
from lifeguard.sim.context import Context
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError
from lifeguard.sim.faults import Faults

GIB = 2**30
FEATURES = "17cbfbff-f7fa3223-2d93fbff-00000123-00000001-01cbfbbb-00000000-00000000-00000000"
TOOLS = ("feature-suspend", "feature-poweroff", "feature-reboot", "feature-vcpu-hotplug")
_ABLE = ("SR_UPDATE", "VDI_CREATE", "VDI_DELETE", "VDI_CLONE", "VDI_SNAPSHOT", "VDI_RESIZE", "VDI_UPDATE")


class Site:
    """One pool. Close it when done: it owns what behaviours leave running."""

    def __init__(self, seed: int = 7) -> None:
        self.db = Database(random.Random(seed))
        self.clock = VirtualClock()
        self.faults = Faults()
        self._running: list[asyncio.Task[None]] = []
        self.pool = self.db.insert("pool", {"name_label": "site", "restrictions": {}})
        for kind in ("nfs", "ext", "iso"):
            self.db.insert("SM", {"type": kind, "features": dict.fromkeys(_ABLE, 1)})
        self.network = self.db.insert("network", {"name_label": "office", "bridge": "xenbr0", "managed": True})
        self.shared = self._sr("shared", "nfs", shared=True)

    def _sr(self, name: str, kind: str, *, shared: bool) -> str:
        values = {"name_label": name, "type": kind, "shared": shared, "physical_size": 4000 * GIB}
        return self.db.insert("SR", values)

    def host(self, name: str, memory_gib: int = 32) -> str:
        """A live, enabled host on the shared storage and the network; the first one is master."""
        metrics = self.db.insert("host_metrics", {"live": True, "memory_total": memory_gib * GIB})
        ref = self.db.insert(
            "host",
            {"name_label": name, "address": f"10.0.0.{len(self.db.rows('host')) + 1}", "metrics": metrics,
             "enabled": True, "capabilities": ("xen-3.0-x86_64", "hvm-3.0-x86_64"),
             "software_version": {"platform_version": "3.4.0"}, "virtual_hardware_platform_versions": (0, 1, 2),
             "cpu_info": {"vendor": "GenuineIntel", "cpu_count": "16", "features_hvm": FEATURES}},
        )  # fmt: skip
        self.db.insert("PBD", {"host": ref, "SR": self.shared, "currently_attached": True})
        self.db.insert(
            "PIF",
            {"host": ref, "network": self.network, "device": "eth0", "VLAN": -1, "physical": True, "management": True,
             "currently_attached": True, "ip_configuration_mode": "DHCP", "IP": self.db.get("host", ref, "address")},
        )  # fmt: skip
        if len(self.db.rows("host")) == 1:
            self.db.set("pool", self.pool, "master", ref)
        self.db.set("pool", self.pool, "default_SR", self.shared)
        self.db.set("pool", self.pool, "suspend_image_SR", self.shared)
        return ref

    def local_sr(self, host: str) -> str:
        ref = self._sr("local", "ext", shared=False)
        self.db.insert("PBD", {"host": host, "SR": ref, "currently_attached": True})
        return ref

    def vm(self, name: str, on: str = "", memory_gib: int = 2, sr: str = "", **values: Any) -> str:
        """A VM with one disk and one card: running with tools on a host, or halted."""
        db, size = self.db, memory_gib * GIB
        ref = db.insert(
            "VM",
            {"name_label": name, "memory_static_max": size, "memory_dynamic_max": size, "memory_dynamic_min": size,
             "VCPUs_max": 2, "VCPUs_at_startup": 2, "domain_type": "hvm", "HVM_boot_policy": "BIOS order",
             "HVM_shadow_multiplier": 1.0, "other_config": {"mac_seed": name}, "domid": -1, **values},
        )  # fmt: skip
        disk = db.insert(
            "VDI", {"name_label": f"{name} disk", "SR": sr or self.shared, "virtual_size": 8 * GIB, "managed": True,
                    "type": "user", "on_boot": "persist"},
        )  # fmt: skip
        attached = bool(on)
        db.insert("VBD", {"VM": ref, "VDI": disk, "userdevice": "0", "type": "Disk", "mode": "RW", "empty": False,
                          "currently_attached": attached})  # fmt: skip
        db.insert("VIF", {"VM": ref, "network": self.network, "device": "0", "MAC": "02:00:00:00:00:01",
                          "currently_attached": attached})  # fmt: skip
        if on:
            self._make_run(ref, on)
        put_in_order(db)
        return ref

    def _make_run(self, ref: str, host: str) -> None:
        tools = self.db.insert("VM_guest_metrics", {"PV_drivers_version": {"major": "9", "minor": "3"},
                                                    "other": dict.fromkeys(TOOLS, "1")})  # fmt: skip
        self.db.update("VM", ref, power_state="Running", resident_on=host, domid=3, guest_metrics=tools)

    def context(self, method: str, host: str = "") -> Context:
        task = self.db.insert("task", {"name_label": method, "status": "pending"})
        asked = host or self.db.get("pool", self.pool, "master")
        return Context(
            db=self.db, clock=self.clock, rng=random.Random(3), host_ref=asked,
            session_ref="", method=method, spawn=self._spawn, faults=self.faults, task_ref=task,
        )  # fmt: skip

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._running.append(asyncio.get_running_loop().create_task(work))

    def begin(self, method: str, *args: Any, host: str = "") -> tuple[asyncio.Task[Any], str]:
        """Start a call; returns it and its task's ref."""
        context = self.context(method, host)
        assert context.task_ref is not None
        return asyncio.get_running_loop().create_task(_await(HANDLERS[method](context, *args))), context.task_ref

    async def call(self, method: str, *args: Any, host: str = "", within_s: float = 300.0) -> Any:
        """Make a call and let time pass until it has answered."""
        work, task = self.begin(method, *args, host=host)
        value = await self.pass_time(work, within_s)
        self.db.destroy("task", task)
        return value

    async def pass_time(self, work: Awaitable[Any], within_s: float = 300.0) -> Any:
        """Let time pass until `work` is done; its result."""
        task, waited_s = asyncio.ensure_future(work), 0.0
        while not task.done() and waited_s < within_s:
            await self.clock.advance(0.25)
            waited_s += 0.25
        assert task.done(), f"not done after {within_s} s"
        return task.result()

    async def error(self, method: str, *args: Any, host: str = "") -> tuple[str, ...]:
        """Make a call that fails; its error."""
        try:
            await self.call(method, *args, host=host)
        except ApiError as error:
            return error.description
        raise AssertionError(f"{method} was accepted")

    def watch(self) -> None:
        """Let the pool notice by itself what happens to its hosts."""
        self._spawn(keep_watch(self.context("watch")))

    def messages(self) -> list[str]:
        return [row["name"] for row in self.db.rows("message").values()]

    async def close(self) -> None:
        for task in self._running:
            task.cancel()
        ends = await asyncio.gather(*self._running, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end


async def _await(work: Any) -> Any:
    return await work
