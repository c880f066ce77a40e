"""Records from every kind of server: lenient to what is missing, unknown or of the wrong kind, never guessing."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeguard.datamodel.decode import MalformedRecord, UnknownRecord, decode_record
from lifeguard.datamodel.records import RECORDS, Vm, VmMetrics
from lifeguard.datamodel.schema import NULL_REF


def test_every_class_of_the_description_has_a_record_with_defaults() -> None:
    for name in RECORDS:
        assert decode_record(name, "OpaqueRef:x", b"{}").ref == "OpaqueRef:x"


def test_numbers_as_text_and_numbers_as_numbers_give_the_same_record() -> None:
    as_json = b'{"memory_static_max":4294967296,"is_a_template":false,"HVM_shadow_multiplier":1.5,"order":"3"}'
    as_xml = {"memory_static_max": "4294967296", "is_a_template": False, "HVM_shadow_multiplier": 1.5, "order": "3"}
    assert decode_record("VM", "a", as_json) == decode_record("VM", "a", as_xml)


def test_unknown_fields_and_enum_values_do_not_hinder_the_others() -> None:
    vm = decode_record("VM", "a", b'{"power_state":"Dreaming","colour":{"deep":[1]},"name_label":"web"}')
    assert isinstance(vm, Vm)
    assert (vm.power_state, vm.name_label, vm.resident_on) == ("Dreaming", "web", NULL_REF)


def test_a_bare_nan_that_some_servers_send_is_read() -> None:
    metrics = decode_record("VM_metrics", "a", b'{"VCPUs_utilisation":{"0":NaN},"memory_actual":17}')
    assert isinstance(metrics, VmMetrics)
    assert metrics.memory_actual == 17
    assert metrics.VCPUs_utilisation[0] != metrics.VCPUs_utilisation[0]


def test_a_field_of_the_wrong_kind_gets_its_default_and_is_named() -> None:
    problems: list[str] = []
    vm = decode_record("VM", "a", b'{"order":"soon","tags":"","name_label":7,"VBDs":["b"]}', problems)
    assert isinstance(vm, Vm)
    assert (vm.order, vm.tags, vm.name_label, vm.VBDs) == (0, (), "7", ("b",))
    assert problems == ["order is 'soon'"]


def test_a_class_that_is_not_known_is_kept_as_it_came() -> None:
    record = decode_record("Teapot", "a", b'{"uuid":"u","handle":"left"}')
    assert isinstance(record, UnknownRecord)
    assert record.fields["handle"] == "left"


@pytest.mark.parametrize("payload", [b"", b"[]", b"7", b'{"a":', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_record_is_refused(payload: bytes) -> None:
    with pytest.raises(MalformedRecord):
        decode_record("VM", "a", payload)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(RECORDS)), st.data())
def test_no_values_make_decoding_fail(class_name: str, data: st.DataObject) -> None:
    fields = st.sampled_from(RECORDS[class_name].__struct_fields__)
    assert decode_record(class_name, "a", data.draw(st.dictionaries(fields, _JSON))).ref == "a"


@given(st.binary(max_size=200))
def test_no_bytes_make_decoding_fail_otherwise(payload: bytes) -> None:
    with contextlib.suppress(MalformedRecord):
        decode_record("VM", "a", payload)
