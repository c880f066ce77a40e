"""What another client finds out about a pool before a test begins: which VM may go where, as the server says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import XenAPI

from tests.e2e.program import Pool

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """`master`, `full` and `roomy` are refs of hosts: the coordinator, those with least and most free memory."""

    hosts: Mapping[str, Record]
    vms: Mapping[str, Record]
    master: str
    full: str
    roomy: str

    def name(self, ref: str) -> str:
        return str((self.hosts.get(ref) or self.vms[ref])["name_label"])

    def address(self, host_ref: str) -> str:
        return str(self.hosts[host_ref]["address"])

    @property
    def members(self) -> list[str]:
        """The hosts that are not the coordinator."""
        return [ref for ref in self.hosts if ref != self.master]


async def facts_of(pool: Pool) -> Facts:
    ask = pool.witness.ask
    hosts = await pool.witness.records("host")
    vms = {ref: vm for ref, vm in (await pool.witness.records("VM")).items() if _is_guest(vm)}
    (the_pool,) = (await pool.witness.records("pool")).values()
    free = {ref: int(await ask("host.compute_free_memory", ref)) for ref in hosts}
    by_room = sorted(free, key=lambda ref: free[ref])
    return Facts(hosts, vms, the_pool["master"], by_room[0], by_room[-1])


async def migratable(pool: Pool, facts: Facts, to: str, *, refused_by: str = "") -> list[str]:
    """The running VMs, small ones first, that the server lets go to one host and that lack memory on another."""
    found = []
    for ref in sorted(facts.vms, key=lambda ref: (int(facts.vms[ref]["memory_dynamic_max"]), facts.name(ref))):
        vm = facts.vms[ref]
        is_elsewhere = vm["resident_on"] not in (to, refused_by)
        if vm["power_state"] != "Running" or "pool_migrate" not in vm["allowed_operations"] or not is_elsewhere:
            continue
        if await _objection(pool, ref, to):
            continue
        if not refused_by or await _objection(pool, ref, refused_by) == "HOST_NOT_ENOUGH_FREE_MEMORY":
            found.append(ref)
    return found


async def _objection(pool: Pool, vm_ref: str, host_ref: str) -> str:
    """The error code by which the server refuses a VM on a host; empty when it does not."""
    try:
        await pool.witness.ask("VM.assert_can_boot_here", vm_ref, host_ref)
    except XenAPI.Failure as failure:
        return str(failure.details[0])
    return ""


def _is_guest(vm: Record) -> bool:
    return not (vm["is_a_template"] or vm["is_a_snapshot"] or vm["is_control_domain"])
