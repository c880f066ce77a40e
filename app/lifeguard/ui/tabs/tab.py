"""What every tab of the right pane is to the pane that holds it."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QWidget

from lifeguard.inventory.change import Change
from lifeguard.ui.shown import Shown


class Tab(Protocol):
    """A tab is told what to show when it comes to the front, and of changes only while it is there."""

    @property
    def key(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def widget(self) -> QWidget: ...
    def suits(self, shown: Shown) -> bool: ...
    def show_object(self, shown: Shown | None) -> None:
        """Show another object, or None when the tab goes to the back: then nothing may be fetched for it any more."""

    def renew(self, change: Change) -> None:
        """The shown object's pool has changed."""
