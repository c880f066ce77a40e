"""What went wrong with the program itself, such as settings that could not be read: said once each, until dismissed."""

from __future__ import annotations

from lifeguard.ui.banner import Banner


class Complaints:
    def __init__(self, banner: Banner) -> None:
        self._banner = banner
        self._waiting: list[str] = []
        self._said: set[str] = set()
        banner.acted.connect(self._next)

    def say(self, sentence: str) -> None:
        """Say it after what is being said; nothing is said twice."""
        if sentence and sentence not in self._said:
            self._said.add(sentence)
            self._waiting.append(sentence)
            if len(self._waiting) == 1:
                self._banner.say(sentence, "Dismiss")

    def _next(self) -> None:
        del self._waiting[:1]
        if self._waiting:
            self._banner.say(self._waiting[0], "Dismiss")
        else:
            self._banner.hide()
