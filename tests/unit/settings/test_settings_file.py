"""Settings survive restarts, are never half-written, and a file that cannot be read is kept."""

import os
from pathlib import Path

import pytest

from lifeguard.atomic import write_whole
from lifeguard.settings.file import SettingsFile
from lifeguard.settings.model import Preferences, SavedServer, Settings, WindowState

SOME = Settings(
    servers=(SavedServer(address="10.0.0.1", members=("10.0.0.1", "10.0.0.2")),),
    window=WindowState(geometry=b"\x00\xff", column_widths={"name": 250}),
    preferences=Preferences(appearance="dark"),
)


def test_settings_survive_a_restart(tmp_path: Path) -> None:
    place = tmp_path / "deep" / "settings.json"
    assert SettingsFile(place).save(SOME) is None
    loaded = SettingsFile(place).load()
    assert (loaded.settings, loaded.complaint) == (SOME, None)


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    loaded = SettingsFile(tmp_path / "settings.json").load()
    assert (loaded.settings, loaded.complaint) == (Settings(), None)


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b"\xff", b'{"servers": 7}', b"[" * 50_000])
def test_a_broken_file_is_set_aside_and_told_of_and_never_overwritten(tmp_path: Path, broken: bytes) -> None:
    place = tmp_path / "settings.json"
    place.write_bytes(broken)
    file = SettingsFile(place)
    loaded = file.load()
    assert loaded.settings == Settings()
    assert loaded.complaint is not None
    assert file.save(SOME) is None
    kept = [path for path in tmp_path.iterdir() if path != place]
    assert [path.read_bytes() for path in kept] == [broken]
    assert kept[0].name in loaded.complaint


def test_a_file_that_cannot_be_written_is_told_of_and_the_old_one_stays(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    complaint = SettingsFile(blocked / "settings.json").save(SOME)
    assert complaint is not None
    assert blocked.read_text() == "in the way"


def test_a_write_that_fails_half_way_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "settings.json"
    write_whole(place, b"old")

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_whole(place, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]
    assert place.read_bytes() == b"old"


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    place = tmp_path / "settings.json"
    SettingsFile(place).save(SOME)
    assert place.stat().st_mode & 0o077 == 0


def test_there_is_no_place_for_a_password() -> None:
    assert not any("password" in name or "secret" in name for name in SavedServer.__struct_fields__)
