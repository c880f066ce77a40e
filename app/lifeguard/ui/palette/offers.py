"""What the palette offers for some typed text: what the window can do, commands for the selection, objects to go to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from lifeguard.commands.command import Command
from lifeguard.commands.menus import host_menu
from lifeguard.commands.palette import find_commands, rank
from lifeguard.commands.permission import may_try
from lifeguard.commands.selection import Selection
from lifeguard.commands.source import Source
from lifeguard.rules.verdict import Verdict
from lifeguard.tree.node import Thing
from lifeguard.ui.acting.places import places_for
from lifeguard.ui.glyph import Glyph

_MOST = 60
_SCATTERED = 3
"""The rank of a name that has the letters only here and there."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One line. `refusal` says why it cannot be taken, `note` what else there is to know, such as its keys."""

    title: str
    note: str
    take: Callable[[], object]
    glyph: Glyph | None = None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Own:
    """Something that the window itself can do, now."""

    title: str
    keys: str
    take: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Ground:
    """What the palette was opened over."""

    selection: Selection
    sources: tuple[Source, ...]
    owns: tuple[Own, ...]
    keys: Mapping[str, str]
    run: Callable[[Command, Selection], object]
    go_to: Callable[[Thing], object]


def command_offers(text: str, ground: Ground, limit: int) -> list[Offer]:
    """What can be done, best first: what can be done now before what cannot, each with its reason."""
    ranked: list[tuple[tuple[bool, int, str], Offer]] = []
    for own in ground.owns:
        place = rank(text, own.title)
        if place is not None:
            ranked.append(((False, place, own.title), Offer(own.title, own.keys, own.take)))
    for offer in _of_selection(text, ground):
        ranked.append(((bool(offer.refusal), rank(text, offer.title) or 0, offer.title), offer))
    ranked.sort(key=lambda one: one[0])
    return [offer for _, offer in ranked[:limit]]


def object_offers(
    found: Iterable[tuple[str, Thing]], ground: Ground, face: Callable[[Thing], tuple[str, Glyph]]
) -> list[Offer]:
    """`face` tells where an object belongs and how it looks."""
    offers = []
    for name, thing in found:
        note, glyph = face(thing)
        offers.append(Offer(name, note, partial(ground.go_to, thing), glyph))
    return offers


def _of_selection(text: str, ground: Ground) -> Iterator[Offer]:
    """Commands of the selection; one that wants a place is offered once for each, as soon as one is typed for it."""
    for hit in find_commands(text, ground.selection, _MOST):
        if not hit.command.target:
            yield _offer(hit.command, ground.selection, hit.verdict, hit.command.title, ground)
    words = text.strip().casefold().split()
    if not words:
        return
    for hit in find_commands(words[0], ground.selection, _MOST):
        if hit.command.target in ("host", "pool", "server"):
            places = places_for(hit.command.target, ground.selection, ground.sources)
            for place, verdict in host_menu(hit.command, ground.selection, places):
                name = ground.selection.rules(place.source).words.name(place.ref)
                title = _title_at(hit.command, name)
                fit = rank(text, title)
                if fit is not None and fit < _SCATTERED:
                    yield _offer(hit.command, ground.selection.with_target(place), verdict, title, ground)


def _title_at(command: Command, place: str) -> str:
    """`Start on hv-01`, `Migrate to hv-01`."""
    return f"{command.title} {place}" if command.title.endswith(" on") else f"{command.title} to {place}"


def _offer(command: Command, selection: Selection, verdict: Verdict, title: str, ground: Ground) -> Offer:
    refusal = "" if may_try(verdict) else verdict.refusal or "Not now"
    offer = Offer(title, ground.keys.get(command.id, command.shortcut), lambda: ground.run(command, selection))
    return replace(offer, refusal=refusal, note=verdict.refusal or offer.note)
