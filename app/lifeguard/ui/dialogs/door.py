"""The `Gate` of the window: what only a person can decide on the way in, asked by dialogs, one at a time."""

from __future__ import annotations

import asyncio

from PySide6.QtWidgets import QWidget

from lifeguard.link.gate import CertificateFacts, Credentials
from lifeguard.ui.dialogs.answer import answered
from lifeguard.ui.dialogs.connect import LoginDialog
from lifeguard.ui.dialogs.trust import TrustDialog
from lifeguard.ui.theme import Theme


class DialogGate:
    """`parent` is set once the window is there."""

    def __init__(self, theme: Theme) -> None:
        self.parent: QWidget | None = None
        self._theme = theme
        self._turn = asyncio.Lock()

    async def trust(self, facts: CertificateFacts, known: CertificateFacts | None) -> bool:
        async with self._turn:
            return await answered(TrustDialog(facts, known, self._theme, self.parent))

    async def credentials(self, address: str, user: str, reason: str) -> Credentials | None:
        async with self._turn:
            dialog = LoginDialog(self._theme, self.parent, address, user, reason)
            if not await answered(dialog):
                return None
            return Credentials(dialog.user, dialog.password)
