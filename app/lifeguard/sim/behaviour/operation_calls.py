"""The calls that ask about operations."""

from __future__ import annotations

from lifeguard.sim.behaviour.operations.refresh import allowed_operations, refresh
from lifeguard.sim.behaviour.operations.vm import assert_vm
from lifeguard.sim.context import Context, Handler

_TABLES = ("VM", "SR", "VDI", "VBD", "VIF", "host", "pool", "VM_appliance")


async def assert_operation_valid(context: Context, vm_ref: str, operation: str) -> None:
    assert_vm(context.db, vm_ref, operation)


def _getter(table: str) -> Handler:
    async def get_allowed_operations(context: Context, ref: str) -> tuple[str, ...]:
        context.db.row(table, ref)
        return allowed_operations(context.db, table, ref)

    return get_allowed_operations


async def _update_vm(context: Context, vm_ref: str) -> None:
    context.db.row("VM", vm_ref)
    refresh(context.db, "VM", vm_ref)


HANDLERS: dict[str, Handler] = {
    "VM.assert_operation_valid": assert_operation_valid,
    "VM.update_allowed_operations": _update_vm,
    **{f"{table}.get_allowed_operations": _getter(table) for table in _TABLES},
}
