"""Showing a certificate that nobody vouches for, or another one than before, and asking whether to trust it."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from lifeguard.link.gate import CertificateFacts
from lifeguard.ui.dialogs.form import Form
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.theme import Theme

_PAIRS_PER_LINE = 16
_PAIRS_BESIDE = 8


class TrustDialog(Form):
    def __init__(
        self, facts: CertificateFacts, known: CertificateFacts | None, theme: Theme, parent: QWidget | None
    ) -> None:
        changed = known is not None
        super().__init__(
            "trust",
            "Certificate changed" if changed else "Unknown certificate",
            f"{facts.address} shows another certificate than before" if changed else f"Trust {facts.address}?",
            "Trust the new certificate" if changed else "Trust and connect",
            Glyph("warning", "bad") if changed else Glyph("lock"),
            theme,
            parent,
        )
        if changed:
            self.say(
                "Somebody may be posing as this server. If the certificate was renewed on purpose, compare the new "
                "fingerprint with the one on the server’s own console before you trust it."
            )
            self.leave.setDefault(True)
            self.proceed.setDefault(False)
            self.proceed.setAutoDefault(False)
        else:
            self.say(
                "No authority vouches for this certificate; servers make their own when they are installed. Compare "
                "the fingerprint with the one on the server’s console. It is remembered once you trust it."
            )
        self.content.addWidget(_table(facts, known))


def _table(facts: CertificateFacts, known: CertificateFacts | None) -> QWidget:
    table = QWidget()
    grid = QGridLayout(table)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setColumnStretch(2 if known is not None else 1, 1)
    grid.setHorizontalSpacing(table.fontMetrics().height())
    shown = [("Now", facts)] if known is None else [("Before", known), ("Now", facts)]
    for column, (title, _) in enumerate(shown, start=1):
        if known is not None:
            grid.addWidget(_heading(title), 0, column)
    pairs = _PAIRS_PER_LINE if known is None else _PAIRS_BESIDE
    for row, (title, name) in enumerate(_ROWS, start=1):
        grid.addWidget(QLabel(title), row, 0)
        for column, (_, certificate) in enumerate(shown, start=1):
            grid.addWidget(_value(name, str(getattr(certificate, name)), pairs), row, column)
    return table


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    return label


def _value(name: str, text: str, pairs: int) -> QLabel:
    label = QLabel(_folded(text, pairs) if name == "fingerprint" else text)
    label.setObjectName(f"trust.{name}")
    label.setTextInteractionFlags(label.textInteractionFlags().TextSelectableByMouse)
    if name == "fingerprint":
        label.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    return label


def _folded(fingerprint: str, per_line: int) -> str:
    pairs = fingerprint.split(":")
    lines = [pairs[first : first + per_line] for first in range(0, len(pairs), per_line)]
    return "\n".join(":".join(line) for line in lines)


_ROWS = (
    ("SHA-256 fingerprint", "fingerprint"),
    ("Issued to", "subject"),
    ("Issued by", "issuer"),
    ("Valid from (UTC)", "not_before"),
    ("Valid until (UTC)", "not_after"),
)
