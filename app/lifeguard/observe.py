"""Telling others: a typed signal without Qt, without threads, without lifetime surprises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Signal(Generic[T]):
    """Listeners are called in the order they connected, with one value each.

    `connect` returns the function that disconnects. A listener may connect or disconnect others while it is called;
    that takes effect at the next `emit`. A listener that raises stops the emission: its owner has a defect to mend.
    """

    __slots__ = ("_listeners",)

    def __init__(self) -> None:
        self._listeners: tuple[Callable[[T], object], ...] = ()

    def connect(self, listener: Callable[[T], object]) -> Callable[[], None]:
        self._listeners = (*self._listeners, listener)

        def disconnect() -> None:
            self._listeners = tuple(known for known in self._listeners if known is not listener)

        return disconnect

    def emit(self, value: T) -> None:
        for listener in self._listeners:
            listener(value)

    @property
    def has_listeners(self) -> bool:
        return bool(self._listeners)
