"""The look in one place: palette and icons, following the system's light or dark at once.

There is no style sheet: with one, widgets take no colours from those that hold them, and all painting costs more.
"""

from __future__ import annotations

import sys
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QGuiApplication, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QStyleFactory, QToolTip, QWidget

from lifeguard.assets import asset
from lifeguard.observe import Signal
from lifeguard.ui.draw import draw_glyph
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.tokens import SCHEMES, Scheme, Token, Tokens, read_tokens

_HALF_ICON = 8
"""Icons are drawn on a grid of 16: in steps of half of it their lines stay crisp."""
_ROLES: tuple[tuple[QPalette.ColorRole, Token], ...] = (
    (QPalette.ColorRole.Window, "surface"),
    (QPalette.ColorRole.WindowText, "text"),
    (QPalette.ColorRole.Base, "surface-raised"),
    (QPalette.ColorRole.AlternateBase, "surface"),
    (QPalette.ColorRole.Text, "text"),
    (QPalette.ColorRole.PlaceholderText, "text-quiet"),
    (QPalette.ColorRole.Button, "surface"),
    (QPalette.ColorRole.ButtonText, "text"),
    (QPalette.ColorRole.BrightText, "bad"),
    (QPalette.ColorRole.ToolTipBase, "surface-raised"),
    (QPalette.ColorRole.ToolTipText, "text"),
    (QPalette.ColorRole.Highlight, "accent"),
    (QPalette.ColorRole.HighlightedText, "text-on-accent"),
    (QPalette.ColorRole.Link, "accent"),
    (QPalette.ColorRole.LinkVisited, "accent"),
    (QPalette.ColorRole.Accent, "accent"),
    (QPalette.ColorRole.Light, "surface-raised"),
    (QPalette.ColorRole.Midlight, "line"),
    (QPalette.ColorRole.Mid, "line"),
    (QPalette.ColorRole.Dark, "off"),
    (QPalette.ColorRole.Shadow, "off"),
)
_DISABLED = (
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Text,
    QPalette.ColorRole.ButtonText,
)


class Theme:
    """`changed` tells the new scheme after palette and icons are in place; whoever keeps pictures asks again then.
    `icon_side` is that of all icons beside text."""

    def __init__(self, application: QApplication, forced: Scheme | None = None) -> None:
        self.changed: Signal[Scheme] = Signal()
        self.icon_side = icon_side()
        self._application = application
        self._tokens = {scheme: read_tokens(scheme) for scheme in SCHEMES}
        self._scheme: Scheme = "light"
        self._forced = forced
        self._icons: dict[tuple[Scheme, Glyph], QIcon] = {}
        self._pixmaps: dict[tuple[Scheme, Glyph, int, float], QPixmap] = {}
        if sys.platform not in ("win32", "darwin"):
            application.setStyle(QStyleFactory.create("Fusion"))
        application.setWindowIcon(QIcon(str(asset("icons/lifeguard.svg"))))
        hints = QGuiApplication.styleHints()
        self._disconnect = partial(hints.colorSchemeChanged.disconnect, self._follow)
        hints.colorSchemeChanged.connect(self._follow)
        self._follow()

    def close(self) -> None:
        self._disconnect()

    @property
    def tokens(self) -> Tokens:
        return self._tokens[self._scheme]

    def force(self, scheme: Scheme | None) -> None:
        """Keep to one scheme whatever the system says; None follows the system again."""
        self._forced = scheme
        self._follow()

    def colour(self, token: Token) -> QColor:
        return QColor(self.tokens.colours[token])

    def series(self, index: int) -> QColor:
        """The colour of the series with this fixed number; they repeat after ten."""
        return QColor(self.tokens.series[index % len(self.tokens.series)])

    def icon(self, glyph: Glyph) -> QIcon:
        """The glyph as an icon: plain, disabled (quiet) and selected (on the accent colour), at 1x to 3x."""
        known = self._icons.get((self._scheme, glyph))
        if known is None:
            known = self._icons[self._scheme, glyph] = self._drawn(glyph)
        return known

    def pixmap(self, glyph: Glyph, side: int, scale: float) -> QPixmap:
        known = self._pixmaps.get((self._scheme, glyph, side, scale))
        if known is None:
            known = self._pixmaps[self._scheme, glyph, side, scale] = draw_glyph(glyph, self.tokens, side, scale)
        return known

    def dim(self, widget: QWidget, is_dim: bool) -> None:
        """Draw a part of the window quietly, or as ever: what it shows is no longer known to be so."""
        palette = QPalette(self._application.palette())
        if is_dim:
            for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText):
                palette.setColor(QPalette.ColorGroup.All, role, self.colour("text-quiet"))
        widget.setPalette(palette if is_dim else QPalette())

    def _drawn(self, glyph: Glyph) -> QIcon:
        icon = QIcon()
        modes: tuple[tuple[QIcon.Mode, Token | None], ...] = (
            (QIcon.Mode.Normal, None),
            (QIcon.Mode.Disabled, "off"),
            (QIcon.Mode.Selected, "text-on-accent"),
        )
        for mode, token in modes:
            for scale in (1.0, 1.5, 2.0, 3.0):
                icon.addPixmap(draw_glyph(glyph, self.tokens, self.icon_side, scale, token), mode)
        return icon

    def _follow(self, _: Qt.ColorScheme = Qt.ColorScheme.Unknown) -> None:
        system_is_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        self._scheme = self._forced or ("dark" if system_is_dark else "light")
        palette = self._palette()
        self._application.setPalette(palette)
        QToolTip.setPalette(palette)
        self.changed.emit(self._scheme)

    def _palette(self) -> QPalette:
        palette = QPalette()
        for role, token in _ROLES:
            palette.setColor(role, self.colour(token))
        for role in _DISABLED:
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.colour("off"))
        return palette


def fixed_font() -> QFont:
    """The face for what is compared letter by letter, as large as all other text."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(QApplication.font().pointSizeF())
    return font


def icon_side() -> int:
    """How large icons are beside text of this desktop's size: 16 as a rule, 32 where that is twice as large."""
    line = QFontMetrics(QApplication.font()).height()
    return _HALF_ICON * max(2, round(line / _HALF_ICON))


def icon_size() -> QSize:
    return QSize(icon_side(), icon_side())
