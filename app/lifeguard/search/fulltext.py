"""The quick filter: every word must be in the name or the description, or mean an address."""

from __future__ import annotations

from lifeguard.inventory.addresses import is_partial_address
from lifeguard.search.query import GroupQuery, IPAddressQuery, Query, StringPropertyQuery


def word_query(word: str) -> Query:
    """What one word asks."""
    parts: tuple[Query, ...] = (StringPropertyQuery("label", word), StringPropertyQuery("description", word))
    if is_partial_address(word):
        parts = (*parts, IPAddressQuery("ip_address", word))
    return GroupQuery("Or", parts)


def words_query(text: str) -> Query | None:
    """What a text without any syntax asks; None when it has no words."""
    words = text.split()
    if not words:
        return None
    return word_query(words[0]) if len(words) == 1 else GroupQuery("And", tuple(map(word_query, words)))


def plain_word(query: Query) -> str | None:
    """The word that a query asks for, None when it asks anything else."""
    first = query.queries[0] if isinstance(query, GroupQuery) and query.queries else None
    if not isinstance(first, StringPropertyQuery) or not first.query or word_query(first.query) != query:
        return None
    return first.query
