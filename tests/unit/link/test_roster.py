"""Saved servers: found again by any of their addresses, written at each change, passwords in the keyring only."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lifeguard.link.roster import Roster, key_of, target_of
from lifeguard.link.target import Target
from lifeguard.settings.file import SettingsFile
from lifeguard.settings.keeper import Keeper
from lifeguard.trust.passwords import KeyringPasswords
from tests.support.keyring import MemoryKeyring, NoKeyring

_PARIS = Target("xen1.example.org", 443, True, "root", "secret")


def _roster(path: Path, keyring: MemoryKeyring | NoKeyring | None = None) -> Roster:
    return Roster(Keeper(SettingsFile(path)), KeyringPasswords(keyring or MemoryKeyring()))


def _noted(roster: Roster, target: Target = _PARIS) -> str:
    members = ("192.0.2.1", "192.0.2.2")
    return key_of(roster.note(target, user=target.user, title="Paris", members=members))


def test_a_server_is_there_at_the_next_start_with_all_it_needs_to_find_its_pool(tmp_path: Path) -> None:
    _noted(_roster(tmp_path / "s.json"))
    (server,) = _roster(tmp_path / "s.json").servers
    target = target_of(server, server.user, "pw", {})
    assert (target.address, target.user, target.members) == ("xen1.example.org", "root", ("192.0.2.1", "192.0.2.2"))
    assert server.is_connected
    assert server.title == "Paris"


def test_a_password_is_never_written_to_the_settings(tmp_path: Path) -> None:
    _noted(_roster(tmp_path / "s.json"))
    assert "secret" not in (tmp_path / "s.json").read_text()


def test_a_pool_entered_by_another_member_is_the_same_saved_server(tmp_path: Path) -> None:
    roster = _roster(tmp_path / "s.json")
    key = _noted(roster)
    assert _noted(roster, Target("192.0.2.2", 443, True, "admin", "x")) == key
    (server,) = roster.servers
    assert (server.address, server.user) == ("xen1.example.org", "admin")


def test_the_same_address_at_another_port_is_another_server(tmp_path: Path) -> None:
    roster = _roster(tmp_path / "s.json")
    assert _noted(roster) != _noted(roster, Target("xen1.example.org", 8443))
    assert len(roster.servers) == 2


async def test_a_pool_whose_address_leads_elsewhere_now_is_saved_by_another_one_with_its_password(
    tmp_path: Path,
) -> None:
    roster = _roster(tmp_path / "s.json")
    _noted(roster)
    await roster.keep_password(roster.servers[0], "secret")
    assert await roster.move(roster.servers[0], "192.0.2.2") is None
    (server,) = roster.servers
    assert (key_of(server), server.title) == ("192.0.2.2", "Paris")
    assert (await roster.recall(server)).password == "secret"
    assert roster.find("xen1.example.org", 443) is None


def test_what_changes_nothing_is_not_told_of(tmp_path: Path) -> None:
    roster = _roster(tmp_path / "s.json")
    _noted(roster)
    told: list[object] = []
    roster.changed.connect(told.append)
    _noted(roster)
    assert told == []
    roster.set_connected(key_of(roster.servers[0]), False)
    assert len(told) == 1


async def test_passwords_are_recalled_forgotten_and_go_with_their_server(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    roster = _roster(tmp_path / "s.json", keyring)
    server = roster.get(_noted(roster))
    assert server is not None
    assert (await roster.recall(server)).reason != ""
    assert await roster.keep_password(server, "secret") is None
    assert (await roster.recall(server)).password == "secret"
    await roster.remove(key_of(server))
    assert roster.servers == ()
    assert keyring.kept == {}


async def test_without_a_keyring_the_reason_is_said_and_the_server_is_still_saved(tmp_path: Path) -> None:
    roster = _roster(tmp_path / "s.json", NoKeyring())
    server = roster.get(_noted(roster))
    assert server is not None
    recalled = await roster.recall(server)
    assert recalled.password is None
    assert "no keyring" in recalled.reason
    assert "no keyring" in (await roster.keep_password(server, "secret") or "")


def test_settings_that_cannot_be_written_are_complained_of(tmp_path: Path) -> None:
    roster = _roster(tmp_path / "folder" / "s.json")
    (tmp_path / "folder").write_text("in the way")
    said: list[str] = []
    roster.complained.connect(said.append)
    _noted(roster)
    assert len(said) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_settings_that_could_not_be_read_are_left_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text("{}")
    path.chmod(0)
    keeper = Keeper(SettingsFile(path))
    assert keeper.complaint is not None
    assert keeper.change(servers=()) is None
    path.chmod(0o600)
    assert path.read_text() == "{}"


def test_a_folder_in_the_place_of_the_settings_is_told_of_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.mkdir()
    keeper = Keeper(SettingsFile(path))
    assert keeper.complaint is not None
    assert keeper.change(servers=()) is None
    assert path.is_dir()
