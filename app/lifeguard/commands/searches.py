"""Searches kept by the pools themselves, where every console of the pool finds them."""

from __future__ import annotations

from dataclasses import replace

from lifeguard.commands.ask import Form, Prompt, TextField
from lifeguard.commands.command import Command, Doing
from lifeguard.commands.forms import text_of
from lifeguard.commands.judging import always
from lifeguard.commands.kinds import POOL
from lifeguard.commands.selection import Selection
from lifeguard.datamodel.records import Pool
from lifeguard.search.query import Search
from lifeguard.search.saved import key_for, saved_searches
from lifeguard.search.writing import write_search

_CALLS = ("pool.add_to_gui_config", "pool.remove_from_gui_config")


def save_search(search: Search, *, asks_for_name: bool = True) -> Command:
    """Write a search to every pool selected, under a name that is asked for. `search.uuid` says which one it is."""

    def form(selection: Selection) -> Form | None:
        return Form("Save search as", (TextField("name", "Name", search.name),), "Save")

    async def save(doing: Doing) -> None:
        name = text_of(doing, "name", search.name).strip() or search.name
        key = _key_in(doing, search)
        if _is_there(doing, key):
            await doing.call("pool.remove_from_gui_config", doing.item.ref, key)
        await doing.call("pool.add_to_gui_config", doing.item.ref, key, write_search(replace(search, name=name)))

    title = "Save a search in" if asks_for_name else f"Save search “{search.name}” in"  # it may get another name
    return Command(
        "search.save", title, POOL, always, save, _CALLS, "given the search", icon="search",
        form=form if asks_for_name else None,
    )  # fmt: skip


def delete_search(search: Search) -> Command:
    """Take a search away from every pool selected that has it."""

    def prompt(selection: Selection) -> Prompt | None:
        detail = "Nobody who works with these pools will find it in the list any more."
        return Prompt(f"Delete the search “{search.name}”?", detail, danger=True, verb="Delete")

    async def delete(doing: Doing) -> None:
        key = _key_in(doing, search)
        if _is_there(doing, key):
            await doing.call("pool.remove_from_gui_config", doing.item.ref, key)

    return Command(
        "search.delete", f"Delete search “{search.name}” from", POOL, always, delete, _CALLS[1:], "rid of the search",
        icon="delete", danger=True, prompt=prompt,
    )  # fmt: skip


def _key_in(doing: Doing, search: Search) -> str:
    """Under which key a pool keeps the search: other products write other prefixes."""
    known = saved_searches(doing.item.source.inventory)
    return next((key for key, saved in known.items() if saved.search.uuid == search.uuid), key_for(search))


def _is_there(doing: Doing, key: str) -> bool:
    record = doing.item.record
    return isinstance(record, Pool) and key in record.gui_config
