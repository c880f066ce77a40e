"""Waiting for a dialog without a loop of its own: it is opened, and a future tells how it was closed."""

from __future__ import annotations

import asyncio

from PySide6.QtWidgets import QDialog


async def answered(dialog: QDialog) -> bool:
    """Open the dialog and wait. True when it was accepted. Whoever stops waiting closes it."""
    closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def note(result: int) -> None:
        if not closed.done():
            closed.set_result(result)

    dialog.finished.connect(note)
    dialog.open()
    try:
        return await closed == QDialog.DialogCode.Accepted
    finally:
        dialog.finished.disconnect(note)
        dialog.close()
        dialog.deleteLater()
