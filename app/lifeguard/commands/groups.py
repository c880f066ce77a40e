"""Tags and folders as things of their own: new, renamed, deleted, moved, with everything that has them."""

from __future__ import annotations

from collections.abc import Callable

from lifeguard.commands.ask import Form, Prompt, TextField
from lifeguard.commands.carriers import (
    ROOT,
    carriers,
    change_each,
    folder_paths,
    is_within,
    remember_folders,
    remember_if_permitted,
    set_folder,
)
from lifeguard.commands.command import Command, Doing
from lifeguard.commands.forms import text_of
from lifeguard.commands.judging import refuse
from lifeguard.commands.kinds import FOLDER, TAG
from lifeguard.commands.selection import Item, Selection
from lifeguard.datamodel.records import Record
from lifeguard.inventory.folders import SEPARATOR, folder_of, parent_of
from lifeguard.quantities import format_count
from lifeguard.rules.verdict import ALLOWED, Verdict

_TAG_CALLS = ("*.add_tags", "*.remove_tags")
FOLDER_CALLS = ("*.add_to_other_config/key:folder", "*.remove_from_other_config/key:folder")
_MEMORY_CALLS = ("pool.add_to_other_config/key:EMPTY_FOLDERS", "pool.remove_from_other_config/key:EMPTY_FOLDERS")
_NAME = "name"


def folder_lane(selection: Selection, item: Item) -> str:
    """What changes folders of one pool goes one after the other: the list of empty ones is read and written whole."""
    return f"folders of {id(item.source)}"


def _judge_tag(selection: Selection, item: Item) -> Verdict:
    """One tag at a time; it may be in several pools."""
    return refuse(selection, item, "one_at_a_time") if _are_several(selection) else ALLOWED


def _judge_new(selection: Selection, item: Item) -> Verdict:
    return refuse(selection, item, "one_at_a_time") if _are_several(selection) else ALLOWED


def _judge_folder(selection: Selection, item: Item) -> Verdict:
    return refuse(selection, item, "root_folder") if item.ref == ROOT else _judge_new(selection, item)


def _are_several(selection: Selection) -> bool:
    return len({(item.kind, item.ref) for item in selection.items}) > 1


def _how_many(selection: Selection) -> str:
    count = sum(1 for item in selection.items for _ in carriers(item.source.inventory, item.kind, item.ref))
    return format_count(count, "object")


def _tag_form(selection: Selection) -> Form | None:
    tag = selection.items[0].ref
    detail = f"{_how_many(selection)} will have the new tag in place of the old one."
    return Form(f"Rename the tag “{tag}”", (TextField(_NAME, "Name", tag, flaw=_tag_flaw),), "Rename", detail)


def _tag_flaw(text: str) -> str:
    return "A tag has no comma in it: commas stand between tags" if "," in text else ""


async def _rename_tag(doing: Doing) -> None:
    old, new = doing.item.ref, text_of(doing, _NAME).strip()

    async def change(record: Record) -> None:
        kind = doing.item.source.inventory.class_of(record.ref)
        if new not in getattr(record, "tags", ()):
            await doing.call(f"{kind}.add_tags", record.ref, new)
        await doing.call(f"{kind}.remove_tags", record.ref, old)

    if new and new != old:
        await change_each(doing, tuple(carriers(doing.item.source.inventory, "tag", old)), change)


def _tag_prompt(selection: Selection) -> Prompt | None:
    detail = f"{_how_many(selection)} will lose it; nothing else happens to them."
    return Prompt(f"Delete the tag “{selection.items[0].ref}”?", detail, danger=True, verb="Delete tag")


async def _delete_tag(doing: Doing) -> None:
    inventory, tag = doing.item.source.inventory, doing.item.ref

    async def change(record: Record) -> None:
        await doing.call(f"{inventory.class_of(record.ref)}.remove_tags", record.ref, tag)

    await change_each(doing, tuple(carriers(inventory, "tag", tag)), change)


def _name_flaw(selection: Selection, parent: str, present: str = "") -> Callable[[str], str]:
    """Why a folder in `parent` cannot have a name."""
    taken = {path for item in selection.items for path in folder_paths(item.source.inventory)}

    def flaw(text: str) -> str:
        if ";" in text or SEPARATOR in text:
            return "A folder’s name has no “/” and no “;” in it"
        is_taken = text != present and _below(parent, text) in taken
        return "There is a folder of that name already" if is_taken else ""

    return flaw


def _below(parent: str, name: str) -> str:
    return f"{parent.removesuffix(SEPARATOR)}{SEPARATOR}{name}"


def _new_form(selection: Selection) -> Form | None:
    parent = selection.items[0].ref
    title = "New folder" if parent == ROOT else f"New folder in {parent}"
    return Form(title, (TextField(_NAME, "Name", "", flaw=_name_flaw(selection, parent)),), "Create folder")


async def _new_folder(doing: Doing) -> None:
    path = _below(doing.item.ref, text_of(doing, _NAME).strip())
    await remember_folders(doing.item, lambda paths: [*paths, path])


def _rename_form(selection: Selection) -> Form | None:
    path = selection.items[0].ref
    parent, name = path.rpartition(SEPARATOR)[::2]
    field = TextField(_NAME, "Name", name, flaw=_name_flaw(selection, parent, name))
    return Form(f"Rename the folder {path}", (field,), "Rename", f"{_how_many(selection)} go with it.")


async def _rename_folder(doing: Doing) -> None:
    parent = doing.item.ref.rpartition(SEPARATOR)[0]
    await rebase(doing, _below(parent, text_of(doing, _NAME).strip()))


async def rebase(doing: Doing, new: str) -> None:
    """Let everything in a folder, the folders in it included, be in another one instead."""
    old, item = doing.item.ref, doing.item
    if new == old:
        return

    def moved(path: str) -> str:
        return new + path.removeprefix(old) if is_within(path, old) else path

    async def change(record: Record) -> None:
        await set_folder(item, record, moved(folder_of(record) or old))

    await change_each(doing, tuple(carriers(item.source.inventory, "folder", old)), change)
    await remember_if_permitted(doing, lambda paths: [moved(path) for path in paths])


def judge_into(selection: Selection, item: Item, place: str) -> Verdict:
    """Whether a folder may go into another one, or to the top."""
    if item.ref == ROOT:
        return refuse(selection, item, "root_folder")
    if is_within(place, item.ref):
        return refuse(selection, item, "folder_inside_itself")
    if (parent_of(item.ref) or ROOT) == place:
        return refuse(selection, item, "same_place")
    parents = {parent_of(one.ref) for one in selection.items if one.kind == "folder"}
    if len(parents) > 1:
        return refuse(selection, item, "folders_apart")
    taken = folder_paths(item.source.inventory)
    name = item.ref.rpartition(SEPARATOR)[2]
    return refuse(selection, item, "folder_exists") if _below(place, name) in taken else ALLOWED


async def move_folder(doing: Doing, place: str) -> None:
    await rebase(doing, _below(place, doing.item.ref.rpartition(SEPARATOR)[2]))


def _folder_prompt(selection: Selection) -> Prompt | None:
    detail = f"{_how_many(selection)} will be in no folder; nothing else happens to them."
    return Prompt(f"Delete the folder {selection.items[0].ref}?", detail, danger=True, verb="Delete folder")


async def _delete_folder(doing: Doing) -> None:
    item = doing.item

    async def change(record: Record) -> None:
        await set_folder(item, record, None)

    await change_each(doing, tuple(carriers(item.source.inventory, "folder", item.ref)), change)
    await remember_if_permitted(doing, lambda paths: [path for path in paths if not is_within(path, item.ref)])


RENAME_TAG = Command(
    "tag.rename", "Rename tag", TAG, _judge_tag, _rename_tag, _TAG_CALLS, "renamed", shortcut="F2", icon="rename",
    form=_tag_form,
)  # fmt: skip
DELETE_TAG = Command(
    "tag.delete", "Delete tag", TAG, _judge_tag, _delete_tag, _TAG_CALLS[1:], "deleted", icon="delete", danger=True,
    prompt=_tag_prompt,
)  # fmt: skip
NEW_FOLDER = Command(
    "folder.new", "New folder", FOLDER, _judge_new, _new_folder, _MEMORY_CALLS, "given the new folder", icon="folder",
    form=_new_form, lane=folder_lane,
    phrase="Create a folder in {}",
)  # fmt: skip
RENAME_FOLDER = Command(
    "folder.rename", "Rename folder", FOLDER, _judge_folder, _rename_folder, FOLDER_CALLS, "renamed",
    shortcut="F2", icon="rename", form=_rename_form, lane=folder_lane,
)  # fmt: skip
DELETE_FOLDER = Command(
    "folder.delete", "Delete folder", FOLDER, _judge_folder, _delete_folder, FOLDER_CALLS, "deleted",
    icon="delete", danger=True, prompt=_folder_prompt, lane=folder_lane,
)  # fmt: skip

COMMANDS = (RENAME_TAG, DELETE_TAG, NEW_FOLDER, RENAME_FOLDER, DELETE_FOLDER)
