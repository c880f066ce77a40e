"""Names, units, newest figures and the words they are told in."""

import math

import pytest

from lifeguard import quantities
from lifeguard.metrics import latest
from lifeguard.metrics.ranges import Request, request_for, step_for
from lifeguard.metrics.sources import describe

DAY_S = 86_400
SR = "0123abcd"


@pytest.mark.parametrize(
    ("name", "family", "device", "unit", "scale", "title", "graph"),
    [
        ("cpu12", "cpu", "12", "fraction", 1, "CPU 12", "CPU"),
        ("cpu_avg", "cpu", "", "fraction", 1, "Average CPU", ""),
        ("cpu0-C1", "power", "0", "fraction", 1, "CPU 0 C1-state", ""),
        ("memory_total_kib", "memory", "", "B", 1024, "Total memory", "Memory"),
        ("memory_internal_free", "memory", "", "B", 1024, "Free memory", "Memory"),
        ("memory", "memory", "", "B", 1, "Total memory", "Memory"),
        ("vif_3_tx", "network", "vif_3", "B/s", 1, "Network 3 send", "Network"),
        ("vif_3_rx_errors", "network", "vif_3", "/s", 1, "Network 3 rx errors", ""),
        ("pif_eth0_rx", "network", "eth0", "B/s", 1, "NIC 0 receive", "Network"),
        ("pif_bond1_tx", "network", "bond1", "B/s", 1, "Bond 1 send", "Network"),
        ("pif_aggr_tx", "network", "aggr", "B/s", 1, "All NICs send", ""),
        ("pif_eth0.12_tx", "network", "eth0.12", "B/s", 1, "VLAN 12 on NIC 0 send", ""),
        ("vbd_xvda_read", "disk", "xvda", "B/s", 1, "Disk 0 read", "Disk"),
        ("vbd_xvdc_iops_total", "disk", "xvdc", "/s", 1, "Disk 2 total requests", ""),
        ("vbd_hdaa_io_throughput_write", "disk", "hdaa", "B/s", 2**20, "Disk 26 write throughput", ""),
        ("vbd_xvda_read_latency", "disk", "xvda", "s", 1e-6, "Disk 0 read latency", ""),
        (f"io_throughput_total_{SR}", "storage", SR, "B/s", 2**20, f"Storage {SR} total throughput", ""),
        (f"write_{SR}", "storage", SR, "B/s", 1, f"Storage {SR} write", ""),
        (f"read_latency_{SR}", "storage", SR, "s", 1e-6, f"Storage {SR} read latency", ""),
        (f"sr_{SR}-0000-4000-8000-000000000000_cache_hits", "storage", SR, "/s", 1, f"Storage {SR} cache hits", ""),
        ("loadavg", "load", "", "", 1, "Control domain load", ""),
        ("never seen {x}", "other", "", "", 1, "never seen {x}", ""),
    ],
)
def test_a_name_tells_what_it_measures(name, family, device, unit, scale, title, graph) -> None:
    source = describe(name)
    assert (source.family, source.device, source.unit, source.title, source.graph) == (
        family,
        device,
        unit,
        title,
        graph,
    )
    assert source.scale == pytest.approx(scale)


def test_devices_are_called_as_the_user_knows_them() -> None:
    labels = {"vif_0": "Office {LAN}", SR: "Fast disks"}
    assert describe("vif_0_rx", labels).title == "Office {LAN} receive"
    assert describe(f"iops_read_{SR}", labels).title == "Fast disks read requests"


def test_units_the_server_declares_decide() -> None:
    assert (describe("new_thing", units="KiB").unit, describe("new_thing", units="KiB").scale) == ("B", 1024)
    assert describe("gpu_temperature_0", units="Centigrade").unit == "°C"


def test_cpu_load_is_the_mean_of_the_cpus_an_object_has() -> None:
    values = {"cpu0": 0.25, "cpu1": 0.75, "cpu2": 1.0, "cpu_usage": 0.9}
    assert latest.cpu_load_fraction(values, 2) == 0.5
    assert latest.cpu_load_fraction({"cpu_usage": 0.9}, 2) == 0.9
    assert latest.cpu_load_fraction({}, 2) is None


def test_memory_use_is_unknown_without_guest_tools() -> None:
    assert latest.memory_used_bytes({"memory": 4096.0}) is None
    assert latest.memory_total_bytes({"memory": 4096.0}) == 4096
    assert latest.memory_used_bytes({"memory": 4096.0, "memory_internal_free": 1.0}) == 3072
    assert latest.memory_used_bytes({"memory_total_kib": 4.0, "memory_free_kib": 1.0}) == 3072
    assert latest.memory_total_bytes({}) is None


def test_network_counts_both_directions_and_no_disk() -> None:
    values = {"vif_0_rx": 1.0, "vif_0_tx": 2.0, "vif_1_tx": 4.0, "vif_0_rx_errors": 99.0, "vbd_xvda_write": 99.0}
    assert latest.network_rates_bytes_per_s(values) == {"vif_0": 3, "vif_1": 4}
    assert latest.network_bytes_per_s(values) == 7
    assert latest.network_bytes_per_s({"vbd_xvda_write": 1.0}) is None


def test_a_host_counts_its_nics_once() -> None:
    nics = {"pif_eth0_rx": 1.0, "pif_eth1_tx": 2.0, "pif_bond0_rx": 1.0, "pif_bond0_tx": 2.0}
    assert latest.network_bytes_per_s(nics) == 3
    assert latest.network_bytes_per_s(nics | {"pif_aggr_rx": 5.0, "pif_aggr_tx": 6.0}) == 11


def test_disk_traffic_leaves_requests_and_latencies_out() -> None:
    vm = {"vbd_xvda_read": 1.0, "vbd_xvda_write": 2.0, "vbd_xvda_iops_read": 99.0, "vbd_xvda_io_throughput_read": 99.0}
    assert latest.disk_rates_bytes_per_s(vm) == {"vbd_xvda": 3}
    host = {f"io_throughput_read_{SR}": 1.0, f"io_throughput_write_{SR}": 2.0, f"io_throughput_total_{SR}": 3.0}
    assert latest.disk_bytes_per_s(host) == 3 * 2**20
    assert latest.disk_bytes_per_s({f"read_{SR}": 5.0, f"read_latency_{SR}": 99.0}) == 5
    assert latest.disk_bytes_per_s({}) is None


GIB = 2**30


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (quantities.format_bytes(0), "0 B"),
        (quantities.format_bytes(512), "512 B"),
        (quantities.format_bytes(1.5 * GIB), "1.5 GiB"),
        (quantities.format_bytes(99.9 * GIB), "99.9 GiB"),
        (quantities.format_bytes(99.96 * GIB), "100 GiB"),
        (quantities.format_bytes(1023.9 * 2**20), "1.0 GiB"),
        (quantities.format_bytes(640 * 2**20), "640 MiB"),
        (quantities.format_bytes(2048 * GIB), "2.0 TiB"),
        (quantities.format_bytes(None), "–"),
        (quantities.format_bytes(math.nan), "–"),
        (quantities.format_rate(0), "0 kB/s"),
        (quantities.format_rate(300), "0.3 kB/s"),
        (quantities.format_rate(12_500_000), "12.5 MB/s"),
        (quantities.format_rate(999_700), "1.0 MB/s"),
        (quantities.format_rate(None), "–"),
        (quantities.format_percent(0), "0 %"),
        (quantities.format_percent(0.034), "3.4 %"),
        (quantities.format_percent(0.0996), "10 %"),
        (quantities.format_percent(1), "100 %"),
        (quantities.format_percent(None), "–"),
        (quantities.format_cpu_load(0.123, 4), "12 % of 4 CPUs"),
        (quantities.format_cpu_load(0.123, 1), "12 % of 1 CPU"),
        (quantities.format_cpu_load(None, 1), "–"),
        (quantities.format_used_of(3 * GIB, 8 * GIB), "3.0 GiB of 8.0 GiB"),
        (quantities.format_used_of(None, 8 * GIB), "– of 8.0 GiB"),
        (quantities.format_used_of(None, None), "–"),
        (quantities.format_latency(0.00025), "250 µs"),
        (quantities.format_latency(1.2), "1.2 s"),
        (quantities.format_span(59), "59 seconds"),
        (quantities.format_span(60), "1 minute"),
        (quantities.format_span(3_660), "1 hour 1 minute"),
        (quantities.format_span(DAY_S), "1 day"),
        (quantities.format_duration(21), "0:21"),
        (quantities.format_duration(3_599.9), "59:59"),
        (quantities.format_duration(15_120), "4 h 12 min"),
        (quantities.format_duration(DAY_S), "1 day"),
        (quantities.format_duration(3.5 * DAY_S), "3 days"),
        (quantities.format_duration(-5), "0:00"),
        (quantities.format_duration(None), "–"),
        (quantities.format_ago(5), "just now"),
        (quantities.format_ago(185), "3 min ago"),
        (quantities.format_ago(7_300), "2 h ago"),
        (quantities.format_ago(DAY_S), "1 day ago"),
        (quantities.format_value(0.5, "fraction"), "50 %"),
        (quantities.format_value(2048, "B"), "2.0 KiB"),
        (quantities.format_value(1500, "B/s"), "1.5 kB/s"),
        (quantities.format_value(0.001, "s"), "1.0 ms"),
        (quantities.format_value(12, "/s"), "12.0 /s"),
        (quantities.format_value(2_500, ""), "2.5 k"),
        (quantities.format_value(2_500, "/s"), "2.5 k/s"),
        (quantities.format_value(2_500, "MHz"), "2500 MHz"),
        (quantities.format_value(3.5, "W"), "3.5 W"),
        (quantities.format_value(None, "W"), "–"),
    ],
)
def test_numbers_are_told_in_words_that_carry_their_unit(told: str, words: str) -> None:
    assert told == words


@pytest.mark.parametrize(
    ("reach_s", "step_s"),
    [
        (600, 5),
        (601, 60),
        (3_600, 60),
        (7_200, 60),
        (DAY_S, 3_600),
        (7 * DAY_S, 3_600),
        (30 * DAY_S, 86_400),
        (366 * DAY_S, 86_400),
        (3_660 * DAY_S, 86_400),
    ],
)
def test_the_finest_archive_that_reaches_back_is_chosen(reach_s: int, step_s: int) -> None:
    assert step_for(0, reach_s) == step_s


def test_a_request_starts_strictly_inside_the_archive_it_is_after() -> None:
    now_s = 1_700_000_000
    assert request_for(now_s - 600, now_s) == Request(now_s - 595, 5)
    assert request_for(now_s - 60, now_s) == Request(now_s - 60, 5)
    assert request_for(now_s - 7_200, now_s) == Request(now_s - 7_140, 60)
    assert request_for(0, now_s) == Request(now_s - 365 * DAY_S, 86_400)
