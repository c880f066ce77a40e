"""Objects on their way by drag or clipboard: refs as MIME data, and back."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from PySide6.QtCore import QByteArray, QMimeData

from lifeguard.tree.node import Thing

MIME_TYPE = "application/x-lifeguard-objects"


def packed(things: Iterable[Thing]) -> QMimeData:
    data = QMimeData()
    unique = dict.fromkeys(things)
    data.setData(MIME_TYPE, QByteArray(msgspec.json.encode([(thing.source, thing.ref) for thing in unique])))
    return data


def unpacked(data: QMimeData) -> tuple[Thing, ...]:
    """The objects in MIME data; none when it holds something else."""
    raw = data.data(MIME_TYPE).data()
    try:
        pairs = msgspec.json.decode(raw, type=list[tuple[str, str]])
    except msgspec.DecodeError:
        return ()
    return tuple(Thing(source, ref) for source, ref in pairs)
