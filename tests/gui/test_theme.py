"""Colours can be read and told apart, icons say the state by shape alone, light and dark follow the system at once."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtGui import QImage, QPalette
from PySide6.QtWidgets import QApplication

from lifeguard.assets import asset
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.glyphs import glyph_of
from lifeguard.ui.theme import Theme
from lifeguard.ui.tokens import SCHEMES, Scheme, read_tokens
from tests.gui.colour import EYES, contrast, distance

_STATES = [
    ("vm", "running", ()), ("vm", "halted", ()), ("vm", "suspended", ()), ("vm", "paused", ()), ("vm", "busy", ()),
    ("vm", "migrating", ()), ("host", "connected", ()), ("host", "connected", ("master",)), ("host", "maintenance", ()),
    ("host", "disconnected", ()), ("host", "unpatched", ()), ("sr", "normal", ()), ("sr", "default", ()),
    ("sr", "detached", ()), ("sr", "broken", ()), ("sr", "normal", ("full",)), ("vm", "running", ("protected",)),
    ("template", "custom", ()), ("template", "default", ()), ("snapshot", "disk", ()), ("snapshot", "memory", ()),
    ("pool", "connected", ()), ("network", "normal", ()), ("vdi", "normal", ()), ("folder", "normal", ()),
    ("tag", "normal", ()), ("appliance", "normal", ()), ("server", "disconnected", ()),
]  # fmt: skip


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_stands_out_from_every_surface(scheme: Scheme) -> None:
    colours = read_tokens(scheme).colours
    for text in ("text", "text-quiet"):
        for surface in ("surface", "surface-raised"):
            assert contrast(colours[text], colours[surface]) >= 4.5, (text, surface)
    assert contrast(colours["text-on-accent"], colours["accent"]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
def test_glyphs_and_lines_that_mean_something_stand_out(scheme: Scheme) -> None:
    tokens = read_tokens(scheme)
    meaning = [tokens.colours[name] for name in ("accent", "ok", "busy", "warn", "bad", "off")]
    for colour in (*meaning, *tokens.series):
        for surface in ("surface", "surface-raised"):
            assert contrast(colour, tokens.colours[surface]) >= 3.0, (colour, surface)


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_ten_series_are_told_apart_by_every_kind_of_eyes(scheme: Scheme, eyes: str) -> None:
    series = read_tokens(scheme).series
    assert len(series) == 10
    assert min(distance(one, other, EYES[eyes]) for one, other in combinations(series, 2)) >= 0.08


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_series_looks_like_a_warning(scheme: Scheme) -> None:
    tokens = read_tokens(scheme)
    for alarm in ("warn", "bad"):
        nearest = min(distance(tokens.colours[alarm], colour, EYES["all cones"]) for colour in tokens.series)
        assert nearest >= 0.1, alarm


@pytest.mark.parametrize("path", sorted(asset("icons").glob("*.svg")), ids=lambda path: path.stem)
def test_an_icon_is_drawn_in_the_colour_it_is_asked_for(path: Path, application: QApplication) -> None:
    source = path.read_text("utf-8")
    if path.stem != "lifeguard":
        assert "currentColor" in source
        assert "#" not in source
        assert 'viewBox="0 0 16 16"' in source


def test_every_state_has_a_shape_of_its_own_in_grey(application: QApplication) -> None:
    theme = Theme(application, "light")
    pictures = {state: _grey(theme, glyph_of(*state)) for state in _STATES}
    for one, other in combinations(_STATES, 2):
        assert _difference(pictures[one], pictures[other]) > 8, (one, other)
    theme.close()


def test_the_palette_and_the_icons_change_with_the_scheme(application: QApplication) -> None:
    theme = Theme(application, "light")
    heard: list[Scheme] = []
    theme.changed.connect(heard.append)
    light = application.palette().color(QPalette.ColorRole.Window)
    light_icon = theme.icon(Glyph("host")).pixmap(16, 16).toImage()
    theme.force("dark")
    assert heard == ["dark"]
    assert application.palette().color(QPalette.ColorRole.Window) != light
    assert theme.icon(Glyph("host")).pixmap(16, 16).toImage() != light_icon
    theme.force("light")
    theme.close()


def test_an_icon_is_sharp_on_a_fine_screen(application: QApplication) -> None:
    theme = Theme(application, "light")
    pixmap = theme.pixmap(Glyph("pool"), 16, 2.0)
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (32, 2.0)
    theme.close()


def _grey(theme: Theme, glyph: Glyph) -> list[int]:
    """How much ink each pixel has, colour left out."""
    image = theme.pixmap(glyph, 16, 1.0).toImage().convertToFormat(QImage.Format.Format_ARGB32)
    return [image.pixelColor(x, y).alpha() for y in range(16) for x in range(16)]


def _difference(one: list[int], other: list[int]) -> float:
    """In pixels, of 256."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / 255
