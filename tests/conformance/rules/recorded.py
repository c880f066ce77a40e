"""Recorded verdicts: the databases they were given on, their tables, and rows that agree or not."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError
from lifeguard.sim.store import load
from tests.support import shared_glob

Row = dict[str, Any]
Verdict = tuple[str | None, tuple[str, ...]]

DATABASES = shared_glob("golden/rules/*")


def database(folder: Path) -> Database:
    return load((folder / "db-after-upgrade.xml").read_bytes(), random.Random(1))


def table(folder: Path, name: str) -> list[Row]:
    path = folder / f"{name}.json"
    return list(json.loads(path.read_text())) if path.exists() else []


def recorded(row: Row) -> Verdict:
    """Error code and parameters a row tells of; no code when the call was accepted."""
    return row["error"], tuple(row["params"])


def verdict(error: ApiError | None) -> Verdict:
    return (None, ()) if error is None else (error.code, error.params)


def verdict_of(call: Callable[[], object]) -> Verdict:
    try:
        call()
    except ApiError as error:
        return verdict(error)
    return (None, ())


@dataclass(slots=True)
class Score:
    """Counts rows and keeps what differs."""

    rows: int = 0
    differences: list[str] = field(default_factory=list)

    def compare(self, what: object, ours: object, theirs: object) -> None:
        self.rows += 1
        if ours != theirs:
            self.differences.append(f"{what}: simulator {ours!r}, server {theirs!r}")

    def report(self) -> str:
        return f"{self.rows - len(self.differences)} of {self.rows} agree\n" + "\n".join(self.differences[:20])

    def assert_all(self) -> None:
        print(self.report())
        assert not self.differences, self.report()
