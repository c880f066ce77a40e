"""A damaged database in the window: it opens as far as it goes, and says what was skipped."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QDialog, QLabel

from lifeguard.datamodel.records import Vm
from tests.gui.desk import empty_desk
from tests.support import until


async def test_what_was_skipped_is_listed_and_the_rest_is_there(application: QApplication) -> None:
    bad = "".join(f'<row ref="bad{number}" name__label="a < b"/>\n' for number in range(30))
    data = f'<database><table name="VM">\n<row ref="v" name__label="web"/>\n{bad}</table></database>'.encode()
    async with empty_desk(application) as seat:
        seat.desk.open_database("pool.xml", data)
        await until(lambda: seat.desk.window.findChild(QDialog, "told") is not None)
        dialog = seat.desk.window.findChild(QDialog, "told")
        texts = [label.text() for label in dialog.findChildren(QLabel)]
        assert "Some of pool.xml could not be read" in texts
        listed = next(text.splitlines() for text in texts if "left out" in text)
        assert listed[0] == "line 3, row of table VM was left out: it is not well-formed."
        assert (len(listed), listed[-1]) == (21, "… and 10 more of the kind.")
        assert [vm.name_label for vm in seat.pool.source.inventory.all(Vm)] == ["web"]
        dialog.reject()
        await until(seat.desk.is_loaded)
