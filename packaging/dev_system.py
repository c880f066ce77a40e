"""What the operating system must provide: found out by trying, installed where that is allowed, else named exactly."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from dev_console import SetupError, attempt, step

_QT_PACKAGES = (
    "fontconfig fonts-dejavu-core libdbus-1-3 libegl1 libfontconfig1 libfreetype6 libgl1 libglib2.0-0 libopengl0 "
    "libx11-xcb1 libxkbcommon0 libxkbcommon-x11-0 libxcb-cursor0 libxcb-glx0 libxcb-icccm4 libxcb-image0 "
    "libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-render0 libxcb-shape0 libxcb-shm0 libxcb-sync1 "
    "libxcb-xfixes0 libxcb-xinerama0 libxcb-xkb1"
).split()

# Program or file -> the package that brings it: a screen in memory, real mouse and keyboard, focus, pictures of the
# screen, and what programs tell screen readers.
_SCREEN_TOOLS = {
    "Xvfb": "xvfb",
    "xdotool": "xdotool",
    "openbox": "openbox",
    "scrot": "scrot",
    "dbus-daemon": "dbus-daemon",
    "/usr/share/dbus-1/services/org.a11y.Bus.service": "at-spi2-core",
}

_TRY_QT = """
import ctypes, pathlib, sys, PySide6
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication
application = QApplication([])
if sys.platform == "linux":
    plugins = pathlib.Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms"
    ctypes.CDLL(str(plugins / "libqxcb.so"))
raise SystemExit(0 if QFontDatabase.families() else "Qt finds no fonts.")
"""


def ensure_qt(python: Path) -> None:
    """See to it that Qt starts without a screen, finds fonts, and could open a window on X11.

    A success is remembered in the environment, for this machine: trying takes half a second.
    """
    memory, here = python.parent.parent / "lifeguard-qt-starts", _machine()
    if memory.exists() and memory.read_text() == here:
        return
    if qt_trouble(python, "offscreen") is not None:
        if sys.platform == "linux":
            install(_QT_PACKAGES, "Qt")
        if trouble := qt_trouble(python, "offscreen"):
            raise SetupError(f"Qt does not start:\n{trouble}")
    memory.write_text(here)


def ensure_screen_tools() -> None:
    """See to it that tests can have a screen of their own, with real mouse and keyboard events."""
    missing = [package for tool, package in _SCREEN_TOOLS.items() if not (shutil.which(tool) or Path(tool).exists())]
    if missing and sys.platform == "linux":
        install(missing, "tests with real mouse events")


def qt_trouble(python: Path, platform_plugin: str | None) -> str | None:
    """What Qt says when it does not start, or None. Without a plugin named, it takes the one of this desktop."""
    env = dict(os.environ) if platform_plugin is None else {**os.environ, "QT_QPA_PLATFORM": platform_plugin}
    tried = attempt([python, "-c", _TRY_QT], env)
    return tried.stdout.strip() or f"exit status {tried.returncode}" if tried.returncode else None


def display_trouble(python: Path) -> str | None:
    """Why no window can be shown here, or None when one can."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return "There is no display here"
    return "The display cannot be opened" if qt_trouble(python, None) else None


def install(packages: Sequence[str], purpose: str) -> None:
    """Install packages of Debian or Ubuntu. Raises SetupError with the exact command when this user may not."""
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if shutil.which("apt-get") is None:
        names = " ".join(packages)
        raise SetupError(f"Missing for {purpose}, under the names Debian gives them: {names}. Install them, run again.")
    prefix = _root_prefix()
    if prefix is None:
        raise SetupError(f"Missing for {purpose}. Run this, then run again:\n\n    sudo {' '.join(command)}\n")
    with step(f"Installing what is missing for {purpose}: {' '.join(packages)}"):
        if attempt([*prefix, *command]).returncode:
            attempt([*prefix, "apt-get", "update"])
            done = attempt([*prefix, *command])
            if done.returncode:
                raise SetupError(f"{done.stdout.strip()}\nThis failed: {' '.join(command)}")


def _root_prefix() -> list[str] | None:
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive"]
    if os.geteuid() == 0:
        return quiet
    if shutil.which("sudo") and attempt(["sudo", "-n", "true"]).returncode == 0:
        return ["sudo", "-n", *quiet]
    return None


def _machine() -> str:
    release = Path("/etc/os-release")
    return f"{platform.node()} {platform.platform()}\n{release.read_text() if release.exists() else ''}"
