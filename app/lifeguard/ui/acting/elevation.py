"""Asking for another user's credentials, for one piece of work that the own role does not permit."""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout, QLineEdit, QWidget

from lifeguard.link.gate import Credentials
from lifeguard.ui.dialogs.answer import answered
from lifeguard.ui.dialogs.form import Form
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.theme import Theme


class RunAsDialog(Form):
    def __init__(self, title: str, reason: str, user: str, theme: Theme, parent: QWidget | None) -> None:
        super().__init__("run-as", "Run as", f"{title} as another user?", "Run", Glyph("lock"), theme, parent)
        self.say(reason)
        self.say("This one job runs with the other user's rights; the other user is logged out when it has ended.")
        self._user, self._password = QLineEdit(user), QLineEdit()
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        rows = QFormLayout()
        for label, field, name in (("&User name", self._user, "user"), ("&Password", self._password, "password")):
            field.setObjectName(f"run-as.{name}")
            field.setAccessibleName(label.replace("&", ""))
            field.textChanged.connect(self._judge)
            rows.addRow(label, field)
        self.content.addLayout(rows)
        (self._password if user else self._user).setFocus()
        self._judge()

    @property
    def credentials(self) -> Credentials:
        return Credentials(self._user.text().strip(), self._password.text())

    def _judge(self) -> None:
        refusal = "" if self._user.text().strip() else "Enter a user name."
        self.proceed.setEnabled(not refusal)
        self.proceed.setToolTip(refusal)


class AskElevation:
    """Puts the question over `parent`; remembers the last user name of the sitting, never a password."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        self._theme = theme
        self._parent = parent
        self._user = ""

    async def ask(self, title: str, reason: str) -> Credentials | None:
        dialog = RunAsDialog(title, reason, self._user, self._theme, self._parent)
        if not await answered(dialog):
            return None
        self._user = dialog.credentials.user
        return dialog.credentials
