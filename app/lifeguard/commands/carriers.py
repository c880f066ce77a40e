"""Who has a tag, who is in a folder, and changing them all, one after the other, with an account of what failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence

from lifeguard.commands.command import Doing
from lifeguard.commands.permission import FORBIDDEN
from lifeguard.commands.selection import Item
from lifeguard.datamodel.records import Pool, Record
from lifeguard.inventory.folders import SEPARATOR, ancestors, clean_path, empty_folders, folder_of
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.kinds import SEARCHABLE_CLASSES
from lifeguard.quantities import format_count
from lifeguard.xapi.failures import ApiFailure, Failure

ROOT = SEPARATOR
EMPTY_FOLDERS = "EMPTY_FOLDERS"
_MOST_NAMED = 5


class Incomplete(Failure):
    """Some of the objects could not be changed; the text says which, and why."""


def is_within(path: str | None, folder: str) -> bool:
    """Whether a path is this folder, or below it. Everything in a folder is below the root."""
    return path is not None and (folder == ROOT or path == folder or path.startswith(folder + SEPARATOR))


def carriers(inventory: Inventory, kind: str, key: str) -> Iterator[Record]:
    """The objects that have a tag, or that are in a folder or below it."""
    for class_name in SEARCHABLE_CLASSES:
        for ref in tuple(inventory.refs(class_name)):
            record = inventory.find(ref)
            if record is not None and _has(record, kind, key):
                yield record


def _has(record: Record, kind: str, key: str) -> bool:
    return is_within(folder_of(record), key) if kind == "folder" else key in getattr(record, "tags", ())


def is_there(inventory: Inventory, kind: str, key: str) -> bool:
    """Whether a pool knows this tag or folder; the root folder is everywhere."""
    if kind == "folder" and (key == ROOT or any(is_within(path, key) for path in empty_folders(inventory))):
        return True
    return next(carriers(inventory, kind, key), None) is not None


def folder_paths(inventory: Inventory) -> frozenset[str]:
    """Every folder of a pool, those between the root and the ones that hold something included."""
    paths = {folder_of(record) for record in carriers(inventory, "folder", ROOT)}
    known = (*(path for path in paths if path is not None), *empty_folders(inventory))
    return frozenset(part for path in known for part in ancestors(path))


async def change_each(doing: Doing, records: Sequence[Record], change: Callable[[Record], Awaitable[object]]) -> None:
    """Change one after the other. What one of them refuses does not keep the rest from it; in the end Incomplete names
    those that were left. Any other failure, or a cancellation, ends it; the job's note tells how far it came."""
    refused: list[tuple[str, ApiFailure]] = []
    for count, record in enumerate(records):
        doing.job.note = f"{count - len(refused)} of {format_count(len(records), 'object')} changed so far."
        doing.job.advance(count / len(records))
        try:
            await change(record)
        except ApiFailure as failure:
            refused.append((record.ref, failure))
    done = len(records) - len(refused)
    doing.job.note = f"{done} of {format_count(len(records), 'object')} changed." if records else ""
    if refused:
        raise Incomplete(_account(doing, refused, done))


def _account(doing: Doing, refused: list[tuple[str, ApiFailure]], done: int) -> str:
    words = doing.selection.rules(doing.item.source).words
    named = [words.failure(words.name(ref), one.code, tuple(one.params), ref) for ref, one in refused[:_MOST_NAMED]]
    more = [f"and {len(refused) - _MOST_NAMED} more"] if len(refused) > _MOST_NAMED else []
    return "\n".join([f"{done} changed, {len(refused)} could not be:", *named, *more])


async def set_folder(item: Item, record: Record, path: str | None) -> None:
    """Put an object into a folder, None for none."""
    kind = item.source.inventory.class_of(record.ref)
    await item.source.call(f"{kind}.remove_from_other_config", record.ref, "folder")
    if path is not None:
        await item.source.call(f"{kind}.add_to_other_config", record.ref, "folder", path)


async def remember_folders(item: Item, change: Callable[[list[str]], list[str]]) -> None:
    """Change the pool's list of folders that may be empty. It is read afresh: jobs may follow close upon each other."""
    pool = next(iter(item.source.inventory.all(Pool)), None)
    if pool is None:
        return
    config = await item.source.call("pool.get_other_config", pool.ref)
    kept = [path for text in str(config.get(EMPTY_FOLDERS, "")).split(";") if (path := clean_path(text)) is not None]
    wanted = list(dict.fromkeys(change(kept)))
    if wanted == kept:
        return
    await item.source.call("pool.remove_from_other_config", pool.ref, EMPTY_FOLDERS)
    if wanted:
        await item.source.call("pool.add_to_other_config", pool.ref, EMPTY_FOLDERS, ";".join(wanted))


async def remember_if_permitted(doing: Doing, change: Callable[[list[str]], list[str]]) -> None:
    """The list matters only to folders with nothing in them: a role that may not write it moves objects all the same,
    and the job says so."""
    try:
        await remember_folders(doing.item, change)
    except ApiFailure as failure:
        if failure.code != FORBIDDEN:
            raise
        lost = "Folders that are empty now are not kept: the role does not permit it."
        doing.job.note = f"{doing.job.note} {lost}".strip()
