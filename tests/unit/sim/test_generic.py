"""What follows from the fields alone: records, setters, maps, sets, expressions, constructors."""

from __future__ import annotations

import pytest

from tests.unit.sim.asking import Asked, Refused


async def _refusal(asked: Asked, method: str, *args: object) -> list[str]:
    with pytest.raises(Refused) as refused:
        await asked.call(method, *args)
    return refused.value.error


async def test_a_key_that_is_there_cannot_be_added_again(asked: Asked) -> None:
    network = asked.db.insert("network", {})
    await asked.call("network.add_to_other_config", network, "a", "1")
    error = await _refusal(asked, "network.add_to_other_config", network, "a", "2")
    assert error == ["MAP_DUPLICATE_KEY", "network", "other_config", network, "a"]
    await asked.call("network.remove_from_other_config", network, "a")
    await asked.call("network.remove_from_other_config", network, "a")
    assert await asked.call("network.get_other_config", network) == {}


async def test_tags_go_in_once_and_out_quietly(asked: Asked) -> None:
    network = asked.db.insert("network", {})
    await asked.call("network.add_tags", network, "x")
    await asked.call("network.add_tags", network, "x")
    assert await asked.call("network.get_tags", network) == ["x"]
    await asked.call("network.remove_tags", network, "nothing")


async def test_a_read_only_field_has_no_setter(asked: Asked) -> None:
    assert await _refusal(asked, "VM.set_uuid", "x", "y") == ["MESSAGE_METHOD_UNKNOWN", "VM.set_uuid"]


async def test_a_value_of_another_type_is_refused_in_the_servers_words(asked: Asked) -> None:
    network = asked.db.insert("network", {})
    assert await _refusal(asked, "network.set_MTU", network, 1.5) == [
        "INTERNAL_ERROR",
        "Failure(\"Expected int64, got 'F(1.5)'\")",
    ]
    assert await _refusal(asked, "network.set_MTU", network, "many") == ["INTERNAL_ERROR", 'Failure("Int64.of_string")']
    assert (await _refusal(asked, "network.set_tags", network, "x"))[1] == (
        "Failure(\"Expecting Rpc.Enum, but found 'S(x)'\")"
    )


async def test_an_integer_may_come_as_text_and_an_enum_in_any_case(asked: Asked) -> None:
    network, vm = asked.db.insert("network", {}), asked.db.insert("VM", {})
    await asked.call("network.set_MTU", network, "9000")
    assert asked.db.get("network", network, "MTU") == 9000
    await asked.call("VM.set_actions_after_shutdown", vm, "DESTROY")
    assert asked.db.get("VM", vm, "actions_after_shutdown") == "destroy"


async def test_a_constructor_names_the_field_it_misses(asked: Asked) -> None:
    error = await _refusal(asked, "network.create", {"name_label": "g"})
    assert error == ["INTERNAL_ERROR", 'Server_helpers.Dispatcher_FieldNotFound("other_config")']


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("true", {"a", "b"}),
        ('field "name__label" = "a"', {"a"}),
        ('not (field "MTU" = "9000")', {"b"}),
        ('field "name__label" = "a" and field "managed" = "true" or false', {"a"}),
    ],
)
async def test_records_are_found_by_expressions_over_database_names(asked: Asked, text: str, names: set[str]) -> None:
    asked.db.insert("network", {"name_label": "a", "MTU": 9000, "managed": True})
    asked.db.insert("network", {"name_label": "b", "managed": True})
    found = await asked.call("network.get_all_records_where", text)
    assert {record["name_label"] for record in found.values()} == names


async def test_an_expression_that_is_none_is_an_invalid_value(asked: Asked) -> None:
    asked.db.insert("network", {})
    assert await _refusal(asked, "network.get_all_records_where", "") == [
        "INVALID_VALUE",
        "",
        "Stdlib.Parsing.Parse_error",
    ]
    assert (await _refusal(asked, "network.get_all_records_where", "MTU > 3"))[0] == "INVALID_VALUE"
    assert await _refusal(asked, "network.get_all_records_where", 'field "name_label" = ""') == [
        "INTERNAL_ERROR",
        "missing field",
        "name_label",
        "",
    ]
