"""Custom fields: a value, and the pool's list that makes it seen."""

import pytest

from lifeguard.commands.custom_fields import with_definition
from lifeguard.commands.jobs import Job, JobBoard
from lifeguard.commands.perform import perform
from lifeguard.commands.registry import command
from tests.support.asking import Script
from tests.support.building import build_pool, ref
from tests.unit.commands.recording import RecordingPool

LIST = (
    "<CustomFieldDefinitions>"
    '<CustomFieldDefinition name="Owner" type="String" defaultValue="" />'
    "</CustomFieldDefinitions>"
)


def pool(text: str = LIST) -> RecordingPool:
    builder = build_pool().host("h1").vm("web").pool(gui_config={"XenCenter.CustomFields": text})
    source = RecordingPool(builder)
    source.answers["pool.get_gui_config"] = {"XenCenter.CustomFields": text}
    return source


async def put(source: RecordingPool, field: str, value: str) -> tuple[Job, Script]:
    one, ask = command("object.custom_field"), Script(answers={"field": field, "value": value})
    assert one is not None
    (job,) = (await perform(one, source.select("web"), JobBoard(), ask)).jobs
    await job.wait()
    return job, ask


async def test_a_known_field_is_only_set() -> None:
    source = pool()
    _, ask = await put(source, "Owner", "Finance")
    assert ask.forms[0].detail == "Known are Owner; another name makes a new field."
    key = "XenCenter.CustomFields.Owner"
    assert source.calls == [
        ("VM.remove_from_other_config", ref("web"), key), ("VM.add_to_other_config", ref("web"), key, "Finance"),
    ]  # fmt: skip


async def test_a_new_field_comes_into_the_list_first() -> None:
    source = pool()
    await put(source, "Rack", "B12")
    added = next(call for call in source.calls if call[0] == "pool.add_to_gui_config")
    assert added[3].count("<CustomFieldDefinition ") == 2
    assert source.calls.index(added) < len(source.calls) - 1


async def test_a_field_that_is_emptied_makes_no_new_one() -> None:
    source = pool()
    await put(source, "Rack", "")
    assert [call[0] for call in source.calls] == ["VM.remove_from_other_config"]


async def test_a_list_that_cannot_be_read_is_left_alone() -> None:
    source = pool("<broken")
    job, _ = await put(source, "Rack", "B12")
    assert job.error is not None
    assert "cannot be read" in job.error.sentence
    assert [call[0] for call in source.calls] == ["pool.get_gui_config"]


def test_lists_grow_by_one_and_never_twice() -> None:
    once = with_definition("", "A & B")
    assert with_definition(once, "A & B") == once
    with pytest.raises(ValueError, match="no element found"):
        with_definition("<a>", "B")
