"""The virtual environment of the checkout: `.venv`, made from the lock file, left alone while nothing changed."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import tempfile
import tomllib
from pathlib import Path

import dev_system
from dev_console import ROOT, SetupError, attempt, demand, step

HOME = ROOT / ".venv"
PYTHON = HOME / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCK = ROOT / "packaging" / "requirements.lock"
_STAMP = HOME / "lifeguard-stamp"
_PIP = ["-m", "pip", "--disable-pip-version-check", "--no-input"]
_LOCK_HEADER = """\
# Every package of the development environment, and of what the program needs to run, at one version each.
# Written by `python3 packaging/dev.py lock` with the oldest Python that is supported, whose set contains the others'.
"""


def ensure() -> Path:
    """Make the environment fit pyproject.toml and the lock file, unless it does. Returns its interpreter."""
    wanted = _fingerprint()
    if PYTHON.exists() and _STAMP.exists() and _STAMP.read_text() == wanted:
        return PYTHON
    if not _is_usable():
        with step("Making the virtual environment .venv"):
            _create(HOME)
    with step("Installing the packages of packaging/requirements.lock"):
        demand([PYTHON, *_PIP, "install", "--quiet", "-r", LOCK], "The packages could not be installed.")
    with step("Installing Lifeguard itself, editable"):
        demand(
            [PYTHON, *_PIP, "install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", ROOT],
            "Lifeguard itself could not be installed.",
        )
    _STAMP.write_text(wanted)
    return PYTHON


def write_lock() -> None:
    """Resolve what pyproject.toml asks for anew, in an environment that is thrown away, and write the lock file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    oldest = project["project"]["requires-python"].removeprefix(">=")
    if not platform.python_version().startswith(f"{oldest}."):
        raise SetupError(f"The lock is written with Python {oldest}, the oldest supported, so that it fits them all.")
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    with tempfile.TemporaryDirectory() as folder, step("Resolving"):
        report = Path(folder) / "report.json"
        _create(Path(folder) / "venv")
        python = Path(folder) / "venv" / PYTHON.relative_to(HOME)
        resolve: list[str | Path] = [*_PIP, "install", "--quiet", "--dry-run", "--ignore-installed", "--report", report]
        demand([python, *resolve, *wanted], "The requirements do not fit together.")
        resolved = [item["metadata"] for item in json.loads(report.read_text())["install"]]
    pins = sorted((f"{item['name']}=={item['version']}" for item in resolved), key=str.lower)
    LOCK.write_text(_LOCK_HEADER + "\n".join(pins) + "\n")


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for part in (LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), sys.version.encode(), str(ROOT).encode()):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def _is_usable() -> bool:
    """Whether the environment there runs, has pip, and belongs to a Python of the same feature version as this one."""
    version = attempt([PYTHON, "-c", "import pip, sys; print(*sys.version_info[:2])"])
    return version.returncode == 0 and version.stdout.split() == [str(part) for part in sys.version_info[:2]]


def _create(folder: Path) -> None:
    make: list[str | Path] = [sys.executable, "-m", "venv", "--clear", folder]
    if attempt(make).returncode:
        dev_system.install([f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"], "virtual environments")
        demand(make, "The virtual environment could not be made.")
