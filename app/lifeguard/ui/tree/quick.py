"""The quick filter above the tree: words, or the whole language of searches for those who know it."""

from __future__ import annotations

from datetime import datetime

from lifeguard.inventory.answers import Facts
from lifeguard.search.evaluate import matches
from lifeguard.search.fulltext import words_query
from lifeguard.search.language import QueryError, parse
from lifeguard.tree.options import Filter


def quick_filter(text: str, now: datetime) -> Filter | None:
    """A filter for what was typed, None for nothing; what is no sentence of the language is taken as plain words."""
    try:
        query = parse(text)
    except QueryError:
        query = words_query(text)
    if query is None:
        return None

    def is_found(facts: Facts, ref: str) -> bool:
        record = facts.find(ref)
        return record is not None and matches(query, facts, record, now)

    return is_found
