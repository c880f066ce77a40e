"""The quick filter above the tree: words, or the whole language of searches for those who know it."""

from __future__ import annotations

from lifeguard.search.fulltext import words_query
from lifeguard.search.language import QueryError, parse
from lifeguard.search.query import Query


def quick_query(text: str) -> Query | None:
    """What was typed, None for nothing; what is no sentence of the language is taken as plain words."""
    try:
        return parse(text)
    except QueryError:
        return words_query(text)
