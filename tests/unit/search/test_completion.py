"""What may come next while a search is typed."""

from __future__ import annotations

from functools import partial

from lifeguard.inventory.answers import Answers
from lifeguard.inventory.custom_fields import field_definitions
from lifeguard.inventory.saved import open_dump
from lifeguard.search.completion import Candidate, complete
from lifeguard.search.index import SearchIndex
from lifeguard.search.language import parse
from tests.support import shared_path


def _texts(text: str, cursor: int | None = None) -> list[str]:
    inventory, _ = open_dump(shared_path("dumps/grimsby.xml").read_bytes())
    index = SearchIndex()
    index.connect("pool", Answers(inventory))
    while index.fill():
        pass
    fields = [field.name for field in field_definitions(inventory)]
    where = len(text) if cursor is None else cursor
    return [found.text for found in complete(text, where, partial(index.known, sources=["pool"]), fields)]


def test_a_word_may_become_a_key() -> None:
    assert _texts("web me") == ["memory>"]
    assert _texts("web memory") == ["memory>", "memory<", "memory:"]
    assert "os:" in _texts("")
    assert _texts("!st") == ["state:", "started:"]
    assert _texts("fi") == ["field.Department:", 'field."Last Virus Scan":']


def test_after_a_key_come_its_values() -> None:
    assert _texts("state:s") == ["suspended", "paused"]
    assert _texts("(shared:") == ["no", "yes"]
    assert _texts("tag:") == ["broken"]
    assert _texts("host:") == ["chester", "grimsby"]
    assert _texts("pool:gr") == ['"Grimsby pool"']
    assert _texts('sr:"nfs iso') == ['"NFS ISO library"']
    assert _texts("folder:/foo/b") == ["/foo/bar", "/foo/bar/sq", "/foo/bar/sqrt"]
    assert _texts("os:") == ['"Debian 4.0"', "Unknown"]


def test_a_finished_value_is_followed_by_a_new_word() -> None:
    assert "name:" in _texts("host:chester ")
    assert _texts("host:chester web", cursor=8) == ["chester"]


def test_a_candidate_says_what_it_replaces() -> None:
    (only,) = complete("a power:run", 11, lambda key, typed, limit: ())
    assert only == Candidate("running", 8)
    assert parse("a power:run"[: only.start] + only.text) is not None
