"""What is remembered between two starts. Never a password."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field


class SavedServer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A server or pool the user added. `members`: addresses of its hosts when last seen, for finding a new master.

    `lowest_tls` is below 1.2 only where the user chose so for this server. `is_connected`: connect again at the start.
    """

    address: str
    port: int = 443
    user: str = "root"
    title: str = ""
    members: tuple[str, ...] = ()
    lowest_tls: Literal["1.0", "1.1", "1.2", "1.3"] = "1.2"
    uses_tls: bool = True
    is_connected: bool = True


class WindowState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the window was left. `geometry` and `layout` are the toolkit's bytes; widths are pixels by column name."""

    geometry: bytes = b""
    layout: bytes = b""
    column_widths: dict[str, int] = field(default_factory=dict)
    last_tab: str = ""
    view: str = "infrastructure"


class Preferences(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the user chose about the window itself."""

    appearance: Literal["system", "light", "dark"] = "system"
    show_custom_templates: bool = True
    show_default_templates: bool = False
    show_local_storage: bool = True
    show_hidden: bool = False
    show_toolbar: bool = True
    shortcuts: dict[str, str] = field(default_factory=dict)


class TableLayout(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a table of a tab was left: pixels by column title, 0 for a hidden one; `sort` is the title of a column."""

    widths: dict[str, int] = field(default_factory=dict)
    sort: str = ""
    is_falling: bool = False


class Settings(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything in the settings file. `folded` are the titles of folded groups of properties, by class of object;
    `arrangements` how tabs show what they show where there is a choice, by the tab's key."""

    servers: tuple[SavedServer, ...] = ()
    window: WindowState = WindowState()
    preferences: Preferences = Preferences()
    tables: dict[str, TableLayout] = field(default_factory=dict)
    folded: dict[str, tuple[str, ...]] = field(default_factory=dict)
    arrangements: dict[str, str] = field(default_factory=dict)
