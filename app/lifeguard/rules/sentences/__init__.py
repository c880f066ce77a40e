"""What we say about every error code of the server, and about our own refusals: data in our own words, by family."""

from __future__ import annotations

from collections.abc import Mapping

from lifeguard.rules.sentences.placing import PLACING
from lifeguard.rules.sentences.sentence import Sentence

SENTENCES: Mapping[str, Sentence] = {**PLACING}

__all__ = ["SENTENCES", "Sentence"]
