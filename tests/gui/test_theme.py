"""Colours can be read and told apart, icons say the state by shape alone, light and dark follow the system at once."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import get_args

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPalette, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication

from lifeguard.assets import asset
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.glyphs import glyph_of
from lifeguard.ui.theme import Theme
from lifeguard.ui.tokens import SCHEMES, Scheme, Token, read_tokens
from lifeguard.ui.widgets.branches import BranchingView
from tests.gui.colour import EYES, contrast, distance

_STATES = [
    ("vm", "running", ()), ("vm", "halted", ()), ("vm", "suspended", ()), ("vm", "paused", ()), ("vm", "busy", ()),
    ("vm", "migrating", ()), ("host", "connected", ()), ("host", "connected", ("master",)), ("host", "maintenance", ()),
    ("host", "disconnected", ()), ("host", "unpatched", ()), ("sr", "normal", ()), ("sr", "default", ()),
    ("sr", "detached", ()), ("sr", "broken", ()), ("sr", "normal", ("full",)), ("vm", "running", ("protected",)),
    ("template", "custom", ()), ("template", "default", ()), ("snapshot", "disk", ()), ("snapshot", "memory", ()),
    ("pool", "connected", ()), ("network", "normal", ()), ("vdi", "normal", ()), ("folder", "normal", ()),
    ("tag", "normal", ()), ("appliance", "normal", ()), ("server", "disconnected", ()), ("pool", "disconnected", ()),
    ("host", "maintenance", ("master",)), ("host", "unpatched", ("master",)), ("host", "disconnected", ("master",)),
    ("sr", "default", ("full",)), ("sr", "broken", ("full",)), ("snapshot", "scheduled", ()),
    ("snapshot", "scheduled-memory", ()),
]  # fmt: skip


_SURFACES: tuple[Token, ...] = ("surface", "surface-raised")
_TEXTS: tuple[tuple[Token, Token], ...] = (
    *((text, surface) for text in ("text", "text-quiet") for surface in _SURFACES),
    ("text-on-accent", "accent"),
    *(("accent", surface) for surface in _SURFACES),  # links
    *(("ok", surface) for surface in _SURFACES),  # what a host would have left, while a VM is dragged
)
_MEANINGS: tuple[Token, ...] = ("accent", "ok", "busy", "warn", "bad", "off", "text-quiet")
_BARS: tuple[Token, ...] = ("accent", "warn", "bad", "off", "busy")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("text", "surface"), _TEXTS)
def test_text_stands_out_from_what_it_is_written_on(scheme: Scheme, text: Token, surface: Token) -> None:
    colours = read_tokens(scheme).colours
    assert contrast(colours[text], colours[surface]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
def test_glyphs_and_lines_that_mean_something_stand_out(scheme: Scheme) -> None:
    tokens = read_tokens(scheme)
    for colour in (*(tokens.colours[name] for name in _MEANINGS), *tokens.series):
        for surface in _SURFACES:
            assert contrast(colour, tokens.colours[surface]) >= 3.0, (colour, surface)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_bar_stands_out_from_what_it_fills(scheme: Scheme) -> None:
    colours = read_tokens(scheme).colours
    for token in _BARS:
        assert contrast(colours[token], colours["line"]) >= 3.0, token


def test_every_colour_that_says_something_is_measured() -> None:
    """A new token is put into one of the tables above; `line` alone says nothing."""
    measured = {token for pair in _TEXTS for token in pair} | {*_MEANINGS, *_BARS, *_SURFACES}
    assert measured | {"line"} == set(get_args(Token))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_pair_of_the_palette_can_be_read(scheme: Scheme, application: QApplication) -> None:
    """Whatever the toolkit writes on whatever it paints below."""
    theme = Theme(application, scheme)
    palette, role = application.palette(), QPalette.ColorRole
    for text, ground in (
        (role.WindowText, role.Window), (role.Text, role.Base), (role.Text, role.AlternateBase),
        (role.ButtonText, role.Button), (role.ToolTipText, role.ToolTipBase), (role.PlaceholderText, role.Base),
        (role.HighlightedText, role.Highlight), (role.Link, role.Base), (role.Link, role.Window),
        (role.BrightText, role.Window),
    ):  # fmt: skip
        assert contrast(palette.color(text).name(), palette.color(ground).name()) >= 4.5, (text, ground)
    disabled = QPalette.ColorGroup.Disabled
    for text, ground in ((role.WindowText, role.Window), (role.Text, role.Base), (role.ButtonText, role.Button)):
        measured = contrast(palette.color(disabled, text).name(), palette.color(disabled, ground).name())
        assert measured >= 3.0, (text, ground)
    theme.close()


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


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_arrow_of_a_selected_row_stands_out(scheme: Scheme, application: QApplication) -> None:
    theme = Theme(application, scheme)
    items = QStandardItemModel()
    items.appendRow(QStandardItem("pool"))
    items.item(0).appendRow(QStandardItem("host"))
    view = BranchingView()
    view.setModel(items)
    view.setCurrentIndex(items.index(0, 0))
    view.show()
    row = view.visualRect(items.index(0, 0))
    picture = view.viewport().grab(QRect(0, row.top(), row.left(), row.height())).toImage()
    ground = picture.pixelColor(0, row.height() // 2).name()
    drawn = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(4, picture.height() - 4)}
    assert max(contrast(colour, ground) for colour in drawn) >= 3.0
    view.deleteLater()
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
