"""Accepted certificates are remembered by server; passwords live in a keyring or nowhere."""

from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from lifeguard.trust.passwords import KeyringPasswords, Unavailable
from lifeguard.trust.pins import Pin, Pins

PIN = Pin(fingerprint="ab" * 32, subject="CN=h1", not_after="2030-01-01T00:00:00Z")


class MemoryKeyring(KeyringBackend):
    """A real keyring backend that keeps its passwords in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


def test_an_accepted_certificate_is_known_after_a_restart_by_address_and_port(tmp_path: Path) -> None:
    place = tmp_path / "certificates.json"
    Pins(place).accept("Host-1.example:443", PIN)
    again = Pins(place)
    assert again.load() is None
    assert again.get("host-1.EXAMPLE:443") == PIN
    assert again.get("host-1.example:8443") is None
    again.forget("host-1.example:443")
    assert Pins(place).get("host-1.example:443") is None


def test_a_broken_list_of_certificates_is_set_aside_and_nothing_is_believed(tmp_path: Path) -> None:
    place = tmp_path / "certificates.json"
    place.write_bytes(b'{"a:443": 7}')
    pins = Pins(place)
    complaint = pins.load()
    assert complaint is not None
    assert pins.get("a:443") is None
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b'{"a:443": 7}']


async def test_a_password_goes_to_the_keyring_and_comes_back() -> None:
    passwords = KeyringPasswords(MemoryKeyring())
    await passwords.keep("root", "10.0.0.1", "s3cret")
    assert await passwords.get("root", "10.0.0.1") == "s3cret"
    assert await passwords.get("root", "10.0.0.2") is None
    await passwords.forget("root", "10.0.0.1")
    assert await passwords.get("root", "10.0.0.1") is None


async def test_without_a_keyring_the_reason_is_told() -> None:
    with pytest.raises(Unavailable, match="no keyring"):
        await KeyringPasswords(NoKeyring()).get("root", "10.0.0.1")
