"""Where a VM can run: start, resume and migration judged per host, in the order in which the server checks."""

from __future__ import annotations

from typing import NamedTuple

from lifeguard.datamodel.records import Host, Vm
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.relations import master_ref
from lifeguard.rules.configuration import configuration_obstacle
from lifeguard.rules.cpu import cpu_obstacle
from lifeguard.rules.domain import disk_srs, domain_type, is_live
from lifeguard.rules.lifecycle import Lifecycle
from lifeguard.rules.memory import free_memory_bytes, needed_bytes
from lifeguard.rules.obstacles import ITSELF, host_obstacle, processor_obstacle, reach_obstacle
from lifeguard.rules.reach import HostOffer, Needs, needs_of, offer_of
from lifeguard.rules.verdict import ALLOWED, Obstacle, Verdict, Wording
from lifeguard.rules.version import is_older


class _Facts(NamedTuple):
    """What is worked out once for a VM. `fault`: what is wrong with its own settings."""

    needs: Needs
    needed_bytes: int
    domain_type: str
    fault: Obstacle | None


class Placement:
    """Judges where the VMs of one inventory can run, as it is now. Make a new one after a change.

    Sums and reach are worked out once per host and once per kind of VM, so that judging a thousand VMs against
    every host stays within a frame.
    """

    def __init__(self, inventory: Inventory, lifecycle: Lifecycle, wording: Wording) -> None:
        self._inventory = inventory
        self._lifecycle = lifecycle
        self._wording = wording
        self._offers: dict[str, HostOffer] = {host.ref: offer_of(inventory, host) for host in inventory.all(Host)}
        self._master_ref = master_ref(inventory) or ""
        dead = (ref for ref, offer in self._offers.items() if not offer.is_live)
        self._offline = frozenset(ref for ref in dead if ref != self._master_ref)  # the master is the one that is asked
        self._free: dict[str, int] = {}
        self._known: dict[str, _Facts] = {}
        self._same_needs: dict[Needs, Needs] = {}
        self._before_memory: dict[tuple[int, str, bool], Obstacle | None] = {}
        self._usable: dict[Needs, tuple[str, ...]] = {}
        self._cpu: dict[tuple[str, str, str], dict[str, Obstacle | None]] = {}
        self._cpu_of_vm: dict[str, dict[str, Obstacle | None]] = {}

    def free_bytes(self, host_ref: str) -> int:
        """The memory a host has left for VMs."""
        known = self._free.get(host_ref)
        if known is None:
            known = self._free[host_ref] = free_memory_bytes(self._inventory, host_ref)
        return known

    def needed_bytes(self, vm: Vm) -> int:
        return self._facts(vm).needed_bytes

    def free_after_bytes(self, host_ref: str, vms: tuple[Vm, ...]) -> int:
        """What a host would have left after these VMs have come; below 0 when they do not fit together."""
        coming = sum(self.needed_bytes(vm) for vm in vms if vm.resident_on != host_ref)
        return self.free_bytes(host_ref) - coming

    def judge_migrate(self, vm: Vm, host_ref: str) -> Verdict:
        """`VM.pool_migrate` of a running VM to a host of its pool; the host it runs on already is as good as any."""
        offer = self._offers.get(host_ref)
        if offer is None:
            return self._refused(vm, host_ref, ("HANDLE_INVALID", ("host", host_ref)))
        obstacle = self._cpu_obstacle(vm, offer)
        if obstacle is not None:
            return self._refused(vm, host_ref, obstacle)
        verdict = self._lifecycle.judge(vm, "pool_migrate")
        if not verdict.allowed:
            return Verdict(verdict.key, verdict.params, self._wording, vm.ref, host_ref)
        obstacle = self._version_obstacle(vm, offer) or self._obstacle(vm, offer) or self._home_obstacle(vm)
        return self._refused(vm, host_ref, obstacle) if obstacle else ALLOWED

    def judge_at_home(self, vm: Vm, operation: str) -> Verdict:
        """An operation that the server passes on to the host the VM runs on; a suspended VM is ended by any host that
        reaches its disks."""
        verdict = self._lifecycle.judge(vm, operation)
        if not verdict.allowed:
            return verdict
        if vm.power_state == "Suspended" and operation == "hard_shutdown":
            return self._judge_reaching(vm, disk_srs(self._inventory, vm))
        obstacle = self._home_obstacle(vm) if self._offline else None
        return self._refused(vm, "", obstacle) if obstacle else ALLOWED

    def judge_start_on(self, vm: Vm, host_ref: str) -> Verdict:
        """`VM.start_on`."""
        return self._judge_boot(vm, host_ref, "start_on")

    def judge_resume_on(self, vm: Vm, host_ref: str) -> Verdict:
        """`VM.resume_on`."""
        return self._judge_boot(vm, host_ref, "resume_on")

    def judge_boot_here(self, vm: Vm, host_ref: str) -> Verdict:
        """What `VM.assert_can_boot_here` would answer."""
        offer = self._offers.get(host_ref)
        if offer is None:
            return self._refused(vm, host_ref, ("HANDLE_INVALID", ("host", host_ref)))
        runs_here = vm.resident_on == host_ref
        obstacle = (
            self._facts(vm).fault
            or self._left_behind(offer, vm.resident_on)
            or host_obstacle(self._facts(vm).needs, offer, runs_here=runs_here)
            or self._cpu_obstacle(vm, offer)
            or self._obstacle(vm, offer)
        )
        return self._refused(vm, host_ref, obstacle) if obstacle else ALLOWED

    def judge_anywhere(self, vm: Vm, operation: str) -> Verdict:
        """`VM.start` or `VM.resume`, where the server chooses the host."""
        verdict = self._lifecycle.judge(vm, operation)
        if not verdict.allowed:
            return verdict
        facts = self._facts(vm)
        if facts.fault is None and any(self._has_room(ref, facts.needed_bytes) for ref in self.usable_hosts(vm)):
            return ALLOWED
        return self._refused(vm, "", ("NO_HOSTS_AVAILABLE", ()))

    def _has_room(self, host_ref: str, needed: int) -> bool:
        """A host whose memory nobody knows (old databases have no measurements) is given the chance."""
        return self.free_bytes(host_ref) >= needed or not self._offers[host_ref].memory_bytes

    def judge_with_disks(self, vm: Vm, operation: str) -> Verdict:
        """An operation on a VM's disks (snapshot, clone): the host it runs on does it, else any live one, in
        maintenance or not, that reaches all of them together."""
        if vm.power_state == "Running":
            return self.judge_at_home(vm, operation)
        verdict = self._lifecycle.judge(vm, operation)
        return self._judge_reaching(vm, self._facts(vm).needs.srs) if verdict.allowed else verdict

    def _judge_reaching(self, vm: Vm, srs: tuple[str, ...]) -> Verdict:
        if any(offer.is_live and offer.srs.issuperset(srs) for offer in self._offers.values()):
            return ALLOWED
        return self._refused(vm, "", ("NO_HOSTS_AVAILABLE", ()))

    def usable_hosts(self, vm: Vm) -> tuple[str, ...]:
        """The hosts that could run a VM if they had the memory."""
        needs = self._facts(vm).needs
        known = self._usable.get(needs)
        if known is None:
            known = self._usable[needs] = tuple(
                ref
                for ref, offer in self._offers.items()
                if (self._left_behind(offer) or self._before(needs, offer, runs_here=False)) is None
                and processor_obstacle(needs, offer) is None
            )
        return known

    def restart_hosts(self, vm: Vm) -> tuple[str, ...]:
        """Where high availability would restart a VM, memory aside: it looks at storage and networks, not at whether a
        host is enabled or has hardware virtualisation."""
        needs = self._facts(vm).needs._replace(needs_hvm=False)
        offers = self._offers.items()
        return tuple(
            ref for ref, offer in offers if offer.is_live and not reach_obstacle(self._inventory, needs, offer)
        )

    def _judge_boot(self, vm: Vm, host_ref: str, operation: str) -> Verdict:
        verdict = self._lifecycle.judge(vm, operation)
        if not verdict.allowed:
            return Verdict(verdict.key, verdict.params, self._wording, vm.ref, host_ref)
        offer = self._offers.get(host_ref)
        if offer is None:
            return self._refused(vm, host_ref, ("HANDLE_INVALID", ("host", host_ref)))
        obstacle = self._left_behind(offer) or self._obstacle(vm, offer)
        return self._refused(vm, host_ref, obstacle) if obstacle else ALLOWED

    def _facts(self, vm: Vm) -> _Facts:
        known = self._known.get(vm.ref)
        if known is None:
            inventory = self._inventory
            needs = needs_of(inventory, vm)
            needs = self._same_needs.setdefault(needs, needs)
            kind = domain_type(inventory, vm)
            fault = configuration_obstacle(vm, kind)
            known = self._known[vm.ref] = _Facts(needs, needed_bytes(inventory, vm), kind, fault)
        return known

    def _refused(self, vm: Vm, host_ref: str, obstacle: Obstacle) -> Verdict:
        key, params = obstacle
        if ITSELF in params:
            params = tuple([vm.ref if param == ITSELF else param for param in params])
        return Verdict(key, params, self._wording, vm.ref, host_ref)

    def _cpu_obstacle(self, vm: Vm, offer: HostOffer) -> Obstacle | None:
        if vm.power_state == "Halted" or not vm.last_boot_CPU_flags:
            return None
        known = self._cpu_of_vm.get(vm.ref)
        if known is None:
            flags = vm.last_boot_CPU_flags
            key = flags.get("vendor", ""), flags.get("features", ""), self._facts(vm).domain_type
            known = self._cpu_of_vm[vm.ref] = self._cpu.setdefault(key, {})
        ref = offer.host.ref
        if ref not in known:
            reason = cpu_obstacle(vm.last_boot_CPU_flags, self._facts(vm).domain_type, offer.host)
            known[ref] = ("VM_INCOMPATIBLE_WITH_THIS_HOST", (ITSELF, ref, reason)) if reason else None
        return known[ref]

    def _version_obstacle(self, vm: Vm, offer: HostOffer) -> Obstacle | None:
        if not self._lifecycle.is_upgrading:
            return None
        home = self._offers.get(vm.resident_on)
        older = home is not None and is_older(offer.host, home.host)
        return ("NOT_SUPPORTED_DURING_UPGRADE", ()) if older else None

    def _home_obstacle(self, vm: Vm) -> Obstacle | None:
        """Whoever runs a VM must be there to do anything with it."""
        return ("HOST_OFFLINE", (vm.resident_on,)) if vm.resident_on in self._offline and is_live(vm) else None

    def _left_behind(self, offer: HostOffer, home_ref: str = "") -> Obstacle | None:
        """While a pool is upgraded host by host, the master first, a VM never goes back to an older version."""
        if not self._lifecycle.is_upgrading:
            return None
        newest = self._offers.get(home_ref) or self._offers.get(self._master_ref)
        if newest is not None and is_older(offer.host, newest.host):
            return "VM_HOST_INCOMPATIBLE_VERSION", (offer.host.ref, ITSELF)
        return None

    def _obstacle(self, vm: Vm, offer: HostOffer) -> Obstacle | None:
        needs, needed, _, fault = self._facts(vm)
        before = fault or self._before(needs, offer, runs_here=vm.resident_on == offer.host.ref)
        if before is not None:
            return before
        free = self.free_bytes(offer.host.ref)
        if free < needed and offer.memory_bytes:
            return "HOST_NOT_ENOUGH_FREE_MEMORY", (str(needed), str(free))
        return processor_obstacle(needs, offer)

    def _before(self, needs: Needs, offer: HostOffer, *, runs_here: bool) -> Obstacle | None:
        """The first obstacle that comes before memory in the server's order."""
        key = id(needs), offer.host.ref, runs_here  # equal needs are one object, kept by `_same_needs`
        if key not in self._before_memory:
            on_host = host_obstacle(needs, offer, runs_here=runs_here)
            self._before_memory[key] = on_host or reach_obstacle(self._inventory, needs, offer)
        return self._before_memory[key]
