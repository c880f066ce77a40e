"""What a site's alerts tell: what happened lately, and the few things that want a look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lifeguard.datamodel.alerts import ALERTS
from lifeguard.sim.scenario.cabling import Cabling
from lifeguard.sim.scenario.draft import Draft
from lifeguard.sim.scenario.guests import Guest
from lifeguard.sim.scenario.machines import Machine
from lifeguard.sim.scenario.stores import Stores

_FULL = 0.9


class Alerts:
    """Writes messages, oldest or newest in any order."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    def add(self, name: str, cls: str, table: str, ref: str, body: str, days_ago: float) -> None:
        self._draft.add("message", name=name, priority=ALERTS[name], cls=cls, body=body,
                        obj_uuid=self._draft.row(table, ref)["uuid"], timestamp=self._draft.ago(days_ago))  # fmt: skip


def write_troubles(draft: Draft, stores: Stores, nets: Cabling, quiet_host: Machine | None) -> None:
    """The alerts that go with what is wrong in the pool."""
    alerts = Alerts(draft)
    archive = draft.row("SR", stores.shared["archive"])
    used = archive["physical_utilisation"] / archive["physical_size"]
    if used > _FULL:
        body = _alarm(used, "physical_utilisation", f"{_FULL:.6f}")
        alerts.add("ALARM", "SR", "SR", stores.shared["archive"], body, 0.4)
    if stores.cut_off_host:
        name = draft.row("host", stores.cut_off_host)["name_label"]
        alerts.add("PBD_PLUG_FAILED_ON_SERVER_START", "Host", "host", stores.cut_off_host,
                   f"{name}: NFS archive: mount error: server 10.71.64.220 does not answer", 6.1)  # fmt: skip
    if nets.broken_bond_host:
        name = draft.row("host", nets.broken_bond_host)["name_label"]
        alerts.add("BOND_STATUS_CHANGED", "Host", "host", nets.broken_bond_host,
                   f"The status of the eth0+eth1 bond changed: 1/2 up (was 2/2), on {name}", 2.3)  # fmt: skip
    if quiet_host:
        alerts.add("HOST_CLOCK_SKEW_DETECTED", "Host", "host", quiet_host.ref,
                   f"The clock of {quiet_host.name} differs by 12 s", 9.2)  # fmt: skip


def write_history(
    draft: Draft, guests: Sequence[Guest], vms: Mapping[str, str], machines: Sequence[Machine]
) -> None:  # fmt: skip
    """Starts, stops, migrations and a crash of the last weeks."""
    alerts = Alerts(draft)
    running = [guest for guest in guests if guest.power_state == "Running" and guest.host]
    for guest in draft.rng.sample(running, min(len(running), 24)):
        host, source = guest.host, draft.rng.choice(machines)
        if host is None:
            continue
        vm = vms[guest.name]
        uuid = draft.row("VM", vm)["uuid"]
        body = f"VM '{guest.name}' started on host: {host.name} (uuid: {draft.row('host', host.ref)['uuid']})"
        alerts.add("VM_STARTED", "VM", "VM", vm, body, draft.rng.uniform(1, 20))
        if source is not host and guest.service.store != "local":
            body = (
                f"VM '{guest.name}' (uuid: {uuid}) migrated from host '{source.name}' "
                f"(uuid: {draft.row('host', source.ref)['uuid']}) to host '{host.name}' "
                f"(uuid: {draft.row('host', host.ref)['uuid']})"
            )
            alerts.add("VM_MIGRATED", "VM", "VM", vm, body, draft.rng.uniform(0.1, 5))
    for guest in [guest for guest in guests if guest.power_state == "Halted"][:8]:
        body = f"VM '{guest.name}' shutdown"
        alerts.add("VM_SHUTDOWN", "VM", "VM", vms[guest.name], body, draft.rng.uniform(0.5, 14))
    for guest in running[7:8]:
        alerts.add("VM_CRASHED", "VM", "VM", vms[guest.name], f"VM '{guest.name}' crashed", 3.7)
    for guest in running[2:3]:
        alerts.add("ALARM", "VM", "VM", vms[guest.name], _alarm(0.97, "cpu_usage", "0.900000"), 0.08)


def _alarm(value: float, name: str, level: str) -> str:
    return (
        f'value: {value:.6f}\nconfig:\n<variable>\n\t<name value="{name}"/>\n\t<alarm_trigger_level value="{level}"/>\n'
        '\t<alarm_trigger_period value="300"/>\n\t<alarm_auto_inhibit_period value="3600"/>\n</variable>\n'
    )
