"""Whether a standalone host may join a pool: the server's conditions, in its order, as far as records show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lifeguard.datamodel.records import (
    Bond,
    ClusterHost,
    Host,
    NetworkSriov,
    Pif,
    Pool,
    Sr,
    Tunnel,
    Vm,
)
from lifeguard.inventory.inventory import Inventory
from lifeguard.rules.domain import is_live
from lifeguard.rules.pool_rules import PoolRules
from lifeguard.rules.verdict import ALLOWED, Verdict

_FREE_POOL_SIZE = 3
_VERSION_KEYS = ("product_brand", "product_version", "platform_version", "build_number", "xapi_build")

Obstacle = tuple[str, tuple[str, ...]]
Sides = tuple[Host, Pool | None, Inventory, Host, Pool, Inventory]


def judge_join(joiner: PoolRules, pool: PoolRules) -> Verdict:
    """`pool.join` of the one host of `joiner` into `pool`."""
    host = next(iter(joiner.inventory.all(Host)), None)
    target = next(iter(pool.inventory.all(Pool)), None)
    master = pool.inventory.get(Host, target.master) if target is not None else None
    if host is None or target is None or master is None:
        return Verdict("JOINING_HOST_CONNECTION_FAILED", (), joiner.words, host.ref if host else "")
    own_pool = next(iter(joiner.inventory.all(Pool)), None)
    sides: Sides = host, own_pool, joiner.inventory, master, target, pool.inventory
    for check in _CHECKS:
        obstacle = check(sides)
        if obstacle is not None:
            return Verdict(obstacle[0], obstacle[1], joiner.words, host.ref)
    return ALLOWED


def _licence(sides: Sides) -> Obstacle | None:
    *_, pool, inventory = sides
    if pool.restrictions.get("restrict_pooling") == "true":
        return "LICENSE_DOES_NOT_SUPPORT_POOLING", ()
    if pool.restrictions.get("restrict_pool_size") == "true" and inventory.count("host") >= _FREE_POOL_SIZE:
        return "LICENCE_RESTRICTION", ("Pool_size",)
    return None


def _availability(sides: Sides) -> Obstacle | None:
    _, own_pool, own, _, pool, _ = sides
    if own_pool is not None and own_pool.ha_enabled:
        return "HA_IS_ENABLED", ()
    member = next(iter(own.all(ClusterHost)), None)
    if member is not None:
        return "CLUSTERING_ENABLED", (member.ref,)
    return ("HA_IS_ENABLED", ()) if pool.ha_enabled else None


def _membership(sides: Sides) -> Obstacle | None:
    host, own_pool, own, _, pool, theirs = sides
    if own_pool is not None and own_pool.uuid == pool.uuid:
        return "OPERATION_NOT_ALLOWED", ("Host is already part of a pool",)
    if any(other.uuid == host.uuid for other in theirs.all(Host)):
        return "OPERATION_NOT_ALLOWED", ("Host is already part of a pool",)
    return ("JOINING_HOST_CANNOT_BE_MASTER_OF_OTHER_HOSTS", ()) if own.count("host") > 1 else None


def _vms(sides: Sides) -> Obstacle | None:
    guests = [vm for vm in sides[2].all(Vm) if not vm.is_control_domain]
    if any(map(is_live, guests)):
        return "JOINING_HOST_CANNOT_HAVE_RUNNING_VMS", ()
    if any(vm.current_operations for vm in guests):
        return "JOINING_HOST_CANNOT_HAVE_VMS_WITH_CURRENT_OPERATIONS", ()
    host = sides[0]
    return ("HOST_PENDING_MANDATORY_GUIDANCE_NOT_EMPTY", (host.ref,)) if host.pending_guidances else None


def _hardware_and_versions(sides: Sides) -> Obstacle | None:
    host, _, _, master, _, _ = sides
    if _differ(host.cpu_info, master.cpu_info, ("vendor",)):
        return "HOSTS_NOT_COMPATIBLE", ()
    if _differ(host.software_version, master.software_version, _VERSION_KEYS):
        return "HOSTS_NOT_HOMOGENEOUS", ("Software version differs",)
    return None


def _storage(sides: Sides) -> Obstacle | None:
    shared = any(sr.shared and not sr.is_tools_sr and sr.type != "iso" for sr in sides[2].all(Sr))
    return ("JOINING_HOST_CANNOT_CONTAIN_SHARED_SRS", ()) if shared else None


def _network(sides: Sides) -> Obstacle | None:
    own = sides[2]
    for kind, key in (
        (Bond, "POOL_JOINING_HOST_HAS_BONDS"),
        (Tunnel, "POOL_JOINING_HOST_HAS_TUNNELS"),
        (NetworkSriov, "POOL_JOINING_HOST_HAS_NETWORK_SRIOVS"),
    ):
        if any(True for _ in own.all(kind)):
            return key, ()
    if any(pif.VLAN >= 0 and not pif.management for pif in own.all(Pif)):
        return "POOL_JOINING_HOST_HAS_NON_MANAGEMENT_VLANS", ()
    mine, theirs = _management_vlan(own, sides[0].ref), _management_vlan(sides[5], sides[3].ref)
    if mine != theirs:
        return "POOL_JOINING_HOST_MANAGEMENT_VLAN_DOES_NOT_MATCH", (mine, theirs)
    return None


def _management_vlan(inventory: Inventory, host_ref: str) -> str:
    pifs = inventory.pointing_to(Pif, "host", host_ref)
    vlan = next((pif.VLAN for pif in pifs if pif.management), -1)
    return "None" if vlan < 0 else str(vlan)


def _settings(sides: Sides) -> Obstacle | None:
    host, own_pool, _, master, pool, _ = sides
    if host.external_auth_type and host.external_auth_type != master.external_auth_type:
        return "POOL_JOINING_EXTERNAL_AUTH_MISMATCH", ()
    if host.edition != master.edition and host.edition and master.edition:
        return "LICENSE_HOST_POOL_MISMATCH", ()
    if _differ(host.software_version, master.software_version, ("network_backend",)):
        return "OPERATION_NOT_ALLOWED", ("Network backends differ",)
    mine = str(host.API_version_major), str(host.API_version_minor)
    theirs = str(master.API_version_major), str(master.API_version_minor)
    if mine != theirs:
        return "POOL_JOINING_HOST_MUST_HAVE_SAME_API_VERSION", (".".join(mine), ".".join(theirs))
    if _differ(host.software_version, master.software_version, ("db_schema",)):
        schemas = host.software_version["db_schema"], master.software_version["db_schema"]
        return "POOL_JOINING_HOST_MUST_HAVE_SAME_DB_SCHEMA", schemas
    if own_pool is not None and own_pool.tls_verification_enabled != pool.tls_verification_enabled:
        return "POOL_JOINING_HOST_TLS_VERIFICATION_MISMATCH", ()
    return None


_CHECKS: tuple[Callable[[Sides], Obstacle | None], ...] = (
    _licence, _availability, _membership, _vms, _hardware_and_versions, _storage, _network, _settings,
)  # fmt: skip


def _differ(one: dict[str, str], other: dict[str, str], keys: Iterable[str]) -> bool:
    """Whether two records say different things; what either leaves out does not count."""
    return any(key in one and key in other and one[key] != other[key] for key in keys)
