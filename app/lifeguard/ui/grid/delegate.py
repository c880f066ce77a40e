"""How a cell of the grid is drawn: text, a bar below it where there is a fraction, a copy mark beside an address."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QGuiApplication, QMouseEvent, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem, QToolTip, QWidget

from lifeguard.search.columns import Cell
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.grid.model import ADDRESS, GridModel
from lifeguard.ui.theme import Theme, fixed_font
from lifeguard.ui.tree.delegate import RowDelegate
from lifeguard.ui.tree.lettering import Lettering

_HIGH, _VERY_HIGH = 0.8, 0.9
_COPY, _COPY_SELECTED = Glyph("copy", "text-quiet"), Glyph("copy", "text-on-accent")
_GAP = 4
_SELECTED = QStyle.StateFlag.State_Selected.value
_LIT = _SELECTED | QStyle.StateFlag.State_MouseOver.value


@dataclass(frozen=True, slots=True)
class _Look:
    """What all cells of one picture share: asked for each of them, it would cost more than drawing them. Pairs are for
    rows that are not selected, and for those that are."""

    inks: tuple[QColor, QColor]
    marks: tuple[QPixmap, QPixmap]
    trough: QColor
    calm: QColor
    high: QColor
    very_high: QColor

    @staticmethod
    def of(viewport: QWidget, theme: Theme) -> _Look:
        palette, scale = viewport.palette(), viewport.devicePixelRatioF()
        return _Look(
            (palette.color(QPalette.ColorRole.Text), palette.color(QPalette.ColorRole.HighlightedText)),
            (theme.pixmap(_COPY, theme.icon_side, scale), theme.pixmap(_COPY_SELECTED, theme.icon_side, scale)),
            theme.colour("line"),
            theme.colour("accent"),
            theme.colour("warn"),
            theme.colour("bad"),
        )

    def of_fraction(self, fraction: float) -> QColor:
        """Amber and red only where somebody should look."""
        return self.very_high if fraction >= _VERY_HIGH else self.high if fraction >= _HIGH else self.calm


class CellDelegate(RowDelegate):
    def __init__(self, model: GridModel, theme: Theme, parent: QAbstractItemView) -> None:
        super().__init__(theme, parent, model)
        self._model = model
        self._colours = theme
        self._view = parent
        self._plain = Lettering(parent.font())
        self._fixed = Lettering(fixed_font())
        self._look = _Look.of(parent.viewport(), theme)

    def begin_painting(self) -> None:
        """The cells that are painted from now on are one picture."""
        viewport = self._view.viewport()
        self._look = _Look.of(viewport, self._colours)
        if self._plain.font != viewport.font():
            self._plain = Lettering(viewport.font())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Qt's own way asks the model for ten things about each cell, which costs more than a frame has."""
        if index.column() == 0:
            super().paint(painter, option, index)
            return
        shown, room, state = self._model.cell(index), option.rect, option.state.value
        is_selected = bool(state & _SELECTED)
        if state & _LIT:
            self._view.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, self._view)
        text = shown.brief or shown.text
        if text:
            painter.setPen(self._look.inks[is_selected])
            if self._model.is_fixed(index.column()):
                self._paint_fixed(
                    painter, room, text, self._look.marks[is_selected] if self._is_copyable(index, shown) else None
                )
            else:
                self._plain.draw(painter, room.adjusted(_GAP, 0, -_GAP, 0), text)
        if shown.fraction is not None:
            self._paint_bar(painter, room, shown.fraction, is_selected)

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """A click on the copy mark copies the first address, the one to connect to; it selects nothing."""
        is_click = event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent)
        if is_click and isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            shown = self._model.cell(index)
            if self._is_copyable(index, shown) and self._mark_place(option.rect).contains(event.position().toPoint()):
                first = shown.text.partition(",")[0]
                QGuiApplication.clipboard().setText(first)
                QToolTip.showText(event.globalPosition().toPoint(), f"{first} copied")
                return True
        return super().editorEvent(event, model, option, index)

    def _paint_fixed(self, painter: QPainter, room: QRect, text: str, mark: QPixmap | None) -> None:
        """The text no further than what the copy mark takes at the end."""
        painter.setFont(self._fixed.font)
        beside = self._colours.icon_side + 2 * _GAP if mark is not None else 0
        self._fixed.draw(painter, room.adjusted(_GAP, 0, -_GAP - beside, 0), text)
        painter.setFont(self._plain.font)
        if mark is not None:
            painter.drawPixmap(self._mark_place(room), mark)

    def _is_copyable(self, index: QModelIndex | QPersistentModelIndex, shown: Cell) -> bool:
        return self._model.columns[index.column()] == ADDRESS and bool(shown.text) and not shown.hint

    def _paint_bar(self, painter: QPainter, room: QRect, fraction: float, is_selected: bool) -> None:
        """A thin bar along the lower edge."""
        height = max(2, round(self._plain.height / 6))
        left, top, width = room.x() + _GAP, room.bottom() - height, room.width() - 3 * _GAP
        colour = self._look.inks[1] if is_selected else self._look.of_fraction(fraction)
        painter.fillRect(left, top, width, height, self._look.trough)
        painter.fillRect(left, top, round(width * min(max(fraction, 0.0), 1.0)), height, colour)

    def _mark_place(self, rect: QRect) -> QRect:
        side = self._colours.icon_side
        return QRect(rect.right() - side - 2 * _GAP, rect.center().y() - side // 2, side, side)
