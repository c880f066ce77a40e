"""What happened to machines, out of the pool's messages: the marks on the time axis."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from lifeguard.datamodel.records import Host, Message, Record, Vm
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.relations import vms_on
from lifeguard.ui.table.instant import epoch_s

_WORDS: Final = {
    "VM_STARTED": "started",
    "VM_SHUTDOWN": "shut down",
    "VM_REBOOTED": "rebooted",
    "VM_SUSPENDED": "suspended",
    "VM_RESUMED": "resumed",
    "VM_PAUSED": "paused",
    "VM_UNPAUSED": "unpaused",
    "VM_MIGRATED": "migrated",
    "VM_CRASHED": "crashed",
    "VM_CLONED": "cloned",
    "VM_SNAPSHOTTED": "snapshot taken",
    "VM_CHECKPOINTED": "snapshot with memory taken",
    "VM_SNAPSHOT_REVERTED": "went back to a snapshot",
}
_BAD: Final = frozenset({"VM_CRASHED"})


@dataclass(frozen=True, slots=True)
class Happening:
    """at_s: UTC epoch seconds, the server's."""

    at_s: float
    name: str
    words: str
    is_bad: bool = False

    @property
    def text(self) -> str:
        """`14:02:31  web-01 migrated`."""
        return f"{time.strftime('%d %b %H:%M:%S', time.localtime(self.at_s)).lstrip('0')}  {self.name} {self.words}"


def happenings_of(inventory: Inventory, record: Record) -> tuple[Happening, ...]:
    """Of a VM its own, of a host those of the VMs on it; oldest first."""
    machines: Iterable[Vm] = ()
    if isinstance(record, Vm):
        machines = (record,)
    elif isinstance(record, Host):
        machines = vms_on(inventory, record.ref)
    told = (happening for vm in machines for happening in _told(inventory, vm))
    return tuple(sorted(told, key=lambda happening: happening.at_s))


def _told(inventory: Inventory, vm: Vm) -> Iterator[Happening]:
    for message in inventory.pointing_to(Message, "obj_uuid", vm.uuid):
        words, at_s = _WORDS.get(message.name), epoch_s(message.timestamp)
        if words is not None and at_s is not None:
            yield Happening(float(at_s), vm.name_label, words, message.name in _BAD)
