"""Every command there is, by id and by the server's call behind it."""

from __future__ import annotations

from lifeguard.commands import (
    custom_fields,
    groups,
    host,
    maintenance,
    messages,
    objects,
    pool,
    server,
    storage,
    vm_copies,
    vm_delete,
    vm_devices,
    vm_diagnosis,
    vm_move,
    vm_place,
    vm_power,
)
from lifeguard.commands.command import Command


def all_commands() -> tuple[Command, ...]:
    """All commands, in the order in which a list of them reads well."""
    return _ALL


def command(name: str) -> Command | None:
    """A command by its id (`vm.migrate`) or by the server's call behind it (`VM.pool_migrate`); None for neither."""
    known = _BY_ID.get(name)
    if known is not None:
        return known
    wanted = name.removeprefix("Async.").lower()
    return next((one for one in _ALL if one.calls and one.calls[0].lower() == wanted), None)


_ALL: tuple[Command, ...] = (
    *vm_power.COMMANDS,
    *vm_place.COMMANDS,
    *vm_diagnosis.COMMANDS,
    *vm_move.COMMANDS,
    *vm_copies.COMMANDS,
    *vm_devices.COMMANDS,
    *vm_delete.COMMANDS,
    *maintenance.COMMANDS,
    *host.COMMANDS,
    *pool.COMMANDS,
    *server.COMMANDS,
    *storage.COMMANDS,
    *objects.COMMANDS,
    *custom_fields.COMMANDS,
    *groups.COMMANDS,
    *messages.COMMANDS,
)
_BY_ID = {one.id: one for one in _ALL}
