"""Which messages are alerts, how bad they are, and what they say."""

from __future__ import annotations

import csv
import io

import pytest

from lifeguard.datamodel.alerts import ALERTS
from lifeguard.inventory.change import Event
from lifeguard.ui.notices.alert import SEVERITIES, Alert, alert_of
from lifeguard.ui.notices.export import as_csv
from lifeguard.ui.table.line import Cell, Column, Line
from tests.support.building import PoolBuilder, build_pool, ref


def _pool() -> PoolBuilder:
    pool = build_pool().host("h1", uuid="uuid-h1").host("h2", uuid="uuid-h2").vm("web", on="h2", uuid="uuid-web")
    return pool.pool(uuid="uuid-pool", name_label="Paris")


def _alert(
    pool: PoolBuilder, name: str, cls: str = "Host", obj_uuid: str = "uuid-h1", priority: int = 3, body: str = ""
) -> Alert | None:
    fields = {"name": name, "cls": cls, "obj_uuid": obj_uuid, "priority": priority, "body": body}
    row = {**fields, "timestamp": "20260301T10:00:00Z"}
    pool.inventory.apply([Event("message", ref("m"), "mod", row)])
    return alert_of(pool.inventory, ref("m"))


@pytest.mark.parametrize("name", ["VM_STARTED", "VM_MIGRATED", "VM_CRASHED", "VM_SHUTDOWN", "HA_POOL_OVERCOMMITTED"])
def test_life_cycle_and_overcommitment_are_no_alerts(name: str) -> None:
    assert _alert(_pool(), name, "VM", "uuid-web") is None


def test_every_other_message_the_servers_know_is_an_alert_that_reads_as_a_sentence() -> None:
    pool = _pool()
    for name, priority in ALERTS.items():
        alert = _alert(pool, name.replace("*", "X"), priority=priority)
        if alert is not None:
            assert alert.severity == priority
            assert alert.title[:1].isupper() or alert.title.startswith("h1")
            assert "_" not in alert.title
            assert "{" not in alert.title


def test_an_alert_names_its_object_and_the_server_it_is_on() -> None:
    alert = _alert(_pool(), "VCPU_QOS_FAILED", "VM", "uuid-web")
    assert alert is not None
    assert (alert.object_name, alert.object_ref, alert.host) == ("web", ref("web"), "h2")


def test_an_alert_about_what_is_gone_and_one_nobody_has_heard_of_still_say_something() -> None:
    gone = _alert(_pool(), "HOST_SYNC_DATA_FAILED", obj_uuid="uuid-nobody", priority=42)
    new = _alert(_pool(), "HOST_GREW_WINGS", body="two  of\nthem")
    assert gone is not None
    assert new is not None
    assert (gone.title, gone.severity) == ("An object that is gone could not copy the pool's database", 5)
    assert (new.title, new.detail) == ("h1: Host grew wings", "two of them")


@pytest.mark.parametrize(
    ("name", "value", "severity", "words"),
    [
        ("cpu_usage", "0.97", 1, "h1 uses 97 % of its CPUs for 5 minutes"),
        ("fs_usage", "0.95", 2, "The file system of h1 is 95 % full"),
        ("log_fs_usage", "0.95", 3, "The log file system of h1 is 95 % full"),
        ("memory_free_kib", "1048576", 1, "h1 has 1.0 GiB of memory free for 5 minutes"),
        ("something_new", "7", 1, "h1: something new is 7"),
    ],
)
def test_an_alarm_says_what_was_measured(name: str, value: str, severity: int, words: str) -> None:
    variable = f'<variable>\n<name value="{name}"/>\n<alarm_trigger_period value="300"/>\n</variable>'
    body = f"value: {value}\nconfig:\n{variable}"
    alert = _alert(_pool(), "ALARM", priority=1, body=body)
    assert alert is not None
    assert (alert.title, alert.severity) == (words, severity)


@pytest.mark.parametrize("body", ["", "value: \nconfig:", "value: nonsense", "<name value=''/>", "\x00\xff" * 10])
def test_a_broken_alarm_is_still_an_alarm(body: str) -> None:
    alert = _alert(_pool(), "ALARM", priority=1, body=body)
    assert alert is not None
    assert alert.title.startswith("h1: an alarm")


def test_severities_have_words() -> None:
    assert sorted(SEVERITIES) == [1, 2, 3, 4, 5]


def test_what_is_exported_comes_back_from_a_spreadsheet_and_is_no_formula() -> None:
    columns = (Column("Message"), Column("Date"))
    lines = [Line((Cell('a "quoted", name'), Cell("", instant_s=1772359200.0))), Line((Cell("=1+1"), Cell("")))]
    rows = list(csv.reader(io.StringIO(as_csv(columns, lines))))
    assert rows[0] == ["Message", "Date"]
    assert rows[1][0] == 'a "quoted", name'
    assert "2026-03-01 10:00:00 UTC" in rows[1][1]
    assert rows[2][0] == "'=1+1"
