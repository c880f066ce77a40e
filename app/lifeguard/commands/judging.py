"""The small judges that many commands share."""

from __future__ import annotations

from lifeguard.commands.selection import Item, Selection
from lifeguard.datamodel.records import Host, Vm
from lifeguard.rules.pool_rules import PoolRules
from lifeguard.rules.verdict import ALLOWED, Verdict


def refuse(selection: Selection, item: Item, key: str, *params: str) -> Verdict:
    """A refusal of our own, or one the server would give."""
    where = selection.target.named_ref if selection.target is not None else ""
    return Verdict(key, params, selection.rules(item.source).words, item.named_ref, where)


def always(selection: Selection, item: Item) -> Verdict:
    """For commands that any live object takes."""
    return ALLOWED


class OfVm:
    """A judge of one operation that the VM's own host carries out."""

    def __init__(self, operation: str) -> None:
        self.operation = operation

    def __call__(self, selection: Selection, item: Item) -> Verdict:
        rules = selection.rules(item.source)
        vm = rules.vm(item.ref)
        return ALLOWED if vm is None else self.judge(rules, vm)

    def judge(self, rules: PoolRules, vm: Vm) -> Verdict:
        return rules.placement.judge_at_home(vm, self.operation)


class OfVmDisks(OfVm):
    """As `OfVm`, and some host must reach all disks."""

    def judge(self, rules: PoolRules, vm: Vm) -> Verdict:
        return rules.placement.judge_with_disks(vm, self.operation)


class OfVmAnywhere(OfVm):
    """As `OfVm`, and some host must be able to run it."""

    def judge(self, rules: PoolRules, vm: Vm) -> Verdict:
        verdict = rules.placement.judge_anywhere(vm, self.operation)
        return _keeping_plan(rules, vm) if verdict.allowed and rules.failover.is_kept else verdict


def _keeping_plan(rules: PoolRules, vm: Vm) -> Verdict:
    """Some host must be able to run it without breaking the pool's failover plan."""
    first: Verdict | None = None
    for host_ref in rules.placement.usable_hosts(vm):
        verdict = rules.failover.judge_arrival(vm, host_ref)
        if verdict.allowed:
            return ALLOWED
        first = first or Verdict(verdict.key, verdict.params, rules.words, vm.ref)
    return first or ALLOWED


def enabled_hosts(rules: PoolRules) -> int:
    return sum(host.enabled for host in rules.inventory.all(Host))
