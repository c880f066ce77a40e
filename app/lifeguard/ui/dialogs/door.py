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
        self._users: dict[str, str] = {}
        self._remembered: dict[str, str] = {}

    async def trust(self, facts: CertificateFacts, known: CertificateFacts | None) -> bool:
        async with self._turn:
            return await answered(TrustDialog(facts, known, self._theme, self.parent))

    async def credentials(self, address: str, user: str, reason: str) -> Credentials | None:
        async with self._turn:
            dialog = LoginDialog(self._theme, self.parent, address, user, reason)
            if not await answered(dialog):
                return None
            self._users[address] = dialog.user
            if dialog.remembers:
                self._remembered[address] = dialog.password
            return Credentials(dialog.user, dialog.password)

    def take_user(self, address: str) -> str | None:
        """Whom the person named when last asked for this address."""
        return self._users.pop(address, None)

    def take_remembered(self, address: str) -> str | None:
        """The password given for this address, if the person wants it kept."""
        return self._remembered.pop(address, None)
