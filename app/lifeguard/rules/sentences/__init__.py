"""What we say about every error code of the server, and about our own refusals: data in our own words, by family."""

from __future__ import annotations

from collections.abc import Mapping

from lifeguard.rules.sentences.access import ACCESS
from lifeguard.rules.sentences.general import GENERAL
from lifeguard.rules.sentences.hosts import HOSTS
from lifeguard.rules.sentences.networks import NETWORKS
from lifeguard.rules.sentences.placing import PLACING
from lifeguard.rules.sentences.sentence import Sentence
from lifeguard.rules.sentences.storage import STORAGE
from lifeguard.rules.sentences.updates import UPDATES

SENTENCES: Mapping[str, Sentence] = PLACING | HOSTS | STORAGE | NETWORKS | ACCESS | UPDATES | GENERAL

__all__ = ["SENTENCES", "Sentence"]
