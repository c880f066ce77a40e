"""The words by which objects are grouped, each counted: what may stand after a key of the language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lifeguard.search.profile import Profile
from lifeguard.search.words import FIELD_KEY


class Vocabulary:
    """Follows the profiles of one pool: a word is known as long as some object has it."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}

    def add(self, profile: Profile) -> None:
        for key, word in _words(profile):
            self._counts.setdefault(key, Counter())[word] += 1

    def remove(self, profile: Profile) -> None:
        for key, word in _words(profile):
            counts = self._counts[key]
            counts[word] -= 1
            if not counts[word]:
                del counts[word]

    def words(self, key: str) -> Iterator[str]:
        """The words for a key of the language (`tag`, `field.Owner`)."""
        return iter(self._counts.get(key, ()))


def _words(profile: Profile) -> Iterator[tuple[str, str]]:
    yield from (("tag", tag) for tag in profile.tags)
    yield from (("folder", folder) for folder in profile.folders)
    yield from ((f"{FIELD_KEY}.{name}", value) for name, value in profile.fields)
    if profile.os is not None:
        yield ("os", profile.os)
