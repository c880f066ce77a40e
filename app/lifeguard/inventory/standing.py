"""How an object is doing, as one word: what its icon shows."""

from __future__ import annotations

import re

from lifeguard.datamodel.records import Host, Pbd, Pool, PoolUpdate, Record, Sr, Vm
from lifeguard.inventory.answers import Facts, question
from lifeguard.inventory.kinds import is_default_template
from lifeguard.inventory.relations import (
    host_count,
    is_live,
    is_pool_visible,
    is_real_vm,
    master_ref,
    pbds_of,
    the_pool,
)

_QUIET_OPERATIONS = frozenset({"changing_dynamic_range", "changing_static_range", "changing_memory_limits"})
_MIGRATIONS = frozenset({"migrate_send", "pool_migrate"})
_FULL_FRACTION = 0.9
_PATHS = re.compile(r"\[(\d+)L?,\s*(\d+)")


def state_of(facts: Facts, record: Record, today: str | None = None) -> str:
    """The state of an object.

    VM: running halted suspended paused busy migrating. Template: default custom. Snapshot: disk memory scheduled
    scheduled-memory. Host: connected disconnected unlicensed crashdumps maintenance needs-upgrade unpatched. Pool:
    connected unlicensed needs-upgrade unpatched. SR: normal default broken detached disabled. All others: normal.
    `today` (20260131T...) is what licences are measured against; without it none counts as expired.
    """
    if isinstance(record, Vm):
        return _vm_state(record)
    if isinstance(record, Sr):
        return _sr_state(facts, record)
    if isinstance(record, Host):
        return host_state(facts, record.ref, today)
    if isinstance(record, Pool):
        return _pool_state(facts, today)
    return "normal"


def marks_of(facts: Facts, record: Record) -> tuple[str, ...]:
    """What is remarkable besides the state: `master`, `protected` (by HA), `full` (over 90 % used)."""
    if isinstance(record, Host):
        return ("master",) if is_master(facts, record.ref) else ()
    if isinstance(record, Vm):
        is_protected = record.ha_restart_priority == "restart" and is_real_vm(record) and is_ha_on(facts)
        return ("protected",) if is_protected else ()
    return ("full",) if isinstance(record, Sr) and _is_full(record) else ()


def _is_full(sr: Sr) -> bool:
    """Whether there is hardly any room left; libraries and drives are always as full as what is in them."""
    is_for_disks = sr.content_type != "iso" and sr.type != "udev"
    return is_for_disks and sr.physical_size > 0 and sr.physical_utilisation > _FULL_FRACTION * sr.physical_size


def is_master(facts: Facts, host_ref: str) -> bool:
    """Whether a host is the master of a pool worth the name; of a standalone host it says nothing."""
    return master_ref(facts) == host_ref and is_pool_visible(facts)


@question
def is_ha_on(facts: Facts) -> bool:
    pool = the_pool(facts)
    return pool is not None and pool.ha_enabled


def _vm_state(vm: Vm) -> str:
    if vm.is_a_snapshot:
        is_scheduled = vm.is_vmss_snapshot or vm.is_snapshot_from_vmpp
        if vm.power_state == "Suspended":
            return "scheduled-memory" if is_scheduled else "memory"
        return "scheduled" if is_scheduled else "disk"
    if vm.is_a_template:
        return "default" if is_default_template(vm) else "custom"
    operations = set(vm.current_operations.values())
    if operations & _MIGRATIONS:
        return "migrating"
    return "busy" if operations - _QUIET_OPERATIONS else vm.power_state.lower()


def _sr_state(facts: Facts, sr: Sr) -> str:
    links = pbds_of(facts, sr)
    if not links or sr.other_config.get("HideFromXenCenter") == "true":
        return "disabled"
    if not any(link.currently_attached for link in links):
        return "detached"
    expected = host_count(facts) if sr.shared else 1
    if len(links) != expected or not all(link.currently_attached and _has_all_paths(link) for link in links):
        return "broken"
    return "default" if default_sr_ref(facts) == sr.ref else "normal"


def _has_all_paths(link: Pbd) -> bool:
    """Whether a link by several paths has as many of them to each disk as it should."""
    config = link.other_config
    if config.get("multipathed") != "true":
        return True
    counts = (_PATHS.search(text) for key, text in config.items() if key.startswith("mpath"))
    return all(int(count[1]) >= int(count[2]) for count in counts if count is not None)


@question
def default_sr_ref(facts: Facts) -> str | None:
    pool = the_pool(facts)
    return pool.default_SR if pool is not None else None


def _pool_state(facts: Facts, today: str | None) -> str:
    """What is wrong with any of its hosts, whatever else these have to say."""
    hosts = list(facts.all(Host))
    if today is not None and any(_is_expired(host, today) for host in hosts):
        return "unlicensed"
    if any(_is_older_than_master(facts, host.ref) for host in hosts):
        return "needs-upgrade"
    return "unpatched" if any(_lacks_update(facts, host.ref) for host in hosts) else "connected"


@question
def host_state(facts: Facts, host_ref: str, today: str | None = None) -> str:
    host = facts.get(Host, host_ref)
    if host is None or not is_live(facts, host_ref):
        return "disconnected"
    if today is not None and _is_expired(host, today):
        return "unlicensed"
    if host.crashdumps:
        return "crashdumps"
    if not host.enabled or "evacuate" in host.current_operations.values():
        return "maintenance"
    if _is_older_than_master(facts, host_ref):
        return "needs-upgrade"
    return "unpatched" if _lacks_update(facts, host_ref) else "connected"


def _is_older_than_master(facts: Facts, host_ref: str) -> bool:
    return version_of(facts, host_ref) < version_of(facts, master_ref(facts) or host_ref)


def _is_expired(host: Host, today: str) -> bool:
    expiry = host.license_params.get("expiry", "")
    return re.match(r"\d{8}", expiry) is not None and expiry < today


@question
def version_of(facts: Facts, host_ref: str) -> tuple[int, ...]:
    """The product version of a host as numbers; () when it does not tell."""
    host = facts.get(Host, host_ref)
    if host is None:
        return ()
    text = host.software_version.get("product_version") or host.software_version.get("platform_version") or ""
    return tuple(int(part) for part in re.findall(r"\d+", text))


@question
def _lacks_update(facts: Facts, host_ref: str) -> bool:
    """Whether an update that all hosts must have is on another host but not on this one."""
    return any(
        update.enforce_homogeneity and update.hosts and host_ref not in update.hosts for update in facts.all(PoolUpdate)
    )
