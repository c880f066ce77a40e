"""What administrators set and ask beside the life of machines, and what a pool without a feature refuses."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from lifeguard.datamodel.calls import CALLS
from lifeguard.sim.administration.calls import administration_calls
from lifeguard.sim.call_table import CallTable
from lifeguard.sim.release import Release
from tests.unit.sim.asking import Asked, Refused


@pytest.fixture
async def asked() -> AsyncIterator[Asked]:
    asked = Asked(behaviours=dict(administration_calls()))
    await asked.login()
    yield asked
    await asked.pool.close()


async def _refusal(asked: Asked, method: str, *args: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        await asked.call(method, *args)
    return refused.value.error


def _pem(days: int = 10) -> str:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority")])
    begun = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = builder.serial_number(7).not_valid_before(begun).not_valid_after(now + datetime.timedelta(days))
    return dated.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def test_every_call_listed_exists_and_takes_the_place_of_a_missing_one() -> None:
    calls = administration_calls()
    assert calls.keys() <= CALLS.keys()
    table = CallTable(Release.newest(), calls)
    assert all(table.find(name) is not None for name in calls)


async def test_ssh_opens_on_all_hosts_for_as_long_as_was_set(asked: Asked) -> None:
    await asked.call("pool.set_ssh_enabled_timeout", asked.pool_ref, 3600)
    await asked.call("pool.enable_ssh", asked.pool_ref)
    for host in (asked.h1, asked.h2):
        row = asked.db.row("host", host)
        assert row["ssh_enabled"]
        assert row["ssh_expiry"] > "19700101T00:00:00Z"
    await asked.call("host.disable_ssh", asked.h1)
    assert [asked.db.get("host", host, "ssh_enabled") for host in (asked.h1, asked.h2)] == [False, True]
    assert (await _refusal(asked, "pool.set_ssh_enabled_timeout", asked.pool_ref, -1))[0] == "VALUE_NOT_SUPPORTED"


async def test_time_is_set_by_hand_only_where_nothing_else_sets_it(asked: Asked) -> None:
    error = await _refusal(asked, "host.set_servertime", asked.h1, "20300101T00:00:00Z")
    assert error == ["NOT_ALLOWED_WHEN_NTP_IS_ENABLED", asked.h1]
    asked.db.set("host", asked.h1, "ntp_mode", "Disabled")
    assert await asked.call("host.set_servertime", asked.h1, "20300101T00:00:00Z") == ""
    assert await asked.call("host.get_ntp_synchronized", asked.h1) is False
    assert "Europe/London" in await asked.call("host.list_timezones", asked.h1)


async def test_certificates_are_installed_once_listed_and_taken_away(asked: Asked) -> None:
    await asked.call("pool.install_ca_certificate", "office", _pem())
    assert await asked.call("pool.certificate_list") == ["office"]
    assert await _refusal(asked, "pool.install_ca_certificate", "office", _pem()) == [
        "CERTIFICATE_ALREADY_EXISTS", "office",
    ]  # fmt: skip
    assert await _refusal(asked, "pool.install_ca_certificate", "x", "no pem") == ["CERTIFICATE_CORRUPT", "x"]
    await asked.call("pool.uninstall_ca_certificate", "office")
    assert await asked.call("pool.certificate_list") == []
    assert await _refusal(asked, "pool.uninstall_ca_certificate", "office") == ["CERTIFICATE_DOES_NOT_EXIST", "office"]


async def test_a_trusted_certificate_is_a_row_with_its_fingerprint(asked: Asked) -> None:
    pem = _pem()
    await asked.call("pool.install_trusted_certificate", asked.pool_ref, False, pem, [])
    (ref, row), *_ = asked.db.rows("Certificate").items()
    certificate = x509.load_pem_x509_certificate(pem.encode())
    assert row["fingerprint_sha256"].replace(":", "").lower() == certificate.fingerprint(hashes.SHA256()).hex()
    again = await _refusal(asked, "pool.install_trusted_certificate", asked.pool_ref, False, pem, [])
    assert again[0] == "TRUSTED_CERTIFICATE_ALREADY_EXISTS"
    await asked.call("pool.uninstall_trusted_certificate", asked.pool_ref, ref)
    assert not asked.db.rows("Certificate")


async def test_a_hosts_certificate_is_replaced_by_a_new_row(asked: Asked) -> None:
    await asked.call("host.reset_server_certificate", asked.h1)
    first = asked.db.get("host", asked.h1, "certificates")
    await asked.call("host.refresh_server_certificate", asked.h1)
    second = asked.db.get("host", asked.h1, "certificates")
    assert len(first) == len(second) == 1
    assert first != second


async def test_a_pool_joins_a_directory_once_and_leaves_it(asked: Asked) -> None:
    assert await _refusal(asked, "auth.get_subject_identifier", "ann") == ["AUTH_IS_DISABLED"]
    await asked.call("pool.enable_external_auth", asked.pool_ref, {"user": "a", "pass": "b"}, "example.org", "AD")
    assert asked.db.get("host", asked.h2, "external_auth_service_name") == "example.org"
    assert "pass" not in asked.db.get("host", asked.h2, "external_auth_configuration")
    again = await _refusal(asked, "pool.enable_external_auth", asked.pool_ref, {}, "example.org", "AD")
    assert again == ["POOL_AUTH_ALREADY_ENABLED", asked.h1]
    assert await asked.call("auth.get_subject_identifier", "ann")
    await asked.call("pool.disable_external_auth", asked.pool_ref, {})
    assert asked.db.get("host", asked.h2, "external_auth_type") == ""


async def test_hosts_are_brought_up_to_date_from_a_repository(asked: Asked) -> None:
    assert await _refusal(asked, "pool.sync_updates", asked.pool_ref, False, "", "") == ["NO_REPOSITORY_ENABLED"]
    repository = await asked.call("Repository.introduce", "base", "", "http://x/b", "http://x/s", True, "")
    await asked.call("pool.add_repository", asked.pool_ref, repository)
    assert await _refusal(asked, "Repository.forget", repository) == ["REPOSITORY_IS_IN_USE"]
    found = await asked.call("pool.sync_updates", asked.pool_ref, False, "", "")
    assert asked.db.get("host", asked.h1, "latest_synced_updates_applied") == "no"
    assert await _refusal(asked, "host.apply_updates", asked.h1, "other") == ["UPDATEINFO_HASH_MISMATCH"]
    await asked.call("host.apply_updates", asked.h1, found)
    assert asked.db.get("host", asked.h1, "latest_synced_updates_applied") == "yes"


async def test_what_a_call_names_must_be_there_even_where_nothing_is_done(asked: Asked) -> None:
    error = await _refusal(asked, "host.backup_rrds", "OpaqueRef:gone", 0.0)
    assert error == ["HANDLE_INVALID", "host", "OpaqueRef:gone"]


async def test_a_blob_stands_in_its_owners_map(asked: Asked) -> None:
    blob = await asked.call("host.create_new_blob", asked.h1, "notes", "text/plain", False)
    assert asked.db.get("host", asked.h1, "blobs") == {"notes": blob}
    assert (await _refusal(asked, "host.create_new_blob", asked.h1, "notes", "", False))[0] == "MAP_DUPLICATE_KEY"


async def test_messages_are_destroyed_by_what_they_have_in_common(asked: Asked) -> None:
    for priority in (1, 5, 5):
        asked.db.insert("message", {"name": "ALARM", "priority": priority, "timestamp": "20260101T00:00:00Z"})
    await asked.call("message.destroy_all", {"priority": "5"})
    assert [row["priority"] for row in asked.db.rows("message").values()] == [1]


async def test_a_cluster_has_every_host_as_a_member(asked: Asked) -> None:
    network = asked.db.insert("network", {})
    assert (await _refusal(asked, "Cluster.pool_create", network, "pacemaker", 20.0, 1.0))[0] == "INVALID_CLUSTER_STACK"
    for host in (asked.h1, asked.h2):
        asked.db.insert("PIF", {"host": host, "network": network, "IP": "10.1.0.1"})
    cluster = await asked.call("Cluster.pool_create", network, "corosync", 20.0, 1.0)
    assert len(asked.db.get("Cluster", cluster, "cluster_hosts")) == 2
    assert await asked.call("Cluster.get_network", cluster) == network
    await asked.call("Cluster.pool_destroy", cluster)
    assert not asked.db.rows("Cluster_host")


async def test_pools_of_other_makers_features_refuse_as_servers_without_them(asked: Asked) -> None:
    vm = asked.db.insert("VM", {"power_state": "Running"})
    sr = asked.db.insert("SR", {})
    assert await _refusal(asked, "pool.initialize_wlb", "", "", "", "", "") == ["WLB_CONNECTION_REFUSED"]
    assert await _refusal(asked, "host.call_extension", asked.h1, "x.y") == ["MESSAGE_METHOD_UNKNOWN", "x.y"]
    assert await _refusal(asked, "SR.enable_database_replication", sr) == ["SR_OPERATION_NOT_SUPPORTED", sr]
    assert await _refusal(asked, "VM.call_plugin", vm, "guest", "f", {}) == ["XENAPI_MISSING_PLUGIN", "guest"]
