"""Every error in words, nothing unreadable in any of them."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeguard.datamodel.errors import ERRORS
from lifeguard.quantities import format_bytes
from lifeguard.rules.sentences import SENTENCES
from lifeguard.rules.sentences.sentence import table
from lifeguard.rules.verdict import Verdict
from lifeguard.rules.words import Words, sentence
from tests.support.building import build_pool, ref

_POOL = build_pool().host("h1").sr("nfs", "h1").network("lan", "h1").vm("web", on="h1", srs=("nfs",), networks=("lan",))
_REFS = [*sorted(_POOL.inventory.refs("VM")), ref("h1"), ref("nfs"), ref("gone"), ref("lan-h1"), "OpaqueRef:NULL"]
_PARAMETERS = st.sampled_from([*_REFS, "12", "", "text", f"CODE,{ref('gone')}|HOST_NOT_LIVE", f"a {ref('web')} b"])


def test_every_code_of_the_server_has_its_own_sentence() -> None:
    assert [code for code in ERRORS if code not in SENTENCES] == []


@pytest.mark.parametrize("code", ERRORS)
def test_no_ref_reaches_a_person_whatever_the_parameters(code: str) -> None:
    for param in (*_REFS, "{0}", "", "7"):
        for count in (0, 1, len(ERRORS[code]), len(ERRORS[code]) + 2):
            text = sentence(_POOL.inventory, code, (param,) * count)
            assert "OpaqueRef" not in text
            assert text.endswith(".")


@given(st.text(string.ascii_uppercase + "_", min_size=1), st.lists(_PARAMETERS, max_size=5))
def test_unknown_codes_show_themselves_and_their_parameters(code: str, params: list[str]) -> None:
    text = sentence(_POOL.inventory, f"X_{code}", params)
    assert f"X_{code}" in text
    assert "OpaqueRef" not in text


def test_refs_become_names_and_parts_are_called_after_their_owners() -> None:
    words = Words(_POOL.inventory)
    assert sentence(_POOL.inventory, "HOST_DISABLED", [ref("h1")]).startswith("h1 is in maintenance mode")
    assert words.name(ref("web-lan")) == "interface 0 of web"
    assert words.name(ref("lan-h1")) == "eth0 of h1"
    assert sentence(_POOL.inventory, "NO_HOSTS_AVAILABLE", []).startswith("No server of the pool")
    assert words.name(ref("gone")) == "an object that is gone"


def test_a_failure_says_what_happened_then_why_then_what_to_do() -> None:
    text = Words(_POOL.inventory).failure(
        "web was not migrated", "HOST_NOT_ENOUGH_FREE_MEMORY", ["8589934592", "3221225472"], ref("web"), ref("h1")
    )
    assert text == (
        "web was not migrated: h1 has 3.0 GiB of memory free, 8.0 GiB needed. "
        "Free memory there, or take another server."
    )


def test_several_errors_packed_into_one_are_taken_apart() -> None:
    packed = f"VM_LACKS_FEATURE,{ref('web')}|HOST_NOT_LIVE|HOST_NOT_LIVE"
    text = sentence(_POOL.inventory, "CANNOT_EVACUATE_HOST", [packed])
    assert "web has no guest tools" in text
    assert text.count("cannot be reached") == 1


def test_a_storage_driver_may_number_its_failures() -> None:
    text = sentence(_POOL.inventory, "SR_BACKEND_FAILURE_73", ["", "NFS mount error", ""])
    assert "NFS mount error" in text


def test_names_in_braces_are_text_not_holes() -> None:
    pool = build_pool().host("{0} {there}")
    assert Words(pool.inventory).name(ref("{0} {there}")) == "{0} {there}"
    verdict = Verdict("HOST_DISABLED", (ref("{0} {there}"),), Words(pool.inventory), ref("{0} {there}"))
    assert verdict.refusal is not None
    assert "{0} {there}" in verdict.refusal


def test_a_table_with_a_hole_is_refused() -> None:
    with pytest.raises(ValueError, match="not a sentence"):
        table("CODE")
    with pytest.raises(ValueError, match="said twice"):
        table("CODE | one\nCODE | two")


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [(0, "0 B"), (1536, "1.5 KiB"), (3 << 30, "3.0 GiB"), (128 << 30, "128 GiB"), (5 << 40, "5.0 TiB")],
)
def test_sizes_read_as_people_write_them(size_bytes: int, text: str) -> None:
    assert format_bytes(size_bytes) == text


def test_a_template_that_cannot_be_deleted_is_one_of_the_vendors() -> None:
    words = Words(_POOL.inventory)
    assert words.reason("VM_IS_TEMPLATE", (ref("web"), "destroy")) == "web is one of the vendor's templates"
    assert words.reason("VM_IS_TEMPLATE", (ref("web"), "start")) == "web is a template, not a VM"


def test_several_power_states_are_listed_as_people_list_them() -> None:
    text = sentence(_POOL.inventory, "VM_BAD_POWER_STATE", [ref("web"), "paused, suspended, running", "halted"])
    assert text == "web is halted, this needs it paused, suspended or running. Change its power state first."


def test_a_drive_without_a_position_is_just_a_drive() -> None:
    assert Words(_POOL.inventory).name(ref("web-nfs-vbd")) == "drive of web"
