"""Drawing glyphs: SVG shapes in the colours of a theme, sharp at every scale factor."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap
from PySide6.QtSvg import QSvgRenderer

from lifeguard.assets import asset
from lifeguard.ui.glyph import Badge, Glyph
from lifeguard.ui.tokens import Token, Tokens

_GRID = 16.0
_CORNER = QRectF(6.6, 6.6, 10.4, 10.4)
_RISE = 7.6
"""How much higher a badge on the upper corner is."""
_STRIKE = (QPointF(2.25, 13.75), QPointF(13.75, 2.25))
_STRIKE_GAP = 3.4


def draw_glyph(glyph: Glyph, tokens: Tokens, side: int, scale: float, token: Token | None = None) -> QPixmap:
    """The glyph on a transparent square of `side` device-independent pixels; `token` overrules its own colour."""
    extent = max(1, round(side * scale))
    image = QImage(QSize(extent, extent), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(extent / _GRID, extent / _GRID)
    _paint(painter, glyph.shape, tokens.colours[token or glyph.token], "none")
    for badge, rise in ((glyph.above, _RISE), (glyph.badge, 0.0)):
        if badge is not None:
            painter.save()
            painter.translate(0, 0 if badge.shape == "badge-strike" else -rise)
            _cut_out(painter, badge)
            _paint(painter, badge.shape, tokens.colours[token or badge.token], tokens.colours["surface-raised"])
            painter.restore()
    painter.end()
    pixmap = QPixmap.fromImage(image)
    pixmap.setDevicePixelRatio(scale)
    return pixmap


def _paint(painter: QPainter, shape: str, colour: str, cutout: str) -> None:
    source = asset(f"icons/{shape}.svg").read_text("utf-8")
    renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).replace("cutout", cutout).encode()))
    renderer.render(painter, QRectF(0, 0, _GRID, _GRID))


def _cut_out(painter: QPainter, badge: Badge) -> None:
    """Clear a rim around the badge, so that it reads as a shape of its own and not as a smudge of the glyph."""
    painter.save()
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    if badge.shape == "badge-strike":
        painter.setPen(QPen(QColor(Qt.GlobalColor.black), _STRIKE_GAP))
        painter.drawLine(*_STRIKE)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(Qt.GlobalColor.black))
        painter.drawEllipse(_CORNER)
    painter.restore()
