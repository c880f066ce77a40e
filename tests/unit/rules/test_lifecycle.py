"""Which operations a VM takes, in the order in which the server checks."""

import pytest

from lifeguard.datamodel.records import Vm
from lifeguard.rules.verdict import Verdict
from tests.support.building import PoolBuilder, build_pool, ref


def judge(pool: PoolBuilder, operation: str, vm: str = "web") -> Verdict:
    record = pool.inventory.get(Vm, ref(vm))
    assert record is not None
    return pool.rules().lifecycle.judge(record, operation)


def running(**fields: object) -> PoolBuilder:
    return build_pool().host("h1").vm("web", on="h1", **fields)  # type: ignore[arg-type]


def test_the_wrong_power_state_names_what_it_needs_and_what_it_is() -> None:
    verdict = judge(running(), "start")
    assert verdict.code == "VM_BAD_POWER_STATE"
    assert verdict.params == (ref("web"), "halted", "running")
    assert verdict.refusal == "web: it is running, this needs it halted. Change its power state first."


@pytest.mark.parametrize(
    ("fields", "operation", "code"),
    [
        ({"blocked_operations": {"pause": "not on Fridays"}}, "pause", "OPERATION_BLOCKED"),
        ({"current_operations": {ref("t"): "suspend"}}, "pause", "OTHER_OPERATION_IN_PROGRESS"),
        ({"platform": {"nomigrate": "true"}, "power_state": "Suspended"}, "migrate_send", "VM_IS_IMMOBILE"),
        ({"tools": False}, "clean_shutdown", "VM_LACKS_FEATURE"),
        ({"attached_PCIs": [ref("pci")]}, "suspend", "VM_HAS_PCI_ATTACHED"),
        ({"VUSBs": [ref("usb")]}, "snapshot", "VM_HAS_VUSBS"),
        ({"VGPUs": [ref("gpu")]}, "pool_migrate", "VM_HAS_VGPU"),
        ({"is_control_domain": True}, "pause", "OPERATION_NOT_ALLOWED"),
        ({"is_a_template": True, "power_state": "Halted"}, "start", "VM_IS_TEMPLATE"),
        ({"is_a_snapshot": True, "power_state": "Halted"}, "start", "VM_IS_SNAPSHOT"),
        ({"power_state": "Halted", "appliance": ref("app")}, "make_into_template", "VM_IS_PART_OF_AN_APPLIANCE"),
        ({}, "revert", "REVERT_ONLY_ALLOWED_ON_SNAPSHOT"),
    ],
)
def test_each_obstacle_has_its_code(fields: dict[str, object], operation: str, code: str) -> None:
    assert judge(running(**fields), operation).code == code


def test_a_block_comes_before_the_power_state() -> None:
    assert judge(running(blocked_operations={"start": "kept"}), "start").code == "OPERATION_BLOCKED"


def test_forcing_joins_anything_but_another_force() -> None:
    busy = running(current_operations={ref("t"): "clean_shutdown"})
    assert judge(busy, "hard_shutdown").allowed
    assert judge(busy, "clean_reboot").params == ("VM", ref("web"), "clean_shutdown", ref("t"))
    assert not judge(running(current_operations={ref("t"): "hard_shutdown"}), "hard_shutdown").allowed


def test_several_operations_are_named_together() -> None:
    pool = running(current_operations={ref("t1"): "snapshot", ref("t2"): "checkpoint"})
    assert judge(pool, "pause").params == ("VM", ref("web"), "{snapshot,checkpoint}", f"{{{ref('t1')},{ref('t2')}}}")
    assert judge(pool, "snapshot").allowed


def test_a_guest_without_full_tools_may_still_speak_for_itself() -> None:
    pool = running(tools=False).change("VM_guest_metrics", "web-guest", other={"feature-suspend": "1"})
    assert judge(pool, "suspend").allowed
    assert judge(pool, "clean_shutdown").code == "VM_LACKS_FEATURE"
    pool.change("VM_guest_metrics", "web-guest", other={"feature-suspend": "1", "data-cant-suspend-reason": "raid"})
    assert judge(pool, "suspend").params == (ref("web"), "raid")


def test_disks_that_reset_rule_snapshots_out_and_caching_ones_migration() -> None:
    pool = running(srs=()).sr("nfs", "h1").vm("db", on="h1", srs=("nfs",)).change("VDI", "db-nfs", on_boot="reset")
    assert judge(pool, "snapshot", "db").code == "VDI_ON_BOOT_MODE_INCOMPATIBLE_WITH_OPERATION"
    assert judge(pool, "pool_migrate", "db").allowed
    pool.change("VDI", "db-nfs", allow_caching=True)
    assert not judge(pool, "pool_migrate", "db").allowed


def test_while_the_pool_is_upgraded_only_what_is_safe_may_be_done() -> None:
    pool = running().pool(other_config={"rolling_upgrade_in_progress": "true"})
    assert judge(pool, "snapshot").code == "NOT_SUPPORTED_DURING_UPGRADE"
    assert judge(pool, "pool_migrate").allowed


def test_what_cannot_suspend_says_why_before_anything_else_and_full_tools_can() -> None:
    pool = running(tools=False).change("VM_guest_metrics", "web-guest", other={"data-cant-suspend-reason": "raid"})
    assert judge(pool, "pool_migrate").params == (ref("web"), "raid")
    assert judge(pool, "clean_shutdown").code == "VM_LACKS_FEATURE"
    pool.change("VM_guest_metrics", "web-guest", PV_drivers_version={"major": "9", "minor": "3"})
    assert judge(pool, "pool_migrate").allowed


def test_a_virtual_gpu_moves_only_if_its_card_says_with_what_it_goes() -> None:
    pool = running(VGPUs=[ref("gpu")]).change("VGPU_type", "grid", implementation="nvidia")
    pool.change("PGPU", "card", compatibility_metadata={"nvidia": "v1"})
    assert judge(pool, "pool_migrate").code == "VM_HAS_VGPU"
    pool.change("VGPU", "gpu", type=ref("grid"), resident_on=ref("card"))
    assert judge(pool, "pool_migrate").allowed
    pool.change("VGPU_type", "grid", implementation="passthrough")
    assert judge(pool, "suspend").code == "VM_HAS_VGPU"


def test_a_vm_at_rest_leaves_its_virtual_gpu_alone() -> None:
    halted = running(VGPUs=[ref("gpu")], power_state="Halted", resident_on="OpaqueRef:NULL")
    assert judge(halted, "migrate_send").allowed
    suspended = running(VGPUs=[ref("gpu")], power_state="Suspended", resident_on="OpaqueRef:NULL")
    assert judge(suspended, "checkpoint").allowed
    assert judge(suspended, "migrate_send").code == "VM_HAS_VGPU"


def test_platform_settings_are_read_as_people_write_them() -> None:
    for value, code in (("True", "VM_IS_IMMOBILE"), ("1", "VM_IS_IMMOBILE"), ("no", None)):
        pool = running(platform={"nomigrate": value}, power_state="Suspended", resident_on="OpaqueRef:NULL")
        assert judge(pool, "migrate_send").code == code
