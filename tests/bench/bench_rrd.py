"""How long RRD documents take to decode, beside the plain ElementTree way.

Run: PYTHONPATH=app python tests/bench/bench_rrd.py
"""

import gc
import json
import math
import time
from collections.abc import Callable
from xml.etree import ElementTree

import numpy as np

from lifeguard.metrics.store import SeriesStore
from lifeguard.metrics.updates import decode_updates, iter_updates

ROWS, OWNERS, NAMES, STEP_S, NEWEST_S = 120, 200, 15, 5, 1_700_000_000


def table() -> tuple[list[str], list[tuple[int, list[str]]]]:
    legend = [f"AVERAGE:vm:{i:08x}-0000-4000-8000-000000000000:source_{j}" for i in range(OWNERS) for j in range(NAMES)]
    random = np.random.default_rng(1)
    numbers = random.random((ROWS, len(legend))) * 10.0 ** random.integers(0, 9, (ROWS, len(legend)))
    numbers[random.random(numbers.shape) < 0.2] = np.nan
    rows = [["NaN" if math.isnan(x) else f"{x:.4f}" for x in row] for row in numbers.tolist()]
    return legend, [(NEWEST_S - STEP_S * i, row) for i, row in enumerate(rows)]


def documents() -> dict[str, bytes]:
    legend, rows = table()
    scalars = {"start": rows[-1][0], "step": STEP_S, "end": NEWEST_S, "rows": ROWS, "columns": len(legend)}
    bare = ",".join(f"{key}:{value}" for key, value in scalars.items())
    loose_rows = ",".join(f"{{t:{t},values:[{','.join(row)}]}}" for t, row in rows)
    meta = {**scalars, "legend": legend}
    texts = {key: str(value) for key, value in scalars.items()}
    return {
        "XML": (
            f"<xport><meta>{''.join(f'<{k}>{v}</{k}>' for k, v in scalars.items())}"
            f"<legend>{''.join(f'<entry>{e}</entry>' for e in legend)}</legend></meta><data>"
            + "".join(f"<row><t>{t}</t>{''.join(f'<v>{v}</v>' for v in row)}</row>" for t, row in rows)
            + "</data></xport>"
        ).encode(),
        "JSON, bare keys and NaN": f"{{meta:{{{bare},legend:{json.dumps(legend)}}},data:[{loose_rows}]}}".encode(),
        "JSON, numbers": json.dumps(
            {"meta": meta, "data": [{"t": t, "values": [float(v) for v in row]} for t, row in rows]}
        ).encode(),
        "JSON, strings": json.dumps(
            {"meta": {**texts, "legend": legend}, "data": [{"t": str(t), "values": row} for t, row in rows]}
        ).encode(),
    }


def with_element_tree(body: bytes) -> object:
    root = ElementTree.fromstring(body)
    legend = [entry.text for entry in root.findall("meta/legend/entry")]
    rows = [[float(v.text or "nan") for v in row.findall("v")] for row in root.findall("data/row")]
    return legend, np.array(rows)


def best_ms(work: Callable[[], object], times: int = 7) -> float:
    best = math.inf
    for _ in range(times):
        gc.collect()
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best * 1000


def step_lengths_ms(body: bytes) -> list[float]:
    steps, lengths = iter_updates(body), []
    while True:
        began = time.perf_counter()
        try:
            next(steps)
        except StopIteration:
            return [*lengths, (time.perf_counter() - began) * 1000]
        lengths.append((time.perf_counter() - began) * 1000)


def longest_step_ms(body: bytes, times: int = 7) -> float:
    """The longest step, each step at its best of several runs, so that other work on the machine does not count."""
    return max(min(same) for same in zip(*(step_lengths_ms(body) for _ in range(times)), strict=True))


def main() -> None:
    bodies = documents()
    plain_ms = best_ms(lambda: with_element_tree(bodies["XML"]), times=3)
    print(f"rrd_updates, {ROWS} rows x {OWNERS * NAMES} columns")
    print(f"{'':26}{'MiB':>6}{'ms':>8}{'times faster':>14}{'longest step ms':>17}")
    print(f"{'ElementTree, XML':26}{len(bodies['XML']) / 2**20:>6.1f}{plain_ms:>8.1f}{1.0:>14.1f}{'':>17}")
    for name, body in bodies.items():
        took_ms = best_ms(lambda body=body: decode_updates(body))
        longest_ms = longest_step_ms(body)
        print(f"{name:26}{len(body) / 2**20:>6.1f}{took_ms:>8.1f}{plain_ms / took_ms:>14.1f}{longest_ms:>17.2f}")
    updates = decode_updates(bodies["XML"])
    store = SeriesStore()
    print(f"merge of all of it into an empty store: {best_ms(lambda: SeriesStore().merge(updates)):.1f} ms")
    store.merge(updates)
    print(f"merge again: {best_ms(lambda: store.merge(updates)):.1f} ms")


if __name__ == "__main__":
    main()
