"""The import contracts hold, and each of them would be broken by the import it is there to stop."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

_LINT = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]

_STRAYING = {
    "Floors": ("rules/__init__.py", "from lifeguard import commands"),
    "Floors (neighbours)": ("tree/__init__.py", "from lifeguard import search"),
    "Floors (every room has its place)": ("attic.py", "pass"),
    "Qt stays": ("link/__init__.py", "from PySide6 import QtCore"),
    "Subcommands": ("shell/tree.py", "from lifeguard import main"),
    "Pure rooms": ("metrics/__init__.py", "import socket"),
    "The door": ("ui/__init__.py", "from lifeguard import xapi"),
    "The simulator": ("sim/__init__.py", "from lifeguard import inventory"),
    "The window": ("ui/__init__.py", "import aiohttp"),
    "No two siblings": ("shell/failure.py", "from lifeguard.shell import demo"),
}


def test_the_contracts_hold() -> None:
    done = _lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("contract", _STRAYING)
def test_a_straying_import_breaks_its_contract(contract: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    where, what = _STRAYING[contract]
    with (tmp_path / "app" / "lifeguard" / where).open("a") as module:
        module.write(f"\n{what}\n")
    broken = [line for line in _lint(tmp_path).stdout.splitlines() if line.endswith("BROKEN")]
    assert any(line.startswith(contract.partition(" (")[0]) for line in broken), broken


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(folder / "app"), "COLUMNS": "300"}
    return subprocess.run(_LINT, cwd=folder, env=env, capture_output=True, text=True, check=False)
