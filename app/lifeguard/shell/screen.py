"""Whether there is a screen to open a window on; pictures are taken without one."""

from __future__ import annotations

import os
import sys

from lifeguard.shell.failure import CommandLineError


def has_screen() -> bool:
    """Windows and macOS always have one; elsewhere a display server says where it is."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def prepare_screen(*, is_picture: bool) -> None:
    """Draw off-screen where a picture is wanted and there is no screen. Raises CommandLineError for a window there."""
    if not has_screen():
        if not is_picture:
            raise CommandLineError("There is no display to open a window on; add --screenshot FILE to get a picture.")
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        # That platform complains of every window that it cannot place it.
        os.environ.setdefault("QT_LOGGING_RULES", "default.warning=false")
