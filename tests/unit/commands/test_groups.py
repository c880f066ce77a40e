"""Tags and folders as things of their own: renamed, deleted, made and moved, with an honest account of the rest."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from lifeguard.commands.carriers import carriers, folder_paths
from lifeguard.commands.drops import on_folder, on_tag
from lifeguard.commands.jobs import Job, JobBoard
from lifeguard.commands.menus import context_menu, context_of
from lifeguard.commands.perform import perform
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Item, Selection
from lifeguard.xapi.failures import ApiFailure
from lifeguard.xapi.permissions import Permissions
from tests.support.asking import Script
from tests.support.building import build_pool, ref
from tests.support.waiting import until
from tests.unit.commands.recording import RecordingPool

CONFIG = {"EMPTY_FOLDERS": "/old;/a/empty"}


def pool() -> RecordingPool:
    """Folders /a (vm one, host h1), /a/b (vm two), /a/empty and /old; tag gold on one, two and h1."""
    builder = build_pool().host("h1", tags=["gold"], other_config={"folder": "/a"}).sr("nfs", "h1")
    builder.vm("one", tags=["gold", "red"], other_config={"folder": "/a"})
    builder.vm("two", tags=["gold"], other_config={"folder": "/a/b"}).vm("none", on="h1")
    builder.change("pool", "pool", other_config=CONFIG)
    source = RecordingPool(builder)
    source.answers["pool.get_other_config"] = CONFIG
    return source


def of(source: RecordingPool, kind: str, *keys: str, target: str = "") -> Selection:
    aim = Item(source, target, "folder") if target else None
    return Selection(tuple(Item(source, key, kind) for key in keys), aim)


async def run(name: str, selection: Selection, answers: Mapping[str, Any] | None = None) -> Job:
    one = command(name)
    assert one is not None
    ask = Script(answers=answers or {})
    (job,) = (await perform(one, selection, JobBoard(), ask)).jobs
    await job.wait()
    return job


def why(name: str, selection: Selection) -> str:
    one = command(name)
    assert one is not None
    return one.judge(selection)[0].key


def test_carriers_are_found_at_any_depth_and_in_every_class() -> None:
    inventory = pool().inventory
    assert {one.ref for one in carriers(inventory, "tag", "gold")} == {ref("h1"), ref("one"), ref("two")}
    assert {one.ref for one in carriers(inventory, "folder", "/a")} == {ref("h1"), ref("one"), ref("two")}
    assert {one.ref for one in carriers(inventory, "folder", "/a/b")} == {ref("two")}
    assert folder_paths(inventory) == {"/a", "/a/b", "/a/empty", "/old"}


async def test_a_renamed_tag_is_added_before_the_old_one_goes() -> None:
    source = pool()
    job = await run("tag.rename", of(source, "tag", "gold"), {"name": "red"})
    assert (job.status, job.title, job.note) == ("done", "Rename tag gold", "3 of 3 objects changed.")
    assert sorted(source.calls) == sorted([
        ("host.add_tags", ref("h1"), "red"), ("host.remove_tags", ref("h1"), "gold"),
        ("VM.remove_tags", ref("one"), "gold"),
        ("VM.add_tags", ref("two"), "red"), ("VM.remove_tags", ref("two"), "gold"),
    ])  # fmt: skip
    assert source.calls.index(("VM.add_tags", ref("two"), "red")) < source.calls.index(
        ("VM.remove_tags", ref("two"), "gold")
    )


async def test_what_one_object_refuses_does_not_keep_the_rest_from_it_and_is_told() -> None:
    source = pool()
    source.answers["host.remove_tags"] = ApiFailure("HOST_OFFLINE", (ref("h1"),))
    job = await run("tag.delete", of(source, "tag", "gold"))
    assert (job.status, job.note) == ("failed", "2 of 3 objects changed.")
    assert job.error is not None
    assert "2 changed, 1 could not be" in job.error.sentence
    assert "h1: " in job.error.sentence
    assert [call[0] for call in source.calls].count("VM.remove_tags") == 2
    assert job.can_retry


class SlowPool(RecordingPool):
    """Every call takes a turn of the loop."""

    async def call(self, method: str, *args: Any) -> Any:
        await asyncio.sleep(0)
        return await super().call(method, *args)


async def test_a_job_that_is_cancelled_says_how_far_it_came() -> None:
    source, one = SlowPool(pool().builder), command("tag.delete")
    assert one is not None
    (job,) = (await perform(one, of(source, "tag", "gold"), JobBoard(), Script())).jobs
    await until(lambda: len(source.calls) == 1)
    job.cancel()
    await job.wait()
    assert (job.status, job.note, len(source.calls)) == ("cancelled", "1 of 3 objects changed so far.", 1)


async def test_a_new_folder_is_remembered_by_the_pool() -> None:
    source = pool()
    await run("folder.new", of(source, "folder", "/a"), {"name": "new"})
    await run("folder.new", of(source, "folder", "/"), {"name": "top"})
    added = [call[-1] for call in source.calls if call[0] == "pool.add_to_other_config"]
    assert added == ["/old;/a/empty;/a/new", "/old;/a/empty;/top"]


async def test_a_folder_is_renamed_with_all_that_is_in_it() -> None:
    source = pool()
    await run("folder.rename", of(source, "folder", "/a"), {"name": "z"})
    added = {(call[1], call[-1]) for call in source.calls if call[0].endswith("add_to_other_config")}
    assert added == {
        (ref("h1"), "/z"), (ref("one"), "/z"), (ref("two"), "/z/b"), (ref("pool"), "/old;/z/empty"),
    }  # fmt: skip


async def test_a_deleted_folder_lets_everything_go_and_is_forgotten() -> None:
    source = pool()
    await run("folder.delete", of(source, "folder", "/a"))
    assert {call[1] for call in source.calls if call[0].endswith("remove_from_other_config")} == {
        ref("h1"), ref("one"), ref("two"), ref("pool"),
    }  # fmt: skip
    assert [call for call in source.calls if call[0].endswith("add_to_other_config")] == [
        ("pool.add_to_other_config", ref("pool"), "EMPTY_FOLDERS", "/old")
    ]


async def test_a_folder_goes_into_another_one() -> None:
    source = pool()
    drop = on_folder(of(source, "folder", "/a/b"), "/old")
    assert drop is not None
    assert drop.is_open
    job = await run(drop.command.id, drop.selection)
    assert job.title == "Move /a/b into /old"
    assert ("VM.add_to_other_config", ref("two"), "folder", "/old/b") in source.calls


@pytest.mark.parametrize(
    ("path", "place", "reason"),
    [
        ("/a", "/a", "folder_inside_itself"), ("/a", "/a/b", "folder_inside_itself"), ("/a", "/", "same_place"),
        ("/a/b", "/a", "same_place"), ("/", "/a", "root_folder"), ("/a/b", "/", ""), ("/a", "/old", ""),
    ],
)  # fmt: skip
def test_a_folder_cannot_go_everywhere(path: str, place: str, reason: str) -> None:
    assert why("object.into_folder", of(pool(), "folder", path, target=place)) == reason


def test_folders_of_several_parents_do_not_move_together_and_a_name_is_not_taken_twice() -> None:
    source = pool()
    assert why("object.into_folder", of(source, "folder", "/a/b", "/old", target="/a/empty")) == "folders_apart"
    source.builder.change("VM", "none", other_config={"folder": "/old/b"})
    assert why("object.into_folder", of(source, "folder", "/a/b", target="/old")) == "folder_exists"


def test_names_of_folders_and_tags_have_flaws() -> None:
    source = pool()
    one, tag = command("folder.new"), command("tag.rename")
    assert one is not None
    assert tag is not None
    assert one.form is not None
    assert tag.form is not None
    (field,) = one.form(of(source, "folder", "/a")).fields  # type: ignore[union-attr]
    assert [bool(field.flaw(text)) for text in ("ok", "a/b", "a;b", "b")] == [False, True, True, True]  # type: ignore
    (field,) = tag.form(of(source, "tag", "gold")).fields  # type: ignore[union-attr]
    assert [bool(field.flaw(text)) for text in ("ok", "a,b")] == [False, True]  # type: ignore


async def test_objects_leave_their_folder_and_the_last_one_leaves_it_standing() -> None:
    source = pool()
    await run("object.out_of_folder", source.select("two"))
    assert source.calls[0] == ("VM.remove_from_other_config", ref("two"), "folder")
    assert source.calls[-1] == ("pool.add_to_other_config", ref("pool"), "EMPTY_FOLDERS", "/old;/a/empty;/a/b")
    source.calls.clear()
    await run("object.into_folder", Selection(source.select("one").items, Item(source, "/old", "folder")))
    assert [call[0] for call in source.calls] == ["VM.remove_from_other_config", "VM.add_to_other_config"]
    assert why("object.out_of_folder", source.select("none")) == "in_no_folder"


def test_groups_have_menus_of_their_own_and_are_called_what_they_are() -> None:
    source = pool()
    shown = {
        kind: [line.id for line in context_menu(of(source, kind, key)) if line is not None]
        for kind, key in (("tag", "gold"), ("folder", "/a"))
    }
    assert shown == {
        "tag": ["tag.rename", "tag.delete"],
        "folder": ["folder.new", "folder.rename", "object.folder", "folder.delete"],
    }
    root = {line.id: line for line in context_menu(of(source, "folder", "/")) if line is not None}
    assert root["folder.new"].allowed
    assert root["folder.delete"].refusal == "It is the top of all folders."
    assert context_of(of(source, "tag", "gold", "red")) == "tag"
    assert why("tag.rename", of(source, "tag", "gold", "red")) == "one_at_a_time"


def test_a_refused_drop_on_a_tag_names_the_object_and_no_ref() -> None:
    drop = on_tag(pool().select("one"), "gold")
    assert drop is not None
    assert drop.verdicts[0].refusal == "one: it has that tag already."
    folders = on_tag(of(pool(), "folder", "/a"), "gold")
    assert folders is not None
    assert not folders.is_open


def test_the_role_has_to_suffice_for_whatever_may_have_the_tag() -> None:
    source = pool()
    source.permissions = Permissions(frozenset({"vm.add_tags", "vm.remove_tags"}))
    assert why("tag.rename", of(source, "tag", "gold")) == "RBAC_PERMISSION_DENIED"


async def test_a_role_that_may_not_keep_the_list_of_empty_folders_moves_objects_all_the_same() -> None:
    source = pool()
    source.answers["pool.remove_from_other_config"] = ApiFailure("RBAC_PERMISSION_DENIED", ("pool.x", ""))
    job = await run("folder.rename", of(source, "folder", "/a"), {"name": "z"})
    assert (job.status, job.error) == ("done", None)
    assert job.note.startswith("3 of 3 objects changed. Folders that are empty now are not kept")
    source.permissions = Permissions(frozenset({"vm.start"}))
    verdict = command("folder.new").judge(of(source, "folder", "/a"))[0]  # type: ignore[union-attr]
    assert verdict.params[-1] == "pool-operator"
