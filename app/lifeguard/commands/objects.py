"""What can be done to any object: its name, its tags and its folder."""

from __future__ import annotations

from lifeguard.commands.ask import Form, TextField
from lifeguard.commands.carriers import ROOT, carriers, is_within, remember_if_permitted, set_folder
from lifeguard.commands.command import Command, Doing
from lifeguard.commands.forms import in_short, name_of, text_of
from lifeguard.commands.groups import FOLDER_CALLS, folder_lane, judge_into, move_folder
from lifeguard.commands.judging import always, refuse
from lifeguard.commands.kinds import FOLDER as FOLDERS
from lifeguard.commands.kinds import NAMED, TAGGABLE
from lifeguard.commands.selection import Item, Selection
from lifeguard.inventory.folders import clean_path, folder_of, parent_of
from lifeguard.rules.verdict import ALLOWED, Verdict
from lifeguard.xapi.failures import Failure


def class_name_of(item: Item) -> str:
    """The server's word for the object's class, as calls begin with."""
    return item.source.inventory.class_of(item.ref) or ""


def tags_of(item: Item) -> tuple[str, ...]:
    tags: tuple[str, ...] = getattr(item.record, "tags", ())
    return tags


def _rename_form(selection: Selection) -> Form | None:
    record = selection.items[0].record
    name = getattr(record, "name_label", "")
    description = getattr(record, "name_description", "")
    return Form(
        f"Rename {name_of(selection, selection.items[0])}",
        (TextField("name", "Name", name), TextField("description", "Description", description, False, True)),
        "Rename",
    )


async def _rename(doing: Doing) -> None:
    kind, record = class_name_of(doing.item), doing.item.record
    for key, field in (("name", "name_label"), ("description", "name_description")):
        new = text_of(doing, key, getattr(record, field, ""))
        if new != getattr(record, field, ""):
            await doing.call(f"{kind}.set_{field}", doing.item.ref, new)


def _tags_form(selection: Selection) -> Form | None:
    shared = set(tags_of(selection.items[0])).intersection(*map(tags_of, selection.items))
    text = TextField("tags", "Tags, separated by commas", ", ".join(sorted(shared, key=str.casefold)), required=False)
    return Form(f"Tags of {in_short(selection, 'objects')}", (text,), "Save tags")


async def _set_tags(doing: Doing) -> None:
    """Add what was added and remove what was removed; tags that only some of the objects have stay with them."""
    shared = set(tags_of(doing.item)).intersection(*map(tags_of, doing.selection.items))
    wanted = {tag.strip() for tag in text_of(doing, "tags").split(",")} - {""}
    kind = class_name_of(doing.item)
    for tag in sorted(shared - wanted):
        await doing.call(f"{kind}.remove_tags", doing.item.ref, tag)
    for tag in sorted(wanted - set(tags_of(doing.item))):
        await doing.call(f"{kind}.add_tags", doing.item.ref, tag)


def _judge_add_tag(selection: Selection, item: Item) -> Verdict:
    tag = selection.target.ref if selection.target is not None else ""
    return refuse(selection, item, "already_tagged") if tag in tags_of(item) else ALLOWED


async def _add_tag(doing: Doing) -> None:
    await doing.call(f"{class_name_of(doing.item)}.add_tags", doing.item.ref, doing.target_ref)


def _folder_form(selection: Selection) -> Form | None:
    item = selection.items[0]
    present = parent_of(item.ref) if item.kind else folder_now(item)
    hint = "A path such as /Production/Web; empty for none."
    field = TextField("folder", "Folder", present or "", required=False, flaw=_path_flaw)
    return Form(f"Folder of {in_short(selection, 'objects')}", (field,), "Move", hint)


def _path_flaw(text: str) -> str:
    if ";" in text:
        return "A folder’s name has no “;” in it"
    return "A path begins with “/”" if text and clean_path(text) is None and text != ROOT else ""


def folder_now(item: Item) -> str | None:
    """The folder that an object is in."""
    record = item.record
    return folder_of(record) if record is not None else None


async def _set_folder(doing: Doing) -> None:
    """As typed; a folder is judged only now, since nobody knew before where it was to go."""
    place = clean_path(text_of(doing, "folder")) or ROOT
    if doing.item.kind and not judge_into(doing.selection, doing.item, place).allowed:
        verdict = judge_into(doing.selection, doing.item, place)
        raise Failure(verdict.refusal or "")
    await _move(doing, place)


def _judge_folder(selection: Selection, item: Item) -> Verdict:
    return refuse(selection, item, "root_folder") if item.kind and item.ref == ROOT else ALLOWED


def _judge_into_folder(selection: Selection, item: Item) -> Verdict:
    if selection.target is None:
        return ALLOWED
    place = clean_path(selection.target.ref) or ROOT
    if item.kind:
        return judge_into(selection, item, place)
    return refuse(selection, item, "same_place") if (folder_now(item) or ROOT) == place else ALLOWED


async def _into_folder(doing: Doing) -> None:
    await _move(doing, clean_path(doing.target_ref) or ROOT)


def _judge_out_of_folder(selection: Selection, item: Item) -> Verdict:
    return ALLOWED if folder_now(item) is not None else refuse(selection, item, "in_no_folder")


async def _out_of_folder(doing: Doing) -> None:
    await _move(doing, ROOT)


async def _move(doing: Doing, place: str) -> None:
    """The folder that is left stays, even if nothing is in it any more: nobody has deleted it."""
    item, record = doing.item, doing.item.record
    if item.kind:
        await move_folder(doing, place)
    elif record is not None:
        left = folder_of(record)
        await set_folder(item, record, place if place != ROOT else None)
        leaving = {one.ref for one in doing.selection.items}
        inside = carriers(item.source.inventory, "folder", left) if left is not None else ()
        if left is not None and not is_within(place, left) and all(one.ref in leaving for one in inside):
            await remember_if_permitted(doing, lambda paths: [*paths, left])


RENAME = Command(
    "object.rename", "Rename", NAMED, always, _rename, ("*.set_name_label",), "renamed", "one", shortcut="F2",
    form=_rename_form,
)  # fmt: skip
TAGS = Command(
    "object.tags", "Edit tags", TAGGABLE, always, _set_tags, ("*.add_tags", "*.remove_tags"), "tagged", icon="tag",
    form=_tags_form,
    phrase="Edit the tags of {}",
)  # fmt: skip
ADD_TAG = Command(
    "object.add_tag", "Tag", TAGGABLE, _judge_add_tag, _add_tag, ("*.add_tags",), "tagged", target="tag", icon="tag",
    phrase="Tag {} with {target}",
)  # fmt: skip
FOLDER = Command(
    "object.folder", "Change folder", TAGGABLE | FOLDERS, _judge_folder, _set_folder, FOLDER_CALLS, "moved",
    icon="folder", form=_folder_form, lane=folder_lane,
    phrase="Change the folder of {}",
)  # fmt: skip
INTO_FOLDER = Command(
    "object.into_folder", "Move into folder", TAGGABLE | FOLDERS, _judge_into_folder, _into_folder, FOLDER_CALLS,
    "moved", target="folder", icon="folder", lane=folder_lane,
    phrase="Move {} into {target}",
)  # fmt: skip
OUT_OF_FOLDER = Command(
    "object.out_of_folder", "Remove from folder", TAGGABLE, _judge_out_of_folder, _out_of_folder, FOLDER_CALLS,
    "moved", icon="folder", lane=folder_lane,
    phrase="Remove {} from its folder",
)  # fmt: skip

COMMANDS = (RENAME, TAGS, ADD_TAG, FOLDER, INTO_FOLDER, OUT_OF_FOLDER)
