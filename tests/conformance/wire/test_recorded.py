"""Every recorded exchange, asked of the simulator: alike, or differing for a reason that is written here."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.conformance.wire.exchange import Exchange, recorded
from tests.conformance.wire.replay import Outcome, foreign_sessions, known_names, replay, simulated
from tests.support.samples import shared_path

DATABASE = "golden/rules/tampa-16and23/db-after-upgrade.xml"
ONE_SERVER = (
    "01-session", "02-records", "03-field-getters", "04-setters-and-encodings", "05-errors", "06-tasks",
    "07-event-from", "08-event-next-legacy",
)  # fmt: skip

NOT_COMPARABLE: Mapping[str, str] = {
    r"05-errors/.*(suspend_no_tools|clean_shutdown_no_tools|xenctl_plugin|get_servertime)|06-tasks/.*would_forward": (
        "the recorder stopped the call where it would have gone to a host; here it is carried out"
    ),
    r"08-event-next-legacy/024": "the sixty changes that overflowed the queue were not recorded",
    r"08-event-next-legacy/025": "the recording is of the client giving up",
    r"07-event-from/085": "the burst of changes was made off the record",
    r"10-event-from-blocking/04[78]": "the recorder had no metrics daemon behind it",
}
DIFFERENCES: Mapping[str, str] = {
    r"07-event-from/(001|013|053|079)": (
        "the recorder had no storage, so provisioning made no disk there; and it lost one row of VM_metrics on the way"
    ),
}


def _comparable(exchanges: list[Exchange]) -> list[Exchange]:
    return [exchange for exchange in exchanges if not any(re.match(name, exchange.name) for name in NOT_COMPARABLE)]


def _unexplained(outcome: Outcome) -> list[str]:
    return [
        f"{name}: {what}"
        for name, what in outcome.differing.items()
        if not any(re.match(pattern, name) for pattern in DIFFERENCES)
    ]


def _report(outcome: Outcome, title: str) -> None:
    total = len(outcome.agreeing) + len(outcome.differing)
    print(f"{title}: {len(outcome.agreeing)} of {total} recorded exchanges answered alike")
    assert not _unexplained(outcome), "\n".join(_unexplained(outcome))
    unneeded = [name for name in outcome.agreeing if any(re.match(pattern, name) for pattern in DIFFERENCES)]
    assert not unneeded, f"answered alike by now, so the reason may go: {unneeded}"


async def test_a_whole_recorded_day_is_answered_alike() -> None:
    database, wire = shared_path(DATABASE).read_bytes(), shared_path("golden/wire")
    async with simulated(database) as (server, clock):
        refs, whole = known_names(database), Outcome()
        for folder in ONE_SERVER:
            exchanges = _comparable(recorded(wire / folder))
            for ref in foreign_sessions(exchanges) - refs.keys():
                refs[ref] = server.pool.sessions.open("root", "golden", "replay", server.pool.master_ref)
            outcome = await replay(server.master_url, clock, exchanges, refs)
            whole.agreeing += outcome.agreeing
            whole.differing |= outcome.differing
        _report(whole, "one server")


async def test_blocked_calls_and_downloads_are_answered_alike() -> None:
    database, wire = shared_path(DATABASE).read_bytes(), shared_path("golden/wire")
    async with simulated(database) as (server, clock):
        exchanges, refs = _comparable(recorded(wire / "10-event-from-blocking")), known_names(database)
        for ref in foreign_sessions(exchanges) - refs.keys():
            refs[ref] = server.pool.sessions.open("root", "golden", "replay", server.pool.master_ref)
        _report(await replay(server.master_url, clock, exchanges, refs), "blocking")


async def test_a_member_answers_as_a_member() -> None:
    await _on_a_member("slave", ())


async def test_a_booting_host_answers_only_emergency_calls() -> None:
    await _on_a_member("emergency_still_booting", ("HOST_STILL_BOOTING",))


async def test_a_broken_host_answers_only_emergency_calls() -> None:
    await _on_a_member("broken", ("HOST_BROKEN",))


async def _on_a_member(folder: str, emergency: tuple[str, ...]) -> None:
    database, wire = shared_path(DATABASE).read_bytes(), shared_path("golden/wire/09-slave-and-emergency")
    async with simulated(database) as (server, clock):
        member = next(ref for ref in server.urls if ref != server.pool.master_ref)
        server.pool.faults.of(member).emergency = emergency
        outcome = await replay(server.urls[member], clock, recorded(wire / folder), known_names(database))
        _report(outcome, folder)
