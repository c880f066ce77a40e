"""What a host must be like to join a pool: checks in a server's order, the first that fails is told."""

from __future__ import annotations

from dataclasses import dataclass

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.lookup import Row
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_MOST_RESTRICTED = 3
_VERSION_KEYS = ("product_version", "platform_version", "build_number", "xapi", "network_backend")


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
    if pool["ha_enabled"]:
        raise ApiError("HA_IS_ENABLED")


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
    if any(ours.get(key) != theirs.get(key) for key in _VERSION_KEYS[:4]):
        raise ApiError("HOSTS_NOT_HOMOGENEOUS", "Software version differs")
    if len(host["updates"]) != len(master["updates"]):
        raise ApiError("HOSTS_NOT_HOMOGENEOUS", f"Updates on {host['name_label']} differ")


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
        raise ApiError("LICENSE_HOST_POOL_MISMATCH", "The licence of the host differs from that of the pool")
    backends = [row["software_version"].get("network_backend") for row in (host, master)]
    if backends[0] != backends[1]:
        raise ApiError("OPERATION_NOT_ALLOWED", "Network backends differ")
    ours, theirs = joining.management(), joining.masters_management()
    if ours is not None and theirs is not None and ours["primary_address_type"] != theirs["primary_address_type"]:
        raise ApiError("OPERATION_NOT_ALLOWED", "Primary address type differs")
    versions = [f"{row['API_version_major']}.{row['API_version_minor']}" for row in (host, master)]
    if versions[0] != versions[1]:
        raise ApiError("POOL_JOINING_HOST_MUST_HAVE_SAME_API_VERSION", *versions)
    if lookup.pool(joining.own)["tls_verification_enabled"] != lookup.pool(joining.pool)["tls_verification_enabled"]:
        raise ApiError("POOL_JOINING_HOST_TLS_VERIFICATION_MISMATCH")
    if lookup.is_in_rolling_upgrade(joining.pool):
        raise ApiError("NOT_SUPPORTED_DURING_UPGRADE")
