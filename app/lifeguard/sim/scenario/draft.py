"""The tables of a site while they are written, and what chance and time they draw on."""

from __future__ import annotations

import random
import uuid
from typing import Any

from lifeguard.datamodel.dump import Row, Tables
from lifeguard.datamodel.tables import CLASSES
from lifeguard.sim import dates
from lifeguard.sim.scenario.plan import Plan

DAY_S = 86_400.0
GIB = 1024**3
MIB = 1024**2


class Draft:
    """Rows by class and ref. The same plan gives the same refs, uuids and values."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.rng = random.Random(plan.seed)
        self.tables: Tables = {name: {} for name in CLASSES}

    def add(self, table: str, **fields: Any) -> str:
        """Write a row with a new uuid; returns its ref."""
        ref = f"OpaqueRef:{self.uuid()}"
        self.tables[table][ref] = {"uuid": self.uuid(), **fields}
        return ref

    def row(self, table: str, ref: str) -> Row:
        return self.tables[table][ref]

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def mac(self) -> str:
        """A locally administered address."""
        return "02:" + ":".join(f"{self.rng.getrandbits(8):02x}" for _ in range(5))

    def ago(self, days: float) -> str:
        return dates.stamp(self.plan.now_s - days * DAY_S)

    def ago_s(self, days: float) -> int:
        return int(self.plan.now_s - days * DAY_S)

    def is_lucky(self, fraction: float) -> bool:
        return self.rng.random() < fraction
