"""npm's client for these servers, installed once where node can find it, for the tests that let others' software in."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_PACKAGE = "xen-api@4.7.6"
_CACHE = Path(__file__).parents[2] / ".cache" / "npm"
_INSTALL_S = 90.0


def npm_client() -> Path:
    """A folder, kept from run to run, whose `node_modules` hold the client. Skips the test, saying why, without node,
    or without a registry when it was never installed; LIFEGUARD_NO_NPM in the environment says not to try."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("needs node and npm")
    folder = _CACHE / _PACKAGE
    if not (folder / "node_modules" / "xen-api" / "package.json").exists():
        if os.environ.get("LIFEGUARD_NO_NPM"):
            pytest.skip(f"{_PACKAGE} is not installed, and LIFEGUARD_NO_NPM says not to")
        _install(folder)
    return folder


def _install(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), _PACKAGE]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_INSTALL_S)
    except (OSError, subprocess.SubprocessError):
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"npm could not install {_PACKAGE}")
