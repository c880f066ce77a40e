"""What is busy pulses while it is in sight, and keeps still where the system asks for stillness."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QProxyStyle, QStyle, QTreeView

from lifeguard.tree.node import ROOT, Inserted, Node
from lifeguard.ui.theme import Theme
from lifeguard.ui.tree.delegate import RowDelegate
from lifeguard.ui.tree.model import TreeModel


class Still(QProxyStyle):
    """As a style is when the user has asked for reduced motion."""

    def styleHint(self, hint, option=None, widget=None, returnData=None):
        return 0 if hint == QStyle.StyleHint.SH_Widget_Animation_Duration else super().styleHint(hint, option, widget)


async def test_a_busy_row_is_drawn_again_and_again_and_a_quiet_one_is_not(application: QApplication) -> None:
    assert len(await _pictures(application, "busy")) > 2
    assert len(await _pictures(application, "running")) == 1


async def test_reduced_motion_is_honoured(application: QApplication) -> None:
    assert len(await _pictures(application, "busy", is_still=True)) == 1


async def _pictures(application: QApplication, state: str, *, is_still: bool = False) -> set[bytes]:
    """The different pictures of a tree with one VM in this state, during half a second."""
    theme = Theme(application, "light")
    view = QTreeView()
    style = Still()
    if is_still:
        view.setStyle(style)
    model = TreeModel(theme, view)
    view.setModel(model)
    view.setItemDelegate(RowDelegate(theme, view))
    model.take([Inserted(ROOT, 0, Node((*ROOT, "vm"), "vm", None, "web-01", state, "", ""))])
    view.show()
    seen = set()
    for _ in range(6):
        await asyncio.sleep(0.1)
        picture = view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        seen.add(bytes(picture.constBits()))
    is_beating = any(timer.isActive() for timer in view.findChildren(QTimer))
    assert is_beating == (state == "busy" and not is_still)
    view.close()
    view.deleteLater()
    theme.close()
    return seen
