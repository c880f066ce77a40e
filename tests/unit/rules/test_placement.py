"""Where a VM can run, reason by reason, each with the server's code and with words."""

import pytest

from lifeguard.datamodel.records import Vm
from lifeguard.inventory.change import Event
from lifeguard.rules.verdict import Verdict
from tests.support.building import GIB, PoolBuilder, build_pool, ref


def two_hosts(**target: object) -> PoolBuilder:
    return build_pool().host("h1").host("h2", **target).sr("nfs", "h1", "h2").network("lan", "h1", "h2")  # type: ignore[arg-type]


def vm_of(pool: PoolBuilder, name: str) -> Vm:
    record = pool.inventory.get(Vm, ref(name))
    assert record is not None
    return record


def migrate(pool: PoolBuilder, vm: str = "web", host: str = "h2", *, trust_lists: bool = False) -> Verdict:
    return pool.rules(trust_lists=trust_lists).placement.judge_migrate(vm_of(pool, vm), ref(host))


def test_a_running_vm_moves_to_a_host_that_has_all_it_needs() -> None:
    verdict = migrate(two_hosts().vm("web", on="h1", srs=("nfs",), networks=("lan",)))
    assert verdict.allowed
    assert (verdict.code, verdict.refusal, verdict.short) == (None, None, None)


def test_a_server_migrates_to_where_the_vm_is_if_its_memory_fits_there_twice() -> None:
    assert migrate(two_hosts().vm("web", on="h1"), host="h1").allowed
    pool = build_pool().host("h1", memory_gib=4).vm("web", on="h1", memory_gib=3)
    assert migrate(pool, host="h1").code == "HOST_NOT_ENOUGH_FREE_MEMORY"


def test_nothing_can_be_done_with_a_vm_whose_host_is_gone() -> None:
    pool = two_hosts().host("dead", live=False).vm("web", on="dead").vm("off")
    assert migrate(pool).code == "HOST_OFFLINE"
    web, off = vm_of(pool, "web"), vm_of(pool, "off")
    placement = pool.rules().placement
    for operation in ("clean_shutdown", "hard_reboot", "suspend", "pause", "snapshot"):
        assert placement.judge_at_home(web, operation).params == (ref("dead"),)
    assert placement.judge_with_disks(web, "checkpoint").code == "HOST_OFFLINE"
    assert placement.judge_at_home(web, "start").code == "VM_BAD_POWER_STATE"
    assert placement.judge_at_home(off, "destroy").allowed


def test_disks_are_copied_by_any_live_host_that_reaches_all_of_them_even_in_maintenance() -> None:
    pool = build_pool().host("h1").host("h2", enabled=False).sr("own", "h2").sr("far").vm("a", srs=("own",))
    assert pool.rules().placement.judge_with_disks(vm_of(pool, "a"), "clone").allowed
    pool.vm("b", srs=("own", "far"))
    assert pool.rules().placement.judge_with_disks(vm_of(pool, "b"), "clone").code == "NO_HOSTS_AVAILABLE"
    pool.change("host_metrics", "h2-metrics", live=False)
    assert pool.rules().placement.judge_with_disks(vm_of(pool, "a"), "clone").code == "NO_HOSTS_AVAILABLE"


def test_a_suspended_vm_is_ended_where_its_disks_are_reached_and_saved_where_its_memory_is_too() -> None:
    pool = build_pool().host("h1").sr("nfs", "h1").sr("far").change("VDI", "memory", SR=ref("far"))
    pool.vm("a", srs=("nfs",), power_state="Suspended", suspend_VDI=ref("memory"))
    placement = pool.rules().placement
    assert placement.judge_at_home(vm_of(pool, "a"), "hard_shutdown").allowed
    assert placement.judge_with_disks(vm_of(pool, "a"), "checkpoint").code == "NO_HOSTS_AVAILABLE"
    assert placement.judge_resume_on(vm_of(pool, "a"), ref("h1")).params == (ref("a"), ref("far"))


@pytest.mark.parametrize(
    ("fields", "code", "params"),
    [
        ({"VCPUs_max": 0}, "INVALID_VALUE", ("VCPUs_max", "0")),
        ({"VCPUs_at_startup": 0}, "INVALID_VALUE", ("VCPUs-at-startup", "0")),
        ({"VCPUs_at_startup": 2}, "VALUE_NOT_SUPPORTED", ("VCPUs-at-startup", "2", "value greater than VCPUs-max")),
        ({"memory_static_min": 2 * GIB}, "MEMORY_CONSTRAINT_VIOLATION", ()),
        ({"memory_dynamic_max": 0}, "MEMORY_CONSTRAINT_VIOLATION", ()),
        ({"HVM_shadow_multiplier": 0.5}, "INVALID_VALUE", ("HVM_shadow_multiplier", "0.5")),
    ],
)
def test_settings_that_make_no_sense_come_before_any_host(
    fields: dict[str, object], code: str, params: tuple[str, ...]
) -> None:
    pool = two_hosts(live=False).vm("a", **fields)  # type: ignore[arg-type]
    placement = pool.rules().placement
    verdict = placement.judge_start_on(vm_of(pool, "a"), ref("h2"))
    assert (verdict.code, verdict.params) == (code, params)
    assert placement.judge_boot_here(vm_of(pool, "a"), ref("h2")) == verdict
    assert placement.judge_anywhere(vm_of(pool, "a"), "start").code == "NO_HOSTS_AVAILABLE"
    assert "something unnamed" not in (verdict.refusal or "")


def test_what_becomes_of_a_crash_must_suit_the_sort_of_domain() -> None:
    pool = two_hosts().vm("a", actions_after_crash="coredump_and_restart").vm("b", actions_after_crash="rename_restart")
    pool.vm("c", actions_after_crash="coredump_and_restart", domain_type="pv")
    codes = [pool.rules().placement.judge_start_on(vm_of(pool, name), ref("h1")).code for name in "abc"]
    assert codes == ["VALUE_NOT_SUPPORTED", "VALUE_NOT_SUPPORTED", None]


def test_a_vm_inside_a_shim_needs_all_its_memory_at_once() -> None:
    pool = two_hosts(memory_gib=4).vm("a", on="h1", memory_gib=8, memory_dynamic_min=GIB)
    assert migrate(pool, "a").allowed
    pool.change("VM", "a", domain_type="pv_in_pvh")
    assert migrate(pool, "a").code == "HOST_NOT_ENOUGH_FREE_MEMORY"


def test_memory_is_counted_with_what_is_on_its_way() -> None:
    pool = two_hosts(memory_gib=8).vm("web", on="h1", memory_gib=4, memory_overhead=GIB)
    assert migrate(pool).allowed
    pool.vm("db", on="h1", memory_gib=4, scheduled_to_be_resident_on=ref("h2"))
    verdict = migrate(pool)
    assert verdict.code == "HOST_NOT_ENOUGH_FREE_MEMORY"
    assert verdict.params == (str(5 * GIB), str(4 * GIB))
    assert verdict.short == "h2 has 4.0 GiB of memory free, 5.0 GiB needed"


def test_what_is_left_after_several_vms_have_come_may_be_below_nothing() -> None:
    pool = two_hosts(memory_gib=8).vm("a", on="h1", memory_gib=5, memory_overhead=GIB)
    pool.vm("b", on="h1", memory_gib=5, memory_overhead=GIB)
    rules = pool.rules()
    vms = tuple(pool.inventory.all(Vm))
    assert rules.placement.free_after_bytes(ref("h2"), vms[:1]) == 2 * GIB
    assert rules.placement.free_after_bytes(ref("h2"), vms) == -4 * GIB
    assert rules.placement.free_after_bytes(ref("h1"), vms) == rules.placement.free_bytes(ref("h1"))


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ({"live": False}, "HOST_NOT_LIVE"),
        ({"enabled": False}, "HOST_DISABLED"),
        ({"current_operations": {ref("task"): "evacuate"}}, "HOST_EVACUATE_IN_PROGRESS"),
        ({"capabilities": ["xen-3.0-x86_64"]}, "VM_HVM_REQUIRED"),
        ({"cpu_info": {"vendor": "AuthenticAMD"}}, "VM_INCOMPATIBLE_WITH_THIS_HOST"),
        ({"cpu_info": {"features_hvm": "fffffff0-ffffffff"}}, "VM_INCOMPATIBLE_WITH_THIS_HOST"),
        ({"cpu_info": {"features_hvm": "ffffffff"}}, "VM_INCOMPATIBLE_WITH_THIS_HOST"),
        ({"cpu_info": {"cpu_count": "1"}}, "HOST_NOT_ENOUGH_PCPUS"),
        ({"virtual_hardware_platform_versions": [1, 2]}, "VM_HOST_INCOMPATIBLE_VIRTUAL_HARDWARE_PLATFORM_VERSION"),
    ],
)
def test_what_the_target_lacks_is_the_reason(target: dict[str, object], code: str) -> None:
    flags = {"vendor": "GenuineIntel", "features": "00000001-00000001"}
    verdict = migrate(two_hosts(**target).vm("web", on="h1", VCPUs_max=2, last_boot_CPU_flags=flags))
    assert verdict.code == code
    assert verdict.refusal is not None
    assert verdict.refusal.startswith("web cannot go to h2: ")


def test_storage_and_networks_must_be_reachable() -> None:
    pool = build_pool().host("h1").host("h2").sr("local", "h1").network("dmz", "h1")
    assert migrate(pool.vm("a", on="h1", srs=("local",)), "a").params == (ref("a"), ref("local"))
    verdict = migrate(pool.vm("b", on="h1", networks=("dmz",)), "b")
    assert verdict.code == "VM_REQUIRES_NETWORK"
    assert verdict.short == "h2 does not see the network dmz"


def test_a_network_without_nics_ties_a_vm_to_where_others_on_it_run() -> None:
    pool = build_pool().host("h1").host("h2").network("inside").vm("a", on="h1", networks=("inside",))
    assert migrate(pool, "a").code == "VM_REQUIRES_NETWORK"
    assert migrate(pool.vm("b", on="h2", networks=("inside",)), "a").allowed, "it lives there as well"
    pool.change("VM", "b", power_state="Halted", resident_on="OpaqueRef:NULL")
    assert migrate(pool, "a").code == "VM_REQUIRES_NETWORK"
    pool.change("network", "inside", other_config={"assume_network_is_shared": "true"})
    assert migrate(pool, "a").allowed
    pool.change("network", "inside", other_config={}, managed=False)
    assert migrate(pool, "a").allowed


def test_a_nic_that_went_into_a_bond_cannot_carry_its_old_network() -> None:
    pool = two_hosts().vm("a", on="h1", networks=("lan",)).change("Bond", "bond", master=ref("other"))
    pool.change("PIF", "lan-h2", bond_slave_of=ref("bond"))
    assert migrate(pool, "a").params == (ref("h2"), ref("lan"))


def test_an_empty_drive_asks_for_no_storage_and_a_full_one_does() -> None:
    pool = build_pool().host("h1").host("h2").sr("discs", "h1", content_type="iso").vm("a", on="h1", srs=("discs",))
    pool.change("VBD", "a-discs-vbd", type="CD")
    assert migrate(pool, "a").code == "VM_REQUIRES_SR"
    pool.change("VBD", "a-discs-vbd", empty=True)
    assert migrate(pool, "a").allowed


def test_older_hosts_are_refused_only_while_the_pool_is_upgraded() -> None:
    new, old = {"platform_version": "3.4.0"}, {"platform_version": "3.2.9"}
    pool = build_pool().host("h1", software_version=new).host("h2", software_version=old).vm("web", on="h1")
    pool.vm("off")
    assert migrate(pool).allowed
    pool.pool(other_config={"rolling_upgrade_in_progress": "true"})
    assert migrate(pool).code == "NOT_SUPPORTED_DURING_UPGRADE"
    off = pool.inventory.get(Vm, ref("off"))
    assert off is not None
    assert pool.rules().placement.judge_start_on(off, ref("h2")).code == "VM_HOST_INCOMPATIBLE_VERSION"
    assert pool.rules().placement.judge_start_on(off, ref("h1")).allowed


def test_a_live_servers_list_settles_whether_and_the_rules_say_why_not() -> None:
    pool = two_hosts().vm("web", on="h1", tools=False, allowed_operations=["pool_migrate"])
    assert migrate(pool).code == "VM_LACKS_FEATURE"
    assert migrate(pool, trust_lists=True).allowed
    pool.change("VM", "web", allowed_operations=[])
    assert migrate(pool, trust_lists=True).code == "VM_LACKS_FEATURE"
    pool.change("VM_guest_metrics", "web-guest", PV_drivers_version={"major": "9", "minor": "0"})
    assert migrate(pool, trust_lists=True).code == "OPERATION_NOT_ALLOWED"


def test_a_start_wants_some_host_with_room() -> None:
    pool = two_hosts(memory_gib=2, live=False).vm("small").vm("huge", memory_gib=64)
    small, huge = pool.inventory.get(Vm, ref("small")), pool.inventory.get(Vm, ref("huge"))
    assert small is not None
    assert huge is not None
    placement = pool.rules().placement
    assert placement.judge_anywhere(small, "start").allowed
    assert placement.judge_anywhere(huge, "start").code == "NO_HOSTS_AVAILABLE"
    assert placement.judge_anywhere(small, "resume").code == "VM_BAD_POWER_STATE"


def test_a_host_that_is_gone_is_refused_not_guessed() -> None:
    assert migrate(two_hosts().vm("web", on="h1"), host="h9").code == "HANDLE_INVALID"


def test_an_old_database_without_measurements_refuses_nobody_for_memory() -> None:
    pool = two_hosts(metrics="OpaqueRef:NULL", capabilities=[]).vm("web", on="h1").vm("off")
    assert migrate(pool, host="h2").code == "HOST_NOT_LIVE"
    for name in ("h1-metrics", "h2-metrics"):
        pool.inventory.apply([Event("host_metrics", ref(name), "del")])
    assert migrate(pool).allowed
    off = pool.inventory.get(Vm, ref("off"))
    assert off is not None
    assert pool.rules().placement.judge_anywhere(off, "start").allowed


def test_a_graphics_card_must_be_there_and_a_whole_one_must_be_passed_on() -> None:
    pool = two_hosts(chipset_info={"iommu": "false"}).change("PGPU", "card", host=ref("h1"), GPU_group=ref("cards"))
    pool.change("VGPU_type", "whole", implementation="passthrough").change("VGPU_type", "part", implementation="nvidia")
    pool.change("VGPU", "a-gpu", GPU_group=ref("cards"), type=ref("whole")).vm("a", VGPUs=[ref("a-gpu")])
    pool.change("VGPU", "b-gpu", GPU_group=ref("cards"), type=ref("part")).vm("b", VGPUs=[ref("b-gpu")])
    placement = pool.rules().placement
    assert placement.judge_start_on(vm_of(pool, "a"), ref("h1")).allowed
    assert placement.judge_start_on(vm_of(pool, "a"), ref("h2")).code == "VM_REQUIRES_IOMMU"
    assert placement.judge_start_on(vm_of(pool, "b"), ref("h2")).params == (ref("b"), ref("cards"), ref("part"))
    pool.change("host", "h2", chipset_info={})
    assert pool.rules().placement.judge_start_on(vm_of(pool, "a"), ref("h2")).code == "VM_REQUIRES_GPU"
