"""Where a VM can run and what stands in its way there."""

from __future__ import annotations

from lifeguard.rules.sentences.sentence import Sentence

PLACING: dict[str, Sentence] = {
    "already_there": Sentence("it already runs there", ""),
    "?": Sentence("the server refused with {code} ({all})", ""),
    "??": Sentence("the server answered {code} ({all})", ""),
    "SR_BACKEND_FAILURE": Sentence("the storage back end failed ({all})", ""),
}
