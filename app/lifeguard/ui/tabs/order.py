"""The tabs in their order: XenCenter's. Each decides itself which objects it suits."""

from __future__ import annotations

from lifeguard.clock import Clock
from lifeguard.ui.contents.ha import ha_tables
from lifeguard.ui.contents.memory import memory_tables
from lifeguard.ui.contents.networking import networking_tables
from lifeguard.ui.contents.nics import nic_tables
from lifeguard.ui.contents.storage import storage_tables
from lifeguard.ui.pools import Pools
from lifeguard.ui.tabs.general import GeneralTab
from lifeguard.ui.tabs.panel import Around
from lifeguard.ui.tabs.performance import PerformanceTab
from lifeguard.ui.tabs.search import SearchTab
from lifeguard.ui.tabs.snapshots import SnapshotsTab
from lifeguard.ui.tabs.tab import Tab
from lifeguard.ui.tabs.tables import TablesTab
from lifeguard.ui.theme import Theme


def tabs_in_order(
    performance: PerformanceTab, search: SearchTab, pools: Pools, clock: Clock, theme: Theme, around: Around
) -> tuple[Tab, ...]:
    """General and Search are for whatever there is, also for objects that nobody foresaw."""
    return (
        GeneralTab(clock, theme, around),
        TablesTab("memory", "Memory", memory_tables, pools, clock, theme, around),
        TablesTab("storage", "Storage", storage_tables, pools, clock, theme, around),
        TablesTab("networking", "Networking", networking_tables, pools, clock, theme, around),
        TablesTab("nics", "NICs", nic_tables, pools, clock, theme, around),
        performance,
        TablesTab("ha", "HA", ha_tables, pools, clock, theme, around),
        SnapshotsTab(pools, clock, theme, around),
        search,
    )
