"""Whether a standalone host may join a pool: the server's conditions, in its order, as far as records show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from lifeguard.datamodel.records import (
    Bond,
    Certificate,
    ClusterHost,
    Host,
    Network,
    NetworkSriov,
    Pif,
    Pool,
    PoolUpdate,
    SdnController,
    Sm,
    Sr,
    Tunnel,
    Vm,
)
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.visibility import is_tools_sr
from lifeguard.rules.domain import is_live
from lifeguard.rules.pool_rules import PoolRules
from lifeguard.rules.verdict import ALLOWED, Obstacle, Verdict

_FREE_POOL_SIZE = 3
_VERSION_KEYS = ("product_brand", "product_version", "platform_version", "build_number", "xapi_build")
_UPDATING = "apply_updates"


class _Side(NamedTuple):
    """One of the two: its coordinator, its pool's record and all else it has."""

    host: Host
    pool: Pool
    inventory: Inventory

    @property
    def management(self) -> Pif | None:
        pifs = self.inventory.pointing_to(Pif, "host", self.host.ref)
        return next((pif for pif in pifs if pif.management), None)


Check = Callable[[_Side, _Side], Obstacle | None]


def judge_join(joiner: PoolRules, pool: PoolRules) -> Verdict:
    """`pool.join` of the one host of `joiner` into `pool`."""
    host = next(iter(joiner.inventory.all(Host)), None)
    target = next(iter(pool.inventory.all(Pool)), None)
    master = pool.inventory.get(Host, target.master) if target is not None else None
    if host is None or target is None or master is None:
        return Verdict("JOINING_HOST_CONNECTION_FAILED", (), joiner.words, host.ref if host else "")
    own_pool = next(iter(joiner.inventory.all(Pool)), None) or Pool()
    own, theirs = _Side(host, own_pool, joiner.inventory), _Side(master, target, pool.inventory)
    for check in _CHECKS:
        obstacle = check(own, theirs)
        if obstacle is not None:
            return Verdict(obstacle[0], obstacle[1], joiner.words, host.ref)
    return ALLOWED


def _licence(own: _Side, theirs: _Side) -> Obstacle | None:
    restrictions = theirs.pool.restrictions
    if restrictions.get("restrict_pooling") == "true":
        return "LICENSE_DOES_NOT_SUPPORT_POOLING", ()
    if restrictions.get("restrict_pool_size") == "true" and theirs.inventory.count("host") >= _FREE_POOL_SIZE:
        return "LICENCE_RESTRICTION", ("Pool_size",)
    return None


def _readiness(own: _Side, theirs: _Side) -> Obstacle | None:
    if own.inventory.count("PIF") and own.management is None:
        return "HOST_STILL_BOOTING", ()
    if own.pool.ha_enabled:
        return "HA_IS_ENABLED", ()
    member = next((member for member in own.inventory.all(ClusterHost) if member.enabled), None)
    if member is not None:
        return "CLUSTERING_ENABLED", (member.ref,)
    return _cluster_addresses(own, theirs) or (("HA_IS_ENABLED", ()) if theirs.pool.ha_enabled else None)


def _cluster_addresses(own: _Side, theirs: _Side) -> Obstacle | None:
    """The pool's cluster speaks over one network; the joiner needs exactly one address there."""
    member = next(iter(theirs.inventory.all(ClusterHost)), None)
    pif = theirs.inventory.get(Pif, member.PIF) if member is not None else None
    network = theirs.inventory.get(Network, pif.network) if pif is not None else None
    if network is None:
        return None
    ours = {one.ref for one in own.inventory.all(Network) if one.bridge == network.bridge}
    addresses = [pif.IP for pif in own.inventory.all(Pif) if pif.network in ours and pif.IP]
    return None if len(addresses) == 1 else ("POOL_JOINING_HOST_MUST_HAVE_ONLY_ONE_IP_ON_CLUSTERING_NETWORK", ())


def _membership(own: _Side, theirs: _Side) -> Obstacle | None:
    members = {host.uuid for host in theirs.inventory.all(Host)}
    if own.host.uuid and own.host.uuid == theirs.host.uuid and own.inventory.count("host") == 1:
        return "OPERATION_NOT_ALLOWED", ("Host cannot become slave of itself",)
    if (own.pool.uuid and own.pool.uuid == theirs.pool.uuid) or (own.host.uuid and own.host.uuid in members):
        return "OPERATION_NOT_ALLOWED", ("Host is already part of a pool",)
    return ("JOINING_HOST_CANNOT_BE_MASTER_OF_OTHER_HOSTS", ()) if own.inventory.count("host") > 1 else None


def _vms(own: _Side, theirs: _Side) -> Obstacle | None:
    guests = [vm for vm in own.inventory.all(Vm) if not vm.is_control_domain]
    if any(map(is_live, guests)):
        return "JOINING_HOST_CANNOT_HAVE_RUNNING_VMS", ()
    if any(vm.current_operations for vm in guests):
        return "JOINING_HOST_CANNOT_HAVE_VMS_WITH_CURRENT_OPERATIONS", ()
    return ("HOST_PENDING_MANDATORY_GUIDANCE_NOT_EMPTY", (own.host.ref,)) if own.host.pending_guidances else None


def _hardware_and_versions(own: _Side, theirs: _Side) -> Obstacle | None:
    if _differ(own.host.cpu_info, theirs.host.cpu_info, ("vendor",)):
        return "HOSTS_NOT_COMPATIBLE", ()
    if _differ(own.host.software_version, theirs.host.software_version, _VERSION_KEYS):
        return "HOSTS_NOT_HOMOGENEOUS", ("Software version differs",)
    are_levelled = "features_hvm" in own.host.cpu_info and "features_hvm" in theirs.host.cpu_info
    if not are_levelled and _differ(own.host.cpu_info, theirs.host.cpu_info, ("features",)):
        return "HOSTS_NOT_HOMOGENEOUS", ("CPUs differ",)
    if _updates(own) != _updates(theirs):
        names = f"local host {own.host.name_label} and pool host {theirs.host.name_label}"
        return "HOSTS_NOT_HOMOGENEOUS", (f"Updates on {names} differ",)
    return None


def _updates(side: _Side) -> set[str]:
    """The updates that all hosts of a pool must have."""
    updates = (side.inventory.get(PoolUpdate, ref) for ref in side.host.updates)
    return {update.uuid for update in updates if update is not None and update.enforce_homogeneity}


def _storage(own: _Side, theirs: _Side) -> Obstacle | None:
    shared = any(sr.shared and not is_tools_sr(sr) for sr in own.inventory.all(Sr))
    return ("JOINING_HOST_CANNOT_CONTAIN_SHARED_SRS", ()) if shared else None


def _network(own: _Side, theirs: _Side) -> Obstacle | None:
    for kind, key in (
        (Bond, "POOL_JOINING_HOST_HAS_BONDS"),
        (Tunnel, "POOL_JOINING_HOST_HAS_TUNNELS"),
        (NetworkSriov, "POOL_JOINING_HOST_HAS_NETWORK_SRIOVS"),
    ):
        if any(True for _ in own.inventory.all(kind)):
            return key, ()
    if any(pif.VLAN >= 0 and not pif.management for pif in own.inventory.all(Pif)):
        return "POOL_JOINING_HOST_HAS_NON_MANAGEMENT_VLANS", ()
    mine, other = own.management, theirs.management
    if mine is not None and other is not None and mine.VLAN != other.VLAN:
        return "POOL_JOINING_HOST_MANAGEMENT_VLAN_DOES_NOT_MATCH", (str(mine.VLAN), str(other.VLAN))
    return None


def _licence_and_users(own: _Side, theirs: _Side) -> Obstacle | None:
    mine = own.host.external_auth_type, own.host.external_auth_service_name
    if mine != (theirs.host.external_auth_type, theirs.host.external_auth_service_name):
        return "POOL_JOINING_EXTERNAL_AUTH_MISMATCH", ()
    if own.host.edition != theirs.host.edition:
        editions = f'host edition = "{own.host.edition}"', f'pool edition = "{theirs.host.edition}"'
        return "LICENSE_HOST_POOL_MISMATCH", editions
    return None


def _networking(own: _Side, theirs: _Side) -> Obstacle | None:
    backends = {side.host.software_version.get("network_backend", "bridge") for side in (own, theirs)}
    if len(backends) > 1:
        return "OPERATION_NOT_ALLOWED", ("Network backends differ",)
    mine, other = _controllers(own), _controllers(theirs)
    if mine and mine != other:
        return "OPERATION_NOT_ALLOWED", ("SDN controller differs",)
    ours, theirs_management = own.management, theirs.management
    if ours is not None and theirs_management is not None:
        if ours.primary_address_type != theirs_management.primary_address_type:
            return "OPERATION_NOT_ALLOWED", ("Primary address type differs",)
    return None


def _controllers(side: _Side) -> set[tuple[str, str, int]]:
    return {(one.protocol, one.address, one.port) for one in side.inventory.all(SdnController)}


def _api_and_schema(own: _Side, theirs: _Side) -> Obstacle | None:
    mine, other = (f"{side.host.API_version_major}.{side.host.API_version_minor}" for side in (own, theirs))
    if mine != other:
        return "POOL_JOINING_HOST_MUST_HAVE_SAME_API_VERSION", (mine, other)
    if _differ(own.host.software_version, theirs.host.software_version, ("db_schema",)):
        schemas = own.host.software_version["db_schema"], theirs.host.software_version["db_schema"]
        return "POOL_JOINING_HOST_MUST_HAVE_SAME_DB_SCHEMA", schemas
    return None


def _trust(own: _Side, theirs: _Side) -> Obstacle | None:
    if own.pool.tls_verification_enabled != theirs.pool.tls_verification_enabled:
        return "POOL_JOINING_HOST_TLS_VERIFICATION_MISMATCH", ()
    mine, other = _authorities(own), _authorities(theirs)
    conflicting = tuple(name for name, fingerprint in mine.items() if other.get(name, fingerprint) != fingerprint)
    return ("POOL_JOINING_HOST_CA_CERTIFICATES_CONFLICT", conflicting) if conflicting else None


def _authorities(side: _Side) -> dict[str, str]:
    certificates = (one for one in side.inventory.all(Certificate) if one.type == "ca")
    return {one.name: one.fingerprint_sha256 or one.fingerprint for one in certificates}


def _drivers(own: _Side, theirs: _Side) -> Obstacle | None:
    """What the pool's storage drivers can do, the joiner's of the same type must be able to do too."""
    mine = {sm.type: sm for sm in own.inventory.all(Sm)}
    for wanted in theirs.inventory.all(Sm):
        has = mine.get(wanted.type)
        if has is not None and not wanted.features.keys() <= has.features.keys():
            lists = (f"{sm.type}: {','.join(sorted(sm.features))}" for sm in (wanted, has))
            return "POOL_JOINING_SM_FEATURES_INCOMPATIBLE", tuple(lists)
    return None


def _upgrade(own: _Side, theirs: _Side) -> Obstacle | None:
    is_updating = any(_UPDATING in side.pool.current_operations.values() for side in (own, theirs))
    is_upgrading = theirs.pool.other_config.get("rolling_upgrade_in_progress") == "true"
    return ("NOT_SUPPORTED_DURING_UPGRADE", ()) if is_updating or is_upgrading else None


_CHECKS: tuple[Check, ...] = (
    _licence, _readiness, _membership, _vms, _hardware_and_versions, _storage, _network, _licence_and_users,
    _networking, _api_and_schema, _trust, _drivers, _upgrade,
)  # fmt: skip


def _differ(one: dict[str, str], other: dict[str, str], keys: Iterable[str]) -> bool:
    """Whether two records say different things; what either leaves out does not count."""
    return any(key in one and key in other and one[key] != other[key] for key in keys)
