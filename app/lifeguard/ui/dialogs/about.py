"""What this program is, and which versions of what it runs on: the first thing anybody asks who is asked for help."""

from __future__ import annotations

import platform
import ssl

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QWidget

from lifeguard import __version__
from lifeguard.ui.dialogs.form import Form
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.theme import Theme

_WHAT = "A console for XenServer and XCP-ng pools. Free software under the MIT licence."


def open_about(theme: Theme, parent: QWidget) -> None:
    """Show it over the window; it goes when it is closed."""
    dialog = Form("about", "About Lifeguard", f"Lifeguard {__version__}", "Close", Glyph("pool"), theme, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.leave.hide()
    dialog.say(_WHAT)
    dialog.say(f"Python {platform.python_version()} · Qt {qVersion()} · {ssl.OPENSSL_VERSION}\n{platform.platform()}")
    dialog.open()
