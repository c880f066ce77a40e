"""Asking where to connect and as whom."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from PySide6.QtWidgets import QCheckBox, QFormLayout, QLabel, QLineEdit, QWidget

from lifeguard.ui.dialogs.form import Form
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.theme import Theme

_TLS_PORT = 443
_PLAIN_PORTS = {80, 8080}


@dataclass(frozen=True, slots=True)
class Door:
    """A server as the user wrote it: `host`, `host:port`, `[v6]:port` or a URL."""

    address: str
    port: int
    is_tls: bool


def read_door(text: str) -> Door | None:
    """What the user wrote, understood; None when it is no address. Ports 80 and 8080 mean plain HTTP, as ever."""
    written = text.strip()
    if written.count(":") > 1 and "[" not in written and "://" not in written:
        written = f"[{written}]"
    try:
        parts = urlsplit(written if "://" in written else f"//{written}")
        port, host = parts.port, parts.hostname
    except ValueError:
        return None
    if not host or any(blank.isspace() for blank in host) or parts.scheme not in ("", "http", "https"):
        return None
    is_tls = parts.scheme == "https" or (not parts.scheme and port not in _PLAIN_PORTS)
    return Door(host, port or (_TLS_PORT if is_tls else 80), is_tls)


class ConnectDialog(Form):
    """`door`, `user` and `password` hold the answer once it was accepted."""

    def __init__(self, theme: Theme, parent: QWidget | None, address: str = "", user: str = "root") -> None:
        super().__init__(
            "connect", "Connect to a server", "Connect to a pool", "Connect", Glyph("connect"), theme, parent
        )
        self.say("The address of any server of the pool will do; Lifeguard finds the coordinator (master).")
        self._address = QLineEdit(address)
        self._address.setPlaceholderText("xen1.example.org or 192.0.2.10")
        self._user = QLineEdit(user)
        self._password = QLineEdit()
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._remember = _remember_box("connect.remember")
        self._refusal = QLabel()
        self._refusal.setWordWrap(True)
        rows = QFormLayout()
        for title, field, name in (
            ("&Server", self._address, "connect.address"),
            ("&User name", self._user, "connect.user"),
            ("&Password", self._password, "connect.password"),
        ):
            field.setObjectName(name)
            field.setAccessibleName(title.replace("&", ""))
            field.textChanged.connect(self._judge)
            rows.addRow(title, field)
        rows.addRow(self._remember)
        self.content.addLayout(rows)
        self.content.addWidget(self._refusal)
        (self._password if address else self._address).setFocus()
        self._judge()

    @property
    def door(self) -> Door | None:
        return read_door(self._address.text())

    @property
    def user(self) -> str:
        return self._user.text().strip()

    @property
    def password(self) -> str:
        return self._password.text()

    @property
    def remembers(self) -> bool:
        return self._remember.isChecked()

    def _judge(self) -> None:
        """A button that cannot be pressed says why beside it."""
        refusal = ""
        if not self._address.text().strip():
            refusal = "Enter the server’s address."
        elif self.door is None:
            refusal = "This is not an address: a name or IP number, with :port where it is not 443."
        elif not self.user:
            refusal = "Enter a user name."
        self.proceed.setEnabled(not refusal)
        self.proceed.setToolTip(refusal)
        self._refusal.setText(refusal)


class LoginDialog(Form):
    """Asking for other credentials after the server refused the ones it was given."""

    def __init__(self, theme: Theme, parent: QWidget | None, address: str, user: str, reason: str) -> None:
        super().__init__("login", "Log in", f"Log in to {address}", "Log in", Glyph("lock"), theme, parent)
        if reason:
            self.say(reason)
        self._user = QLineEdit(user)
        self._user.setObjectName("login.user")
        self._password = QLineEdit()
        self._password.setObjectName("login.password")
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        rows = QFormLayout()
        rows.addRow("&User name", self._user)
        rows.addRow("&Password", self._password)
        self._remember = _remember_box("login.remember")
        rows.addRow(self._remember)
        self.content.addLayout(rows)
        self._password.setFocus()

    @property
    def user(self) -> str:
        return self._user.text().strip()

    @property
    def password(self) -> str:
        return self._password.text()

    @property
    def remembers(self) -> bool:
        return self._remember.isChecked()


def _remember_box(name: str) -> QCheckBox:
    box = QCheckBox("&Remember password")
    box.setObjectName(name)
    box.setToolTip("Kept in the keyring of this desktop, nowhere else")
    return box
