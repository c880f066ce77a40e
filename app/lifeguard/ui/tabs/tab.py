"""What every tab of the right pane is to the pane that holds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

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


@runtime_checkable
class Finding(Tab, Protocol):
    """The tab that can also show what is in a group."""

    def show_results(self) -> None:
        """Come to the front without any single object."""

    def widths(self) -> dict[str, int]:
        """How the columns stand, by name; 0 is hidden."""

    def use_widths(self, widths: Mapping[str, int]) -> None: ...
