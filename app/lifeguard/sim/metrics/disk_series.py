"""What disks report, for one VM's disk or a whole repository: everything follows from bytes read and written."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lifeguard.sim.metrics.recorded import Floats
from lifeguard.sim.metrics.table import Columns

_MIB = 1024.0**2
_BYTES_PER_REQUEST = 22_000.0


def add_disk(columns: Columns, name: Callable[[str], str], read: Floats, write: Floats) -> None:
    """Add all series of one disk; `name` makes the data source's name from a measure such as `iops_read`."""
    columns.add(name("read"), read, kind="DERIVE")
    columns.add(name("write"), write, kind="DERIVE")
    total = read + write
    for way, flow in (("read", read), ("write", write), ("total", total)):
        columns.add(name(f"iops_{way}"), flow / _BYTES_PER_REQUEST)
    for way, flow in (("read", read), ("write", write), ("total", total)):
        columns.add(name(f"io_throughput_{way}"), flow / _MIB, 4)
    waiting = np.sqrt(total / (40 * _MIB))
    columns.add(name("read_latency"), 240.0 + 900.0 * waiting, 1)
    columns.add(name("write_latency"), 310.0 + 1400.0 * waiting, 1)
    columns.add(name("latency"), 280.0 + 1150.0 * waiting, 1)
    columns.add(name("iowait"), np.minimum(0.9, 0.03 * waiting), 5)
    columns.add(name("inflight"), np.floor(3.0 * waiting), 0)
    columns.add(name("avgqu_sz"), 1.2 * waiting, 4)
