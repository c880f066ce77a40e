"""The series store keeps what was seen, in bounded space, and shows gaps as gaps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeguard.metrics.archive import Archive, Archives
from lifeguard.metrics.graphs import Graph, default_graphs, layout_graph, series_window
from lifeguard.metrics.sources import MEMORY_USED
from lifeguard.metrics.store import SeriesStore
from lifeguard.metrics.updates import Source, Updates

NOW_S = 1_700_000_000


def updates(rows: dict[int, dict[str, float]], step_s: int = 5, owner: str = "u", cf: str = "AVERAGE") -> Updates:
    names = sorted({name for row in rows.values() for name in row})
    times = sorted(rows)
    values = [[rows[time_s].get(name, np.nan) for name in names] for time_s in times]
    return Updates(
        step_s,
        np.array(times, dtype=np.int64),
        tuple(Source(cf, "vm", owner, name) for name in names),
        np.array(values, dtype=np.float64).reshape(len(times), len(names)),
    )


def shown(store: SeriesStore, name: str = "cpu0", start_s: int = NOW_S - 600, end_s: int = NOW_S) -> dict[int, float]:
    times_s, values = store.window("u", name, start_s, end_s)
    return {t: v for t, v in zip(times_s.tolist(), values.tolist(), strict=True) if not np.isnan(v)}


def test_overlapping_answers_join_and_a_gap_stays_a_gap() -> None:
    store = SeriesStore()
    store.merge(updates({NOW_S - 20: {"cpu0": 1}, NOW_S - 15: {"cpu0": 2}}))
    store.merge(updates({NOW_S - 15: {"cpu0": 2}, NOW_S: {"cpu0": 3}}))
    times_s, values = store.window("u", "cpu0", NOW_S - 20, NOW_S)
    assert times_s.tolist() == list(range(NOW_S - 20, NOW_S + 1, 5))
    np.testing.assert_array_equal(values, [1, 2, np.nan, np.nan, 3])


def test_an_unknown_value_does_not_replace_a_known_one() -> None:
    store = SeriesStore()
    store.merge(updates({NOW_S: {"cpu0": 1}}))
    store.merge(updates({NOW_S: {"cpu0": np.nan}}))
    store.merge(updates({NOW_S: {"cpu0": np.inf}}))
    assert shown(store) == {NOW_S: 1}


def test_a_source_that_appears_later_is_a_gap_before() -> None:
    store = SeriesStore()
    store.merge(updates({NOW_S - 5: {"cpu0": 1}}))
    store.merge(updates({NOW_S: {"cpu0": 2, "cpu1": 3, "cpu2": 4}}))
    assert [shown(store, name) for name in ("cpu1", "cpu2")] == [{NOW_S: 3}, {NOW_S: 4}]
    assert len(shown(store)) == 2


def test_only_the_newest_rows_are_kept() -> None:
    store = SeriesStore()
    store.merge(updates({NOW_S + 5 * i: {"cpu0": i} for i in range(300)}))
    end_s = NOW_S + 5 * 299
    kept = shown(store, start_s=0, end_s=end_s + 10_000)
    assert list(kept.items()) == [(NOW_S + 5 * i, i) for i in range(180, 300)]


def test_sources_that_stopped_coming_are_forgotten() -> None:
    store = SeriesStore()
    for i in range(500):
        store.merge(updates({NOW_S + 5 * i: {"cpu0": 1, f"vbd_{i}_read": 2}}))
    assert len(store.names("u")) <= 123


def test_a_server_clock_set_back_starts_afresh() -> None:
    store = SeriesStore()
    store.merge(updates({NOW_S: {"cpu0": 1}}))
    store.merge(updates({NOW_S - 86_400: {"cpu0": 2}}))
    assert shown(store, start_s=0, end_s=NOW_S) == {NOW_S - 86_400: 2}


def test_rows_older_than_the_archive_are_left_out_when_newer_ones_come_along() -> None:
    store = SeriesStore()
    store.merge(updates({NOW_S - 86_400: {"cpu0": 2}, NOW_S: {"cpu0": 1}}))
    assert shown(store, start_s=0) == {NOW_S: 1}


def test_minimum_and_maximum_are_not_mixed_with_the_average() -> None:
    store = SeriesStore()
    store.merge(updates({NOW_S: {"cpu0": 9}}, cf="MAX"))
    assert store.names("u") == frozenset()


def test_an_answer_without_rows_or_of_a_strange_step_changes_nothing() -> None:
    store = SeriesStore()
    store.merge(updates({}))
    store.merge(updates({NOW_S: {"cpu0": 1}}, step_s=7))
    assert store.newest_s("u", 5) is None
    assert shown(store) == {}


def test_a_window_comes_from_the_finest_archive_that_reaches_back() -> None:
    store = SeriesStore()
    for step_s in (5, 60, 3_600, 86_400):
        store.merge(updates({NOW_S // step_s * step_s: {"cpu0": step_s}}, step_s))
    for reach_s, step_s in [(600, 5), (601, 60), (7_200, 60), (86_400, 3_600), (7 * 86_400, 3_600), (9**9, 86_400)]:
        _, values = store.window("u", "cpu0", NOW_S - reach_s, NOW_S)
        assert values[np.isfinite(values)].tolist() == [step_s]


def test_panning_back_uses_the_archive_that_reaches_back_from_now() -> None:
    store = SeriesStore()
    store.merge(updates({NOW_S - 600: {"cpu0": 5}}, 5))
    store.merge(updates({NOW_S - 3_620: {"cpu0": 60}}, 60))
    times_s, _ = store.window("u", "cpu0", NOW_S - 4_000, NOW_S - 3_600, now_s=NOW_S)
    assert np.diff(times_s).tolist() == [60] * (len(times_s) - 1)


def test_where_the_right_archive_is_missing_another_one_is_shown() -> None:
    store = SeriesStore()
    store.merge(updates({NOW_S: {"cpu0": 1}}))
    assert shown(store, start_s=NOW_S - 7_200) == {NOW_S: 1}


def test_the_newest_values_are_at_most_a_minute_old() -> None:
    store = SeriesStore()
    store.merge(updates({NOW_S - 60: {"old": 1}, NOW_S - 55: {"recent": 2}, NOW_S: {"cpu0": 3, "recent": np.nan}}))
    assert store.latest("u") == {"recent": 2, "cpu0": 3}
    assert store.latest("u", since_s=NOW_S - 2) == {"cpu0": 3}
    assert store.latest("u", since_s=NOW_S + 1) == {}
    assert store.latest("nobody") == {}


def test_objects_no_longer_wanted_are_forgotten() -> None:
    store = SeriesStore()
    store.merge(updates({NOW_S: {"cpu0": 3}}))
    store.keep_only(["other"])
    assert store.latest("u") == {}


def test_a_whole_rrd_fills_every_archive() -> None:
    store = SeriesStore()
    archives = [
        Archive(cf, step_s, np.array([NOW_S // step_s * step_s]), np.array([[value]]))
        for cf, step_s, value in [("AVERAGE", 5, 1.0), ("AVERAGE", 60, 2.0), ("MAX", 60, 9.0)]
    ]
    store.merge_archives("u", Archives(NOW_S, ("cpu0",), tuple(archives)))
    assert shown(store) == {NOW_S: 1}
    assert store.newest_s("u", 60) == NOW_S // 60 * 60
    assert list(shown(store, start_s=NOW_S - 7_200).values()) == [2]


@given(st.lists(st.lists(st.integers(0, 200), min_size=1, max_size=8), min_size=1, max_size=12))
def test_any_order_of_answers_shows_what_a_plain_dictionary_would(batches: list[list[int]]) -> None:
    store, model, newest = SeriesStore(), {}, None
    for number, batch in enumerate(batches):
        store.merge(updates({NOW_S + 5 * slot: {"cpu0": number} for slot in batch}))
        is_clock_set_back = newest is not None and max(batch) <= newest - 120
        newest = max(batch) if newest is None or is_clock_set_back else max(newest, *batch)
        model = {} if is_clock_set_back else model
        model = {slot: v for slot, v in (model | dict.fromkeys(batch, number)).items() if slot > newest - 120}
    assert shown(store, end_s=NOW_S + 5_000) == {NOW_S + 5 * slot: v for slot, v in sorted(model.items())}


@pytest.mark.parametrize(
    ("total", "free", "used"),
    [
        ({"memory_total_kib": 8.0}, {"memory_free_kib": 2.0}, 6 * 1024),
        ({"memory": 8192.0}, {"memory_internal_free": 2.0}, 6 * 1024),
        ({"memory": 1024.0}, {"memory_internal_free": 2.0}, 0),
    ],
)
def test_used_memory_is_total_less_free_in_bytes(total, free, used) -> None:
    store = SeriesStore()
    store.merge(updates({NOW_S - 5: total, NOW_S: total | free}))
    times_s, values = series_window(store, "u", MEMORY_USED, NOW_S - 5, NOW_S)
    assert times_s.tolist() == [NOW_S - 5, NOW_S]
    np.testing.assert_array_equal(values, [np.nan, used])


def test_series_come_in_base_units() -> None:
    store = SeriesStore()
    store.merge(updates({NOW_S: {"memory_free_kib": 2.0, "vbd_xvda_read_latency": 5.0}}))
    assert series_window(store, "u", "memory_free_kib", NOW_S, NOW_S)[1].tolist() == [2048]
    assert series_window(store, "u", "vbd_xvda_read_latency", NOW_S, NOW_S)[1].tolist() == pytest.approx([5e-6])


def test_a_host_has_cpu_memory_and_network_graphs() -> None:
    names = [
        "cpu1",
        "cpu0",
        "cpu10",
        "memory_total_kib",
        "memory_free_kib",
        "pif_eth10_rx",
        "pif_eth2_rx",
        "pif_aggr_rx",
    ]
    assert default_graphs("host", names, n_cpus=2) == (
        Graph("CPU", ("cpu0", "cpu1")),
        Graph("Memory", (MEMORY_USED,), ceiling="memory_total_kib"),
        Graph("Network", ("pif_eth2_rx", "pif_eth10_rx")),
    )


def test_a_vm_has_a_disk_graph_too_and_without_tools_its_whole_memory() -> None:
    names = ["cpu0", "memory", "vif_0_rx", "vif_0_tx", "vbd_xvda_read", "vbd_xvda_write", "vbd_xvda_read_latency"]
    assert [(g.title, g.names) for g in default_graphs("vm", names, n_cpus=4)] == [
        ("CPU", ("cpu0",)),
        ("Memory", ("memory",)),
        ("Network", ("vif_0_rx", "vif_0_tx")),
        ("Disk", ("vbd_xvda_read", "vbd_xvda_write")),
    ]


def test_a_saved_layout_draws_free_memory_as_used() -> None:
    graph = layout_graph("Mine", "memory_total_kib, memory_free_kib,cpu0")
    assert graph == Graph("Mine", (MEMORY_USED, "cpu0"), ceiling="memory_total_kib")
    assert layout_graph("Total", "memory_total_kib").names == ("memory_total_kib",)
