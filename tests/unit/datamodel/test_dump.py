"""Databases as files: read exactly, read as far as they go, written so that the same is read back."""

import contextlib
from gzip import compress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeguard.datamodel.dump import NotADump, read_dump, write_dump
from lifeguard.datamodel.schema import is_null
from lifeguard.datamodel.sexpr import Unreadable, parse, protect, quote, unprotect

HEAD = b'<database><manifest><pair key="schema_major_vsn" value="5"/></manifest>'


def test_a_value_is_read_by_the_type_of_its_field() -> None:
    dump = read_dump(
        HEAD
        + b"""<table name="VM"><row ref="OpaqueRef:a" _ref="OpaqueRef:a" __ctime="1" name__label="web%.1"
        is_a_template="false" memory__static_max="4294967296" HVM__shadow_multiplier="1.5" resident_on=""
        other_config="(('folder'%.'/prod') ('note' 'it\\'s'))" tags="('blue' 'a%nb')"/></table></database>"""
    )
    assert dump.skipped == ()
    vm = dump.tables["VM"]["OpaqueRef:a"]
    assert vm["name_label"] == "web 1"
    assert vm["is_a_template"] is False
    assert vm["memory_static_max"] == 4294967296
    assert vm["HVM_shadow_multiplier"] == 1.5
    assert is_null(vm["resident_on"])
    assert vm["other_config"] == {"folder": "/prod", "note": "it's"}
    assert vm["tags"] == ("blue", "a\nb")


def test_back_references_that_old_files_lack_are_rebuilt_from_the_children() -> None:
    dump = read_dump(
        HEAD
        + b"""<table name="VBD"><row ref="b1" VM="v"/><row ref="b2" VM="v"/><row ref="b3" VM="gone"/></table>
        <table name="VM"><row ref="v"/></table></database>"""
    )
    assert dump.tables["VM"]["v"]["VBDs"] == ("b1", "b2")


def test_a_row_without_a_ref_is_left_out_and_named_and_the_rest_is_read() -> None:
    dump = read_dump(HEAD + b'<table name="VM"><row ref="a"/><row name__label="x"/><row ref="c"/></table></database>')
    assert set(dump.tables["VM"]) == {"a", "c"}
    assert dump.skipped == ("row 2 of table VM was left out: it has no ref.",)


def test_a_field_of_the_wrong_type_is_named_and_the_row_is_kept() -> None:
    dump = read_dump(HEAD + b'<table name="VM"><row ref="a" order="soon" tags="(\'x\' "/></table></database>')
    assert dump.tables["VM"]["a"]["order"] == 0
    assert dump.tables["VM"]["a"]["tags"] == ("x",)
    assert [sentence.split(":")[0] for sentence in dump.skipped] == ["row 1 of table VM (a)"] * 2
    assert "'soon'" in dump.skipped[0]


def test_a_row_that_is_not_well_formed_is_left_out_by_its_line_and_the_rest_is_read() -> None:
    dump = read_dump(
        HEAD
        + b"""
<table name="VM"><row ref="a" name__label="one"/>
<row ref="b" name__label="a < b & c"/>
<row ref="c" name__label="three"/></table>
<table name="host"><row ref="h"/></table></database>"""
    )
    assert set(dump.tables["VM"]) == {"a", "c"}
    assert set(dump.tables["host"]) == {"h"}
    assert dump.skipped == ("line 3, row of table VM was left out: it is not well-formed.",)


def test_bytes_that_are_no_text_are_replaced_and_said() -> None:
    dump = read_dump(HEAD + b'<table name="VM"><row ref="a" name__label="D\xffb"/></table></database>')
    assert dump.tables["VM"]["a"]["name_label"] == "D\ufffdb"
    assert dump.skipped == ("Some bytes of the file are no text: there is a “\ufffd” instead of each.",)


@pytest.mark.parametrize("encoding", ["none-such", "shift_jis", "utf-32"])
def test_an_encoding_that_is_not_known_does_not_keep_a_plain_file_from_being_read(encoding: str) -> None:
    dump = read_dump(f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + HEAD + b"</database>")
    assert dump.manifest == {"schema_major_vsn": "5"}


def test_a_file_in_two_byte_letters_is_read_also_up_to_where_it_ends() -> None:
    whole = (HEAD + b'<table name="VM"><row ref="a" name__label="one"/><row ref="b"/></table></database>').decode()
    assert set(read_dump(whole.encode("utf-16")).tables["VM"]) == {"a", "b"}
    assert set(read_dump(whole.encode("utf-16")[:-60]).tables["VM"]) == {"a"}


def test_a_compressed_file_is_unpacked_as_far_as_it_goes() -> None:
    rows = "".join(f'<row ref="r{number}" name__label="{number * 7919 % 104729}"/>' for number in range(20_000))
    whole = HEAD + f'<table name="VM">{rows}</table></database>'.encode()
    packed = compress(whole, mtime=0)
    assert len(read_dump(packed).tables["VM"]) == 20_000
    for damaged in (packed[: len(packed) // 2], packed[: len(packed) // 2] + bytes(5_000)):
        dump = read_dump(damaged)
        assert 1_000 < len(dump.tables["VM"]) < 20_000
        assert dump.skipped[-1] == "The file ends too early: what would follow is missing."
    with pytest.raises(NotADump, match="not a XenServer database"):
        read_dump(packed[:2] + bytes(20))


def test_a_file_that_ends_too_early_is_read_up_to_there() -> None:
    rows = b'<row ref="a" name__label="one"/><row ref="b" name__label="two"/>'
    whole = HEAD + b'<table name="VM">' + rows + b"</table></database>"
    dump = read_dump(whole[: whole.index(b'two"')])
    assert set(dump.tables["VM"]) == {"a"}
    assert any("ends too early" in sentence for sentence in dump.skipped)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<html/>",
        b"\x00\xff" * 100,
        b'<!DOCTYPE d [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><database>&b;</database>',
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><database><table name="VM">&x;</table></database>',
        b"<a>" * 100_000,
    ],
)
def test_what_is_no_database_ends_in_one_clear_sentence(data: bytes) -> None:
    with pytest.raises(NotADump, match="This is not a XenServer database"):
        read_dump(data)


def test_lists_nested_without_end_are_refused() -> None:
    with pytest.raises(Unreadable):
        parse("(" * 100_000)


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc"), whitelist_characters="\t\n\r")))
def test_protected_white_space_comes_back(text: str) -> None:
    assert unprotect(protect(text)) == text


@given(st.lists(st.text()))
def test_quoted_elements_come_back(items: list[str]) -> None:
    assert parse(f"({' '.join(map(quote, items))})") == items


_TEXT = st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc"), whitelist_characters="\t\n\r"), max_size=20)


@given(
    name=_TEXT,
    tags=st.lists(_TEXT).map(tuple),
    other=st.dictionaries(_TEXT, _TEXT),
    order=st.integers(-(2**63), 2**63 - 1),
    shadow=st.floats(allow_nan=False),
    is_template=st.booleans(),
)
def test_what_is_written_is_read_back(
    name: str, tags: tuple[str, ...], other: dict[str, str], order: int, shadow: float, is_template: bool
) -> None:
    row = {
        "name_label": name,
        "tags": tags,
        "other_config": other,
        "order": order,
        "HVM_shadow_multiplier": shadow,
        "is_a_template": is_template,
    }
    dump = read_dump(write_dump({"VM": {"OpaqueRef:a": row}}))
    assert dump.skipped == ()
    assert {key: dump.tables["VM"]["OpaqueRef:a"][key] for key in row} == row


@given(st.binary(max_size=400), st.integers(0, 300))
def test_no_bytes_make_the_reader_fail_otherwise(noise: bytes, at: int) -> None:
    whole = HEAD + b'<table name="VM"><row ref="a" other_config="((\'k\' \'v\'))"/></table></database>'
    for data in (noise, whole[:at] + noise + whole[at:]):
        with contextlib.suppress(NotADump):
            read_dump(data)
