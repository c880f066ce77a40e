"""A standalone host and a pool: the first condition that fails is the reason."""

from typing import Any

import pytest

from lifeguard.inventory.change import Event
from lifeguard.rules.join import judge_join
from tests.support.building import PoolBuilder, build_pool, ref


def pool() -> PoolBuilder:
    return (
        build_pool()
        .host("m", uuid="m", software_version={"product_version": "8.3", "db_schema": "5.775"})
        .pool(uuid="pool")
    )


def lone(**fields: Any) -> PoolBuilder:
    return build_pool().pool(uuid="own").host("new", uuid="new", **fields)


def managed(it: PoolBuilder, host: str, **fields: Any) -> PoolBuilder:
    """With a NIC that a host is managed through."""
    return it.change("PIF", "management", **{"host": ref(host), "management": True, "VLAN": -1, **fields})


def code(joiner: PoolBuilder, target: PoolBuilder) -> str | None:
    return judge_join(joiner.rules(), target.rules()).code


def test_a_plain_host_may_join() -> None:
    assert judge_join(lone().rules(), pool().rules()).allowed


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda it: it.pool(ha_enabled=True), "HA_IS_ENABLED"),
        (lambda it: it.change("PIF", "p", host=ref("new")), "HOST_STILL_BOOTING"),
        (lambda it: it.change("Cluster_host", "c", host=ref("new"), enabled=True), "CLUSTERING_ENABLED"),
        (lambda it: it.change("host", "new", uuid="m"), "OPERATION_NOT_ALLOWED"),
        (lambda it: it.host("second", uuid="second"), "JOINING_HOST_CANNOT_BE_MASTER_OF_OTHER_HOSTS"),
        (lambda it: it.vm("a", on="new"), "JOINING_HOST_CANNOT_HAVE_RUNNING_VMS"),
        (
            lambda it: it.vm("a", current_operations={ref("t"): "start"}),
            "JOINING_HOST_CANNOT_HAVE_VMS_WITH_CURRENT_OPERATIONS",
        ),
        (lambda it: it.change("host", "new", cpu_info={"vendor": "AuthenticAMD"}), "HOSTS_NOT_COMPATIBLE"),
        (lambda it: it.change("host", "new", software_version={"product_version": "8.2"}), "HOSTS_NOT_HOMOGENEOUS"),
        (
            lambda it: it.change("host", "new", pending_guidances=["reboot_host"]),
            "HOST_PENDING_MANDATORY_GUIDANCE_NOT_EMPTY",
        ),
        (
            lambda it: it.change("pool_update", "u", uuid="u", enforce_homogeneity=True).change(
                "host", "new", updates=[ref("u")]
            ),
            "HOSTS_NOT_HOMOGENEOUS",
        ),
        (lambda it: it.change("SR", "s", shared=True, type="iso"), "JOINING_HOST_CANNOT_CONTAIN_SHARED_SRS"),
        (lambda it: it.change("Bond", "b", master=ref("p")), "POOL_JOINING_HOST_HAS_BONDS"),
        (lambda it: it.change("tunnel", "t", access_PIF=ref("p")), "POOL_JOINING_HOST_HAS_TUNNELS"),
        (lambda it: it.change("network_sriov", "s", physical_PIF=ref("p")), "POOL_JOINING_HOST_HAS_NETWORK_SRIOVS"),
        (
            lambda it: managed(it, "new").change("PIF", "p", host=ref("new"), VLAN=7),
            "POOL_JOINING_HOST_HAS_NON_MANAGEMENT_VLANS",
        ),
        (lambda it: it.change("host", "new", external_auth_type="AD"), "POOL_JOINING_EXTERNAL_AUTH_MISMATCH"),
        (
            lambda it: it.change("host", "new", software_version={"db_schema": "5.1"}),
            "POOL_JOINING_HOST_MUST_HAVE_SAME_DB_SCHEMA",
        ),
        (lambda it: it.pool(tls_verification_enabled=True), "POOL_JOINING_HOST_TLS_VERIFICATION_MISMATCH"),
        (lambda it: it.pool(uuid="pool"), "OPERATION_NOT_ALLOWED"),
        (lambda it: it.change("host", "new", edition="free"), "LICENSE_HOST_POOL_MISMATCH"),
        (lambda it: it.change("SDN_controller", "c", address="192.0.2.1"), "OPERATION_NOT_ALLOWED"),
        (
            lambda it: it.change("host", "new", API_version_minor=9),
            "POOL_JOINING_HOST_MUST_HAVE_SAME_API_VERSION",
        ),
        (
            lambda it: it.pool(current_operations={ref("t"): "apply_updates"}),
            "NOT_SUPPORTED_DURING_UPGRADE",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_joining_host(change: Any, expected: str) -> None:
    assert code(change(lone()), pool()) == expected


def test_what_is_wrong_with_the_pool() -> None:
    assert code(lone(), pool().pool(ha_enabled=True)) == "HA_IS_ENABLED"
    small = pool().host("m2", uuid="m2").host("m3", uuid="m3").pool(restrictions={"restrict_pool_size": "true"})
    assert code(lone(), small) == "LICENCE_RESTRICTION"
    assert code(lone(), pool().pool(restrictions={"restrict_pooling": "true"})) == "LICENSE_DOES_NOT_SUPPORT_POOLING"
    assert code(lone(), pool().pool(other_config={"rolling_upgrade_in_progress": "true"})) == (
        "NOT_SUPPORTED_DURING_UPGRADE"
    )


def test_both_must_be_managed_alike() -> None:
    verdict = judge_join(managed(lone(), "new").rules(), managed(pool(), "m", VLAN=7).rules())
    assert (verdict.code, verdict.params) == ("POOL_JOINING_HOST_MANAGEMENT_VLAN_DOES_NOT_MATCH", ("-1", "7"))
    assert verdict.short == "The server is managed on no VLAN, the pool on VLAN 7"
    verdict = judge_join(managed(lone(), "new", primary_address_type="IPv6").rules(), managed(pool(), "m").rules())
    assert verdict.params == ("Primary address type differs",)


def test_the_joiner_needs_one_address_where_the_cluster_of_the_pool_speaks() -> None:
    clustered = managed(pool(), "m", network=ref("n")).change("network", "n", bridge="xenbr0")
    clustered.change("Cluster_host", "c", host=ref("m"), PIF=ref("management"))
    missing = "POOL_JOINING_HOST_MUST_HAVE_ONLY_ONE_IP_ON_CLUSTERING_NETWORK"
    assert code(managed(lone(), "new"), clustered) == missing
    reached = managed(lone(), "new", network=ref("own"), IP="192.0.2.7").change("network", "own", bridge="xenbr0")
    assert code(reached, clustered) is None


def test_authorities_of_one_name_and_drivers_of_one_type_must_agree() -> None:
    def trusting(it: PoolBuilder, fingerprint: str) -> PoolBuilder:
        row = {"type": "ca", "name": "our.pem", "fingerprint_sha256": fingerprint}
        it.inventory.apply([Event("Certificate", ref("ca"), "mod", row)])
        return it

    assert code(trusting(lone(), "aa"), trusting(pool(), "aa")) is None
    verdict = judge_join(trusting(lone(), "aa").rules(), trusting(pool(), "bb").rules())
    assert (verdict.code, verdict.params) == ("POOL_JOINING_HOST_CA_CERTIFICATES_CONFLICT", ("our.pem",))

    def driving(it: PoolBuilder, *features: str) -> PoolBuilder:
        return it.change("SM", "sm", type="nfs", features=dict.fromkeys(features, 1))

    assert code(driving(lone(), "VDI_CREATE", "VDI_MIRROR"), driving(pool(), "VDI_CREATE")) is None
    assert code(driving(lone(), "VDI_CREATE"), driving(pool(), "VDI_MIRROR")) == "POOL_JOINING_SM_FEATURES_INCOMPATIBLE"
