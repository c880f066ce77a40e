"""The screen the other end-to-end tests drive: clicks, keys and drags arrive in a real window, and pictures show it."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process

from tests.support.display import Point, Screen

_TIMEOUT_S = 20.0

# A window with a field, a source of drags and a target, that tells what happens to it, one JSON value a line.
_PROGRAM = """
import json
from PySide6.QtCore import QTimer, QPoint
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListWidget, QVBoxLayout, QWidget

def tell(*what):
    print(json.dumps(what), flush=True)

class Target(QLabel):
    def dragEnterEvent(self, event):
        event.acceptProposedAction()
    def dropEvent(self, event):
        event.acceptProposedAction()
        tell("dropped", event.source().currentItem().text())

application = QApplication([])
window, column = QWidget(windowTitle="On trial"), QVBoxLayout()
field, source, target = QLineEdit(), QListWidget(dragEnabled=True), Target("here")
target.setAcceptDrops(True)
source.addItem("web-01")
field.returnPressed.connect(lambda: tell("typed", field.text()))
for part in (field, source, target):
    column.addWidget(part)
window.setLayout(column)
window.show()

def middle(part, y=None):
    at = part.mapToGlobal(QPoint(40, part.height() // 2 if y is None else y))
    return at.x(), at.y()

QTimer.singleShot(700, lambda: tell(middle(field), middle(source, 12), middle(target)))
application.exec()
"""


async def test_real_keys_and_a_real_drag_arrive_and_are_pictured(screen: Screen) -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PROGRAM, env=screen.environment, stdout=PIPE, stderr=PIPE
    )
    try:
        field, source, target = map(_point, await _told(program))
        await screen.click(field)
        await screen.type("10.0.0.7")
        await screen.key("Return")
        assert await _told(program) == ["typed", "10.0.0.7"]
        await screen.drag(source, target)
        assert await _told(program) == ["dropped", "web-01"]
        assert await screen.windows("On trial")
        picture = await screen.picture("screen-on-trial")
    finally:
        program.terminate()
        await program.communicate()
    assert picture.read_bytes()[16:24] == (1440).to_bytes(4) + (900).to_bytes(4)


async def _told(program: Process) -> list[object]:
    assert program.stdout is not None
    line = await asyncio.wait_for(program.stdout.readline(), _TIMEOUT_S)
    return list(json.loads(line))


def _point(value: object) -> Point:
    assert isinstance(value, list)
    return int(value[0]), int(value[1])
