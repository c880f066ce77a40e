"""What consoles set or ask of machines besides their life: firmware, plugins, live settings, recovery."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lifeguard.sim.administration.shapes import accepted, putting, refused
from lifeguard.sim.behaviour import lookup, vm_config, vm_making
from lifeguard.sim.behaviour.operations.vm import assert_vm
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.failure import ApiError


async def _set_target(context: Context, vm_ref: str, target_bytes: int) -> None:
    await vm_config.set_memory_dynamic_range(context, vm_ref, target_bytes, target_bytes)


async def _set_shadow(context: Context, vm_ref: str, multiplier: float) -> None:
    assert_vm(context.db, vm_ref, "changing_shadow_memory_live")
    context.db.set("VM", vm_ref, "HVM_shadow_multiplier", multiplier)


async def _nap(context: Context, vm_ref: str) -> None:
    """Sleep and wake inside the guest: nothing of it shows outside."""
    assert_vm(context.db, vm_ref, "suspend")


async def _update_snapshot(context: Context, vm_ref: str, snapshot_of: str, time: str, transportable_id: str) -> None:
    context.db.update("VM", vm_ref, is_a_snapshot=True, snapshot_of=snapshot_of, snapshot_time=time,
                      transportable_snapshot_id=transportable_id)  # fmt: skip


async def _call_plugin(context: Context, vm_ref: str, plugin: str, function: str, args: Mapping[str, str]) -> str:
    assert_vm(context.db, vm_ref, "call_plugin")
    raise ApiError("XENAPI_MISSING_PLUGIN", plugin)


async def _restart_device_models(context: Context, vm_ref: str) -> None:
    state = context.db.get("VM", vm_ref, "power_state")
    if state != "Running":
        raise ApiError("VM_BAD_POWER_STATE", vm_ref, "running", str(state).lower())
    for field in ("pending_guidances", "pending_guidances_recommended", "pending_guidances_full"):
        kept = tuple(one for one in context.db.get("VM", vm_ref, field) if one != "restart_device_model")
        context.db.set("VM", vm_ref, field, kept)


async def _secure_boot(context: Context, vm_ref: str) -> str:
    vm = context.db.row("VM", vm_ref)
    if vm["HVM_boot_params"].get("firmware") != "uefi":
        return "not_supported"
    return "ready" if vm["platform"].get("secureboot") in ("true", "auto") else "disabled"


async def _set_uefi_mode(context: Context, vm_ref: str, mode: str) -> str:
    if context.db.get("VM", vm_ref, "HVM_boot_params").get("firmware") != "uefi":
        raise ApiError("OPERATION_NOT_ALLOWED", "the VM does not boot with UEFI")
    return ""


async def _guest_secure_boot(context: Context, pool_ref: str) -> str:
    return "ready" if context.db.get("pool", pool_ref, "uefi_certificates") else "not_ready"


async def _sysprep(context: Context, vm_ref: str, *args: Any) -> None:
    assert_vm(context.db, vm_ref, "sysprep")


async def _no_conversion(context: Context, *args: Any) -> None:
    raise ApiError("LICENCE_RESTRICTION", "VM_conversion")


async def _import_from_url(context: Context, url: str, *args: Any) -> None:
    raise ApiError("IMPORT_ERROR", f"a simulated host cannot reach {url}")


async def _cannot_recover(context: Context, ref: str, *args: Any) -> None:
    """The session given is one of a database on a replicated disk, and no such disk is ever found here."""
    raise ApiError("SESSION_INVALID", str(args[0]) if args else "")


async def _clone_suspended(context: Context, vm_ref: str) -> str:
    assert_vm(context.db, vm_ref, "csvm")
    return await vm_making.clone(context, vm_ref, str(context.db.get("VM", vm_ref, "name_label")))


async def _create_vlan(context: Context, device: str, network_ref: str, tag: int) -> tuple[str, ...]:
    raise ApiError("MESSAGE_DEPRECATED", context.method)


async def _may_migrate(context: Context, vm_ref: str, *args: Any) -> None:
    if not lookup.find(context.db, "VM", vm_ref):
        raise ApiError("HANDLE_INVALID", "VM", vm_ref)
    assert_vm(context.db, vm_ref, "migrate_send")


HANDLERS: Mapping[str, Handler] = {
    "VM.set_memory_target_live": _set_target,
    "VM.set_shadow_multiplier_live": _set_shadow,
    "VM.s3_suspend": _nap,
    "VM.s3_resume": _nap,
    "VM.update_snapshot_metadata": _update_snapshot,
    "VM.call_plugin": _call_plugin,
    "VM.call_host_plugin": _call_plugin,
    "VM.restart_device_models": _restart_device_models,
    "VM.get_secureboot_readiness": _secure_boot,
    "VM.set_uefi_mode": _set_uefi_mode,
    "VM.sysprep": _sysprep,
    "VM.import_convert": _no_conversion,
    "VM.import": _import_from_url,
    "VM.recover": _cannot_recover,
    "VM.assert_can_be_recovered": _cannot_recover,
    "VM.csvm": _clone_suspended,
    "VM.assert_can_migrate_sender": _may_migrate,
    "VM_appliance.recover": _cannot_recover,
    "VM_appliance.assert_can_be_recovered": _cannot_recover,
    "VM_appliance.get_SRs_required_for_recovery": _cannot_recover,
    "pool.get_guest_secureboot_readiness": _guest_secure_boot,
    "pool.create_VLAN": _create_vlan,
    "PIF.create_VLAN": _create_vlan,
    **putting("VM", "VCPUs_params", "VM.add_to_VCPUs_params_live"),
    **accepted("VM.wait_memory_target_live", "VM.update_secureboot_certificates_on_boot", "VM.pool_migrate_complete",
               "VM.set_NVRAM_EFI_variables", "network.attach", "network.attach_for_vm", "network.detach_for_vm",
               "host.allocate_resources_for_vm"),
    **refused("FEATURE_RESTRICTED", "pool.test_archive_target"),
}  # fmt: skip
