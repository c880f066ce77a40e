"""How long to wait for what, and what to try again: the one table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """`answer_s` until the answer begins, `silence_s` between two pieces of it; `attempts` of a call that is safe to
    repeat when the connection breaks."""

    connect_s: float
    answer_s: float
    silence_s: float
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Policy:
    """Patience by kind of request. Calls that change something may wait on locks for hours: their end is the server's
    to say, a lost connection is noticed by keep-alive and by the event stream."""

    login: Patience = Patience(connect_s=10, answer_s=40, silence_s=20)
    read: Patience = Patience(connect_s=10, answer_s=120, silence_s=30, attempts=2)
    change: Patience = Patience(connect_s=10, answer_s=3 * 3600, silence_s=60)
    stream: Patience = Patience(connect_s=10, answer_s=300, silence_s=300)
    heartbeat: Patience = Patience(connect_s=10, answer_s=15, silence_s=15)
    logout: Patience = Patience(connect_s=2, answer_s=2, silence_s=2)
    heartbeat_every_s: float = 15.0
    events_wait_s: float = 30.0
    events_grace_s: float = 20.0
    slave_hops: int = 4
    task_poll_s: float = 0.9
    backoff_first_s: float = 1.0
    backoff_most_s: float = 30.0

    @property
    def events(self) -> Patience:
        """A call that is meant to block: silence up to its own time-out is no sign of anything."""
        return Patience(self.login.connect_s, self.events_wait_s + self.events_grace_s, self.read.silence_s)

    @property
    def legacy_events(self) -> Patience:
        """`event.next` has no time-out: quiet pools are told of by a heart-beat, some of them slow."""
        return Patience(self.login.connect_s, 600, 600)
