"""A standalone host and a pool: the first condition that fails is the reason."""

from typing import Any

import pytest

from lifeguard.rules.join import judge_join
from tests.support.building import PoolBuilder, build_pool, ref


def pool() -> PoolBuilder:
    return build_pool().host("m", uuid="m", software_version={"product_version": "8.3", "db_schema": "5.775"}).pool(
        uuid="pool"
    )


def lone(**fields: Any) -> PoolBuilder:
    return build_pool().pool(uuid="own").host("new", uuid="new", **fields)


def code(joiner: PoolBuilder, target: PoolBuilder) -> str | None:
    return judge_join(joiner.rules(), target.rules()).code


def test_a_plain_host_may_join() -> None:
    assert judge_join(lone().rules(), pool().rules()).allowed


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda it: it.pool(ha_enabled=True), "HA_IS_ENABLED"),
        (lambda it: it.host("second", uuid="second"), "JOINING_HOST_CANNOT_BE_MASTER_OF_OTHER_HOSTS"),
        (lambda it: it.vm("a", on="new"), "JOINING_HOST_CANNOT_HAVE_RUNNING_VMS"),
        (
            lambda it: it.vm("a", current_operations={ref("t"): "start"}),
            "JOINING_HOST_CANNOT_HAVE_VMS_WITH_CURRENT_OPERATIONS",
        ),
        (lambda it: it.change("host", "new", cpu_info={"vendor": "AuthenticAMD"}), "HOSTS_NOT_COMPATIBLE"),
        (lambda it: it.change("host", "new", software_version={"product_version": "8.2"}), "HOSTS_NOT_HOMOGENEOUS"),
        (lambda it: it.change("SR", "s", shared=True, type="nfs"), "JOINING_HOST_CANNOT_CONTAIN_SHARED_SRS"),
        (lambda it: it.change("Bond", "b", master=ref("p")), "POOL_JOINING_HOST_HAS_BONDS"),
        (lambda it: it.change("PIF", "p", host=ref("new"), VLAN=7), "POOL_JOINING_HOST_HAS_NON_MANAGEMENT_VLANS"),
        (
            lambda it: it.change("PIF", "p", host=ref("new"), VLAN=7, management=True),
            "POOL_JOINING_HOST_MANAGEMENT_VLAN_DOES_NOT_MATCH",
        ),
        (lambda it: it.change("host", "new", external_auth_type="AD"), "POOL_JOINING_EXTERNAL_AUTH_MISMATCH"),
        (
            lambda it: it.change("host", "new", software_version={"db_schema": "5.1"}),
            "POOL_JOINING_HOST_MUST_HAVE_SAME_DB_SCHEMA",
        ),
        (lambda it: it.pool(tls_verification_enabled=True), "POOL_JOINING_HOST_TLS_VERIFICATION_MISMATCH"),
        (lambda it: it.pool(uuid="pool"), "OPERATION_NOT_ALLOWED"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_joining_host(change: Any, expected: str) -> None:
    assert code(change(lone()), pool()) == expected


def test_what_is_wrong_with_the_pool() -> None:
    assert code(lone(), pool().pool(ha_enabled=True)) == "HA_IS_ENABLED"
    small = pool().host("m2", uuid="m2").host("m3", uuid="m3").pool(restrictions={"restrict_pool_size": "true"})
    assert code(lone(), small) == "LICENCE_RESTRICTION"
    assert code(lone(), pool().pool(restrictions={"restrict_pooling": "true"})) == "LICENSE_DOES_NOT_SUPPORT_POOLING"
