"""What a host must be like to join a pool: checks in a server's order, the first that fails is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.lookup import Row
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_MOST_RESTRICTED = 3
_VERSION_KEYS = ("product_brand", "product_version", "platform_version", "build_number", "xapi")
_LEVELLED = "features_hvm"


@dataclass(frozen=True, slots=True)
class Joining:
    """The lone host that wants to join, in its own database, and the pool it wants to join."""

    own: Database
    host_ref: str
    pool: Database

    @property
    def host(self) -> Row:
        return self.own.row("host", self.host_ref)

    @property
    def master(self) -> Row:
        return self.pool.row("host", lookup.pool(self.pool)["master"])

    def management(self) -> Row | None:
        return next((pif for pif in self.own.rows("PIF").values() if pif["management"]), None)

    def masters_management(self) -> Row | None:
        master = lookup.pool(self.pool)["master"]
        pifs = self.pool.rows("PIF").values()
        return next((pif for pif in pifs if pif["management"] and pif["host"] == master), None)


def assert_can_join(joining: Joining, *, force: bool) -> None:
    """Raises the ApiError of the first check that fails."""
    _assert_pool_takes_hosts(joining)
    _assert_alone(joining)
    _assert_idle(joining)
    _assert_alike(joining, force=force)
    _assert_storage_and_network(joining)
    _assert_agreeing(joining)


def _assert_pool_takes_hosts(joining: Joining) -> None:
    pool = lookup.pool(joining.pool)
    if pool["restrictions"].get("restrict_pool_size") == "true" and len(joining.pool.rows("host")) >= _MOST_RESTRICTED:
        raise ApiError("LICENCE_RESTRICTION", "Pool_size")
    if joining.management() is None:
        raise ApiError("HOST_STILL_BOOTING")
    if lookup.pool(joining.own)["ha_enabled"]:
        raise ApiError("HA_IS_ENABLED")
    for ref, member in joining.own.rows("Cluster_host").items():
        if member["enabled"]:
            raise ApiError("CLUSTERING_ENABLED", ref)
    _assert_one_address_for_cluster(joining)
    if pool["ha_enabled"]:
        raise ApiError("HA_IS_ENABLED")


def _assert_one_address_for_cluster(joining: Joining) -> None:
    """The pool's cluster speaks over the network of its own interface: the joiner needs one address there, not more."""
    cluster_pif = next((member["PIF"] for member in joining.pool.rows("Cluster_host").values()), "")
    there = lookup.find(joining.pool, "PIF", cluster_pif)
    network = lookup.find(joining.pool, "network", there["network"]) if there is not None else None
    if network is None:
        return
    own_networks = joining.own.rows("network")
    addressed = [
        pif for pif in joining.own.rows("PIF").values()
        if pif["IP"] and own_networks.get(pif["network"], {}).get("bridge") == network["bridge"]
    ]  # fmt: skip
    if len(addressed) != 1:
        raise ApiError("POOL_JOINING_HOST_MUST_HAVE_ONLY_ONE_IP_ON_CLUSTERING_NETWORK")


def _assert_alone(joining: Joining) -> None:
    if joining.own is joining.pool:
        raise ApiError("OPERATION_NOT_ALLOWED", "Host cannot become slave of itself")
    if joining.pool.by_uuid("host", joining.host["uuid"]) is not None:
        raise ApiError("OPERATION_NOT_ALLOWED", "Host is already part of a pool")
    if len(joining.own.rows("host")) > 1:
        raise ApiError("JOINING_HOST_CANNOT_BE_MASTER_OF_OTHER_HOSTS")


def _assert_idle(joining: Joining) -> None:
    vms = [vm for vm in joining.own.rows("VM").values() if not vm["is_control_domain"]]
    if any(vm["power_state"] in ("Running", "Paused") for vm in vms):
        raise ApiError("JOINING_HOST_CANNOT_HAVE_RUNNING_VMS")
    if any(vm["current_operations"] for vm in vms):
        raise ApiError("JOINING_HOST_CANNOT_HAVE_VMS_WITH_CURRENT_OPERATIONS")
    if joining.host["pending_guidances"]:
        raise ApiError("HOST_PENDING_MANDATORY_GUIDANCE_NOT_EMPTY", joining.host_ref)


def _assert_alike(joining: Joining, *, force: bool) -> None:
    host, master = joining.host, joining.master
    if host["cpu_info"].get("vendor") != master["cpu_info"].get("vendor"):
        raise ApiError("HOSTS_NOT_COMPATIBLE")
    if force:
        return
    ours, theirs = host["software_version"], master["software_version"]
    if any(ours.get(key) != theirs.get(key) for key in _VERSION_KEYS):
        raise ApiError("HOSTS_NOT_HOMOGENEOUS", "Software version differs")
    if _differ(host["cpu_info"], master["cpu_info"]):
        raise ApiError("HOSTS_NOT_HOMOGENEOUS", "CPUs differ")
    if _update_uuids(joining.own, host) != _update_uuids(joining.pool, master):
        names = f"local host {host['name_label']} and pool host {master['name_label']}"
        raise ApiError("HOSTS_NOT_HOMOGENEOUS", f"Updates on {names} differ")


def _differ(ours: Mapping[str, str], theirs: Mapping[str, str]) -> bool:
    """Whether CPUs that cannot be levelled have other features. Servers that level them compare nothing."""
    if _LEVELLED in ours and _LEVELLED in theirs:
        return False
    return ours.get("features", "") != theirs.get("features", "")


def _update_uuids(db: Database, host: Row) -> set[str]:
    """Updates that every host of a pool must have."""
    updates = (lookup.find(db, "pool_update", ref) for ref in host["updates"])
    return {update["uuid"] for update in updates if update is not None and update["enforce_homogeneity"]}


def _assert_storage_and_network(joining: Joining) -> None:
    own = joining.own
    for sr in own.rows("SR").values():
        is_tools = sr["is_tools_sr"] or sr["other_config"].get("xenserver_tools_sr") == "true"
        if sr["shared"] and not is_tools:
            raise ApiError("JOINING_HOST_CANNOT_CONTAIN_SHARED_SRS")
    for table, code in (("Bond", "BONDS"), ("tunnel", "TUNNELS"), ("network_sriov", "NETWORK_SRIOVS")):
        if own.rows(table):
            raise ApiError(f"POOL_JOINING_HOST_HAS_{code}")
    if any(pif["VLAN"] >= 0 and not pif["management"] for pif in own.rows("PIF").values()):
        raise ApiError("POOL_JOINING_HOST_HAS_NON_MANAGEMENT_VLANS")
    ours, theirs = joining.management(), joining.masters_management()
    if ours is not None and theirs is not None and ours["VLAN"] != theirs["VLAN"]:
        code = "POOL_JOINING_HOST_MANAGEMENT_VLAN_DOES_NOT_MATCH"
        raise ApiError(code, str(ours["VLAN"]), str(theirs["VLAN"]))


def _assert_agreeing(joining: Joining) -> None:
    host, master = joining.host, joining.master
    auth = ("external_auth_type", "external_auth_service_name")
    if any(host[field] != master[field] for field in auth):
        raise ApiError("POOL_JOINING_EXTERNAL_AUTH_MISMATCH")
    if host["edition"] != master["edition"]:
        editions = f'host edition = "{host["edition"]}"', f'pool edition = "{master["edition"]}"'
        raise ApiError("LICENSE_HOST_POOL_MISMATCH", *editions)
    _assert_same_networking(joining)
    versions = [f"{row['API_version_major']}.{row['API_version_minor']}" for row in (host, master)]
    if versions[0] != versions[1]:
        raise ApiError("POOL_JOINING_HOST_MUST_HAVE_SAME_API_VERSION", *versions)
    schemas = [str(row["software_version"].get("db_schema", "")) for row in (host, master)]
    if schemas[0] != schemas[1]:
        raise ApiError("POOL_JOINING_HOST_MUST_HAVE_SAME_DB_SCHEMA", *schemas)
    if lookup.pool(joining.own)["tls_verification_enabled"] != lookup.pool(joining.pool)["tls_verification_enabled"]:
        raise ApiError("POOL_JOINING_HOST_TLS_VERIFICATION_MISMATCH")
    _assert_certificates_agree(joining)
    _assert_backends_agree(joining)
    if lookup.is_in_rolling_upgrade(joining.pool) or any(map(_is_updating, (joining.own, joining.pool))):
        raise ApiError("NOT_SUPPORTED_DURING_UPGRADE")


def _assert_same_networking(joining: Joining) -> None:
    backends = [row["software_version"].get("network_backend", "bridge") for row in (joining.host, joining.master)]
    if backends[0] != backends[1]:
        raise ApiError("OPERATION_NOT_ALLOWED", "Network backends differ")
    own, pool = (_controllers(db) for db in (joining.own, joining.pool))
    if own and own != pool:
        raise ApiError("OPERATION_NOT_ALLOWED", "SDN controller differs")
    ours, theirs = joining.management(), joining.masters_management()
    if ours is not None and theirs is not None and ours["primary_address_type"] != theirs["primary_address_type"]:
        raise ApiError("OPERATION_NOT_ALLOWED", "Primary address type differs")


def _controllers(db: Database) -> set[tuple[str, str, int]]:
    return {(row["protocol"], row["address"], row["port"]) for row in db.rows("SDN_controller").values()}


def _assert_certificates_agree(joining: Joining) -> None:
    """Two authorities of one name would be mixed up."""
    ours, theirs = (
        {row["name"]: row["fingerprint_sha256"] or row["fingerprint"] for row in db.rows("Certificate").values()
         if row["type"] == "ca"}
        for db in (joining.own, joining.pool)
    )  # fmt: skip
    conflicting = [name for name, print_ in ours.items() if theirs.get(name, print_) != print_]
    if conflicting:
        raise ApiError("POOL_JOINING_HOST_CA_CERTIFICATES_CONFLICT", *conflicting)


def _assert_backends_agree(joining: Joining) -> None:
    """A storage driver of the joiner must be able to do all that the pool's can."""
    own = {row["type"]: row for row in joining.own.rows("SM").values()}
    for theirs in joining.pool.rows("SM").values():
        ours = own.get(theirs["type"])
        if ours is not None and not set(theirs["features"]) <= set(ours["features"]):
            features = [f"{row['type']}: {','.join(sorted(row['features']))}" for row in (theirs, ours)]
            raise ApiError("POOL_JOINING_SM_FEATURES_INCOMPATIBLE", *features)


def _is_updating(db: Database) -> bool:
    return "apply_updates" in lookup.pool(db)["current_operations"].values()
