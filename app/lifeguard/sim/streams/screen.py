"""The screen of a simulated guest: its name, a prompt that shows what is typed, a pen that follows the pointer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lifeguard.sim.streams import font

WIDTH, HEIGHT = 720, 400
_SCALE = 3
_LINE = (font.HEIGHT + 2) * _SCALE
_MARGIN = 24
_PROMPT_TOP = HEIGHT - _MARGIN - _LINE
_LONGEST = (WIDTH - 2 * _MARGIN) // (font.WIDTH * _SCALE) - 1
_PAPER, _INK, _TYPED, _PEN = 0x101418, 0xD0D8E0, 0x80E080, 0xF0B040
_PEN_SIZE = 4
_RETURN, _KEYPAD_RETURN, _BACKSPACE = 0xFF0D, 0xFF8D, 0xFF08


@dataclass(frozen=True, slots=True)
class Area:
    x: int
    y: int
    width: int
    height: int

    def joined(self, other: Area | None) -> Area:
        """The smallest area that holds both."""
        if other is None:
            return self
        x, y = min(self.x, other.x), min(self.y, other.y)
        right = max(self.x + self.width, other.x + other.width)
        return Area(x, y, right - x, max(self.y + self.height, other.y + other.height) - y)

    def within(self, other: Area) -> Area | None:
        """What both have in common."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right = min(self.x + self.width, other.x + other.width)
        bottom = min(self.y + self.height, other.y + other.height)
        return Area(x, y, right - x, bottom - y) if right > x and bottom > y else None


WHOLE = Area(0, 0, WIDTH, HEIGHT)


class Screen:
    """`pixels` are uint32[height, width] as 0x00RRGGBB. What changes something tells which area."""

    def __init__(self, lines: tuple[str, ...], prompt: str) -> None:
        shade = np.linspace(0, 40, HEIGHT, dtype=np.uint32)[:, None]
        self.pixels: NDArray[np.uint32] = np.full((HEIGHT, WIDTH), _PAPER, dtype=np.uint32) + shade
        self._prompt = prompt
        self._typed = ""
        for at, line in enumerate(lines):
            self._write(line, _MARGIN + at * _LINE, _INK)
        self._show_prompt()

    def key(self, keysym: int) -> Area | None:
        """Somebody pressed a key."""
        if keysym == _BACKSPACE:
            self._typed = self._typed[:-1]
        elif keysym in (_RETURN, _KEYPAD_RETURN):
            self._typed = ""
        elif 0x20 <= keysym < 0x7F:
            self._typed = (self._typed + chr(keysym))[-_LONGEST:]
        else:
            return None
        return self._show_prompt()

    def point(self, x: int, y: int, buttons: int) -> Area | None:
        """The pointer was moved; with a button down it draws."""
        area = Area(x, y, _PEN_SIZE, _PEN_SIZE).within(WHOLE)
        if not buttons or area is None:
            return None
        self.pixels[area.y : area.y + area.height, area.x : area.x + area.width] = _PEN
        return area

    def _show_prompt(self) -> Area:
        self.pixels[_PROMPT_TOP : _PROMPT_TOP + _LINE] = _PAPER
        self._write(f"{self._prompt}{self._typed}_"[-_LONGEST - 1 :], _PROMPT_TOP, _TYPED)
        return Area(0, _PROMPT_TOP, WIDTH, _LINE)

    def _write(self, text: str, top: int, ink: int) -> None:
        dots = np.kron(font.drawn(text), np.ones((_SCALE, _SCALE), dtype=np.bool_))
        place = self.pixels[top : top + dots.shape[0], _MARGIN : _MARGIN + dots.shape[1]]
        place[dots[: place.shape[0], : place.shape[1]]] = ink
