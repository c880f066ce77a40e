"""What the migration wizard is about: VMs, the hosts they could go to, and the plans made so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lifeguard.commands.command import Command
from lifeguard.commands.migration import MigrationPlan, propose
from lifeguard.commands.remedies import CLEARED_IN_WIZARD
from lifeguard.commands.selection import Item, Selection
from lifeguard.commands.source import Source
from lifeguard.scope import Begin
from lifeguard.ui.acting.places import hosts_of


class Journey:
    """`plans`: one for each VM, all to the same host; none before a destination is chosen."""

    def __init__(self, command: Command, selection: Selection, sources: Iterable[Source], begin_work: Begin) -> None:
        self.command = command
        self.selection = selection
        self.begin_work = begin_work
        self.hosts = tuple(host for source in sources for host in hosts_of(source))
        self.plans: tuple[MigrationPlan, ...] = ()

    def refusal(self, host: Item) -> tuple[str | None, str]:
        """Why none of the VMs could go there: short, and whole; None and nothing when one could, or when the last page
        has a remedy."""
        verdict = self.command.sum_up(self.selection.with_target(host))
        if verdict.key in CLEARED_IN_WIZARD:
            return None, ""
        return verdict.short, verdict.refusal or ""

    def aim(self, host: Item, *, copy: bool) -> None:
        """Another destination: plans with sensible maps."""
        now = self.plans[0] if self.plans else None
        if now is None or now.host != host or now.copy != copy:
            self.plans = tuple(propose(item, host, copy=copy) for item in self.selection.items)

    def store(self, place: int, vdi: str, sr: str) -> None:
        self._replace(place, replace(self.plans[place], vdis={**self.plans[place].vdis, vdi: sr}))

    def connect(self, place: int, vif: str, network: str) -> None:
        self._replace(place, replace(self.plans[place], vifs={**self.plans[place].vifs, vif: network}))

    def send_over(self, network: str) -> None:
        self.plans = tuple(replace(plan, network=network) for plan in self.plans)

    def _replace(self, place: int, plan: MigrationPlan) -> None:
        self.plans = (*self.plans[:place], plan, *self.plans[place + 1 :])
