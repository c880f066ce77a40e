"""What the simulated hosts record: plausible, consistent between VM and host, faithful to who ran where."""

from __future__ import annotations

import random

import numpy as np
import pytest

from lifeguard.clock import VirtualClock
from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.database import Database
from lifeguard.sim.metrics.choice import NothingToServe, Updates, Wish, choose
from lifeguard.sim.metrics.library import Library
from lifeguard.sim.metrics.recorded import AVERAGES, WITH_EXTREMES, Floats
from lifeguard.sim.release import Release
from lifeguard.sim.scenario.build import build_pool

MINUTES, HOURS, DAYS, MONTHS = AVERAGES
START_S = 1_767_600_003.0


class Site:
    """A small pool, its clock and its library."""

    def __init__(self, hosts: int = 4, vms: int = 40) -> None:
        self.clock = VirtualClock(START_S)
        self.db: Database = build_pool(hosts, vms, random.Random(3), self.clock, Release.newest())
        self.library = Library(self.db, self.clock, seed=1)
        counts = {ref: len(host["resident_VMs"]) for ref, host in self.db.rows("host").items()}
        self.host = max(counts, key=lambda ref: counts[ref])
        self.other = min(counts, key=lambda ref: counts[ref])

    def guest(self, *, tools: bool = True) -> str:
        for ref in self.db.get("host", self.host, "resident_VMs"):
            vm = self.db.row("VM", ref)
            running = vm["power_state"] == "Running" and not vm["is_control_domain"]
            if running and (vm["guest_metrics"] != NULL_REF) == tools:
                return str(ref)
        raise AssertionError("no such guest")

    def host_rows(self, names: tuple[str, ...], count: int = 120, host: str = "") -> dict[str, Floats]:
        record = self.library.host(host or self.host)
        values = record.newest(MINUTES, count)
        at = {source.name: number for number, source in enumerate(record.sources)}
        return {name: values[:, at[name]] for name in names}

    def updates(self, host: str, *, seconds: int = 300) -> Updates:
        records = [self.library.host(host), *self.library.vms(host)]
        return choose(records, Wish(int(self.clock.time_s()) - seconds, 5, "AVERAGE"))


@pytest.fixture
def site() -> Site:
    return Site()


def column(updates: Updates, ending: str) -> Floats:
    [at] = [at for at, entry in enumerate(updates.legend) if entry.endswith(ending)]
    return updates.values[:, at]


def columns(updates: Updates, uuid: str) -> set[str]:
    return {entry.rpartition(":")[2] for entry in updates.legend if uuid in entry}


def test_the_same_instant_has_the_same_value_whenever_it_is_asked_for(site: Site) -> None:
    before = site.library.host(site.host).newest(MINUTES, 120)
    later = Library(site.db, VirtualClock(START_S + 300), seed=1).host(site.host).newest(MINUTES, 120)
    np.testing.assert_allclose(later[60:], before[:60])


async def test_a_year_may_pass_at_once(site: Site) -> None:
    await site.clock.advance(400 * 86_400)
    assert site.updates(site.host).end_s == START_S - 3 + 400 * 86_400
    assert site.library.host(site.host).newest(MONTHS, 366).shape[0] == 366


def test_processors_of_the_host_carry_what_its_machines_use(site: Site) -> None:
    updates = site.updates(site.host)
    used = 0.0
    for ref in site.db.get("host", site.host, "resident_VMs"):
        vm = site.db.row("VM", ref)
        used = used + np.nan_to_num(column(updates, f"{vm['uuid']}:cpu_usage")) * vm["VCPUs_at_startup"]
    pcpus = len(site.db.get("host", site.host, "host_CPUs"))
    np.testing.assert_allclose(column(updates, ":cpu_avg") * pcpus, used, atol=0.01)


def test_mean_of_a_machines_processors_is_its_usage(site: Site) -> None:
    uuid = site.db.get("VM", site.guest(), "uuid")
    updates = site.updates(site.host)
    each = [at for at, entry in enumerate(updates.legend) if f"{uuid}:cpu" in entry and "usage" not in entry]
    np.testing.assert_allclose(updates.values[:, each].mean(axis=1), column(updates, f"{uuid}:cpu_usage"), atol=1e-4)


def test_memory_adds_up(site: Site) -> None:
    rows = site.host_rows(("memory_total_kib", "memory_free_kib"))
    there = [site.db.row("VM", ref) for ref in site.db.get("host", site.host, "resident_VMs")]
    taken = sum(vm["memory_dynamic_max"] + vm["memory_overhead"] for vm in there if vm["power_state"] == "Running")
    own = site.db.get("host", site.host, "memory_overhead")
    np.testing.assert_allclose(rows["memory_total_kib"] - rows["memory_free_kib"], (taken + own) / 1024, rtol=1e-6)


def test_free_memory_inside_is_known_only_with_tools(site: Site) -> None:
    updates = site.updates(site.host)
    talking = site.db.get("VM", site.guest(), "uuid")
    assert "memory_internal_free" in columns(updates, talking)
    site.db.set("VM", site.guest(), "guest_metrics", NULL_REF)
    assert "memory_internal_free" not in columns(site.updates(site.host), talking)


def test_traffic_of_machines_passes_the_cards_of_their_host(site: Site) -> None:
    updates = site.updates(site.host)
    sent = sum(np.nan_to_num(updates.values[:, at]) for at, entry in enumerate(updates.legend)
               if ":vif_" in entry and entry.endswith("_tx"))  # fmt: skip
    bond = column(updates, ":pif_bond0_tx")
    halves = column(updates, ":pif_eth0_tx") + column(updates, ":pif_eth1_tx")
    assert (bond > 0.9 * sent).all()
    np.testing.assert_allclose(halves, bond, rtol=0.2)


def test_every_value_is_a_number_and_every_fraction_one(site: Site) -> None:
    for archive in WITH_EXTREMES:
        record = site.library.host(site.host)
        values = record.newest(archive, 100)
        assert np.isfinite(values).all()
        fractions = [at for at, source in enumerate(record.sources) if source.most == 1.0]
        assert (values[:, fractions] >= 0).all()
        assert (values[:, fractions] <= 1).all()


def test_least_average_and_most_are_in_order(site: Site) -> None:
    record = site.library.host(site.host)
    average, least, most = (
        record.newest(archive, 50) for cf in ("AVERAGE", "MIN", "MAX")
        for archive in WITH_EXTREMES if (archive.cf, archive.pdps) == (cf, 720)
    )  # fmt: skip
    at = [source.name for source in record.sources].index("cpu_avg")
    assert (least[:, at] <= average[:, at]).all()
    assert (average[:, at] <= most[:, at]).all()
    assert (most[:, at] > least[:, at]).any()


def test_load_follows_the_day(site: Site) -> None:
    record = site.library.host(site.host)
    hours = record.newest(DAYS, 168)
    load = hours[:, [source.name for source in record.sources].index("cpu_avg")]
    ends = (DAYS.last_row_s(record.last_updated_s) // 3600 - np.arange(168)) % 24
    assert load[(ends >= 11) & (ends <= 17)].mean() > load[(ends >= 1) & (ends <= 5)].mean()


async def test_history_follows_a_machine_and_stays_with_the_host_it_left(site: Site) -> None:
    ref = site.guest()
    uuid = site.db.get("VM", ref, "uuid")
    before = column(site.updates(site.host), f"{uuid}:cpu_usage")
    free_before = site.host_rows(("memory_free_kib",), 20)["memory_free_kib"]
    await site.clock.advance(60)
    site.db.set("VM", ref, "resident_on", site.other)
    await site.clock.advance(60)
    assert not columns(site.updates(site.host), uuid)
    after = column(site.updates(site.other), f"{uuid}:cpu_usage")
    np.testing.assert_allclose(after[24:], before[: len(after) - 24])
    assert np.isfinite(after).all()
    free = site.host_rows(("memory_free_kib",), 44)["memory_free_kib"]
    np.testing.assert_allclose(free[24:], free_before)
    assert (free[:11] > free_before[0]).all()


async def test_a_stop_leaves_a_gap(site: Site) -> None:
    ref = site.guest()
    uuid = site.db.get("VM", ref, "uuid")
    await site.clock.advance(60)
    site.db.update("VM", ref, power_state="Halted", resident_on=NULL_REF)
    assert not columns(site.updates(site.host), uuid)
    await site.clock.advance(60)
    site.db.update("VM", ref, power_state="Running", resident_on=site.host)
    await site.clock.advance(60)
    seen = np.isfinite(column(site.updates(site.host), f"{uuid}:memory"))
    assert seen[:11].all()
    assert not seen[13:23].any()
    assert seen[26:].all()


async def test_a_machine_that_runs_no_more_is_not_measured_though_it_is_said_to_be_there(site: Site) -> None:
    ref = site.guest()
    uuid = site.db.get("VM", ref, "uuid")
    site.db.set("VM", ref, "power_state", "Halted")
    await site.clock.advance(60)
    assert ref in site.db.get("host", site.host, "resident_VMs")
    assert not columns(site.updates(site.host), uuid)


async def test_a_paused_machine_falls_behind_and_vanishes_from_the_fine_archive(site: Site) -> None:
    ref = site.guest()
    uuid = site.db.get("VM", ref, "uuid")
    site.db.set("VM", ref, "power_state", "Paused")
    await site.clock.advance(1200)
    updates = site.updates(site.host)
    assert updates.step_s == 5
    assert site.library.vm(ref).last_updated_s == START_S - 3
    assert columns(updates, uuid)  # its own archive still reaches back far enough: stands under the host's times


def test_a_machine_that_is_off_is_not_in_any_update(site: Site) -> None:
    off = {vm["uuid"] for vm in site.db.rows("VM").values() if vm["power_state"] in ("Halted", "Suspended")}
    entries = {entry.split(":")[2] for host in site.db.rows("host") for entry in site.updates(host).legend}
    assert not off & entries


def test_repositories_have_records_of_their_own(site: Site) -> None:
    [master] = [pool["master"] for pool in site.db.rows("pool").values()]
    records = site.library.srs(master)
    updates = choose(records, Wish(-60, 5, "AVERAGE"))
    assert any(entry.endswith(":physical_utilisation") for entry in updates.legend)
    local = [record.uuid for record in site.library.srs(site.other) if record.uuid in {r.uuid for r in records}]
    assert site.other == master or not local


def test_nothing_selected_is_refused() -> None:
    with pytest.raises(NothingToServe):
        choose([], Wish(0))


async def test_a_closed_library_hears_no_more(site: Site) -> None:
    ref = site.guest()
    site.library.close()
    site.db.set("VM", ref, "resident_on", site.other)
    assert [stay.host_ref for stay in site.library.residency.stays(ref)] == [site.host]
