"""Folders: a path text in `other_config.folder`, and those without content remembered by the pool."""

from __future__ import annotations

from lifeguard.datamodel.records import Record
from lifeguard.inventory.answers import Facts, question
from lifeguard.inventory.natural import natural_key
from lifeguard.inventory.placing import Group
from lifeguard.inventory.relations import the_pool

_KEY = "folder"
_EMPTY_FOLDERS = "EMPTY_FOLDERS"
SEPARATOR = "/"


def folder_of(record: Record) -> str | None:
    """The path of the folder an object is in, as "/a/b"; None for none."""
    config: dict[str, str] = getattr(record, "other_config", {})
    return clean_path(config.get(_KEY, ""))


@question
def empty_folders(facts: Facts) -> tuple[str, ...]:
    """The paths that the pool remembers because nothing may be in them."""
    pool = the_pool(facts)
    texts = pool.other_config.get(_EMPTY_FOLDERS, "").split(";") if pool is not None else ()
    return tuple(path for path in map(clean_path, texts) if path is not None)


def clean_path(text: str) -> str | None:
    """A path without doubled or trailing separators; None for the root and for what is no path."""
    parts = [part for part in text.split(SEPARATOR) if part]
    return SEPARATOR + SEPARATOR.join(parts) if parts and text.startswith(SEPARATOR) else None


def ancestors(path: str) -> tuple[str, ...]:
    """The paths from the top down to this one, itself included."""
    parts = path.split(SEPARATOR)[1:]
    return tuple(SEPARATOR + SEPARATOR.join(parts[: depth + 1]) for depth in range(len(parts)))


def parent_of(path: str) -> str | None:
    """The folder that a folder is in, None for those at the top."""
    parent = path.rpartition(SEPARATOR)[0]
    return parent or None


def folder_groups(path: str) -> tuple[Group, ...]:
    """The nested headings for a path."""
    return tuple(folder_group(part) for part in ancestors(path))


def folder_group(path: str) -> Group:
    name = path.rpartition(SEPARATOR)[2]
    return Group("folder", path, name, (1, 0, "folder", 0, natural_key(name), path))
