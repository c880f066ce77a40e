"""Why the tree of a view is empty, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

FILTERED: Final = "Nothing matches the filter."
_UNCONNECTED: Final = "Pools and servers appear here once you are connected."
_OF_VIEWS: Final[Mapping[str, str]] = MappingProxyType({
    "tags": "Tags appear here once an object has one: “Edit tags” in its menu gives it some.",
    "folders": "Folders appear here once there is one.",
    "fields": "Custom fields appear here once an object has one set: “Set custom field” in its menu does it.",
    "vapps": "vApps appear here once the pool has one: “Assign to vApp” in the menu of a VM puts it in one.",
})  # fmt: skip
_OF_SEARCHES: Final = "Nothing matches this search."


def why_empty(view: str, *, is_connected: bool) -> str:
    """Of a tree that no filter narrows."""
    return _OF_VIEWS.get(view, _OF_SEARCHES) if is_connected else _UNCONNECTED
