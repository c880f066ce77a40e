"""Objects and folders on their way by drag or clipboard: what names them as MIME data, and back."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from PySide6.QtCore import QByteArray, QMimeData

from lifeguard.inventory.folders import folder_group
from lifeguard.inventory.placing import Group
from lifeguard.tree.node import Thing

MIME_TYPE = "application/x-lifeguard-objects"
_NO_POOL = ""
"""Under which folders travel, by their path: they belong to no single pool."""


def packed(dragged: Iterable[Thing | Group]) -> QMimeData:
    """Objects, and groups that are folders; other groups do not travel."""
    data = QMimeData()
    pairs = (
        (one.source, one.ref) if isinstance(one, Thing) else (_NO_POOL, one.key)
        for one in dict.fromkeys(dragged)
        if isinstance(one, Thing) or one.kind == "folder"
    )
    data.setData(MIME_TYPE, QByteArray(msgspec.json.encode(list(pairs))))
    return data


def unpacked(data: QMimeData) -> tuple[Thing | Group, ...]:
    """What is in MIME data; nothing when it holds something else."""
    raw = data.data(MIME_TYPE).data()
    try:
        pairs = msgspec.json.decode(raw, type=list[tuple[str, str]])
    except msgspec.DecodeError:
        return ()
    return tuple(Thing(source, ref) if source else folder_group(ref) for source, ref in pairs)
