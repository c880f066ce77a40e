"""Every test is watched: what it logs, starts and opens must be over, or expected, when it ends."""

from __future__ import annotations

import gc
import inspect
import logging
import sys
import threading
from collections.abc import AsyncIterator, Generator, Iterator

import hypothesis
import pytest

from tests.support.leaks import ExceptionWatch, ExpectedLog, LogWatch, QtWatch, tasks_left, threads_left

_FAILED = pytest.StashKey[bool]()

# How fast a machine draws examples says nothing about the code, and a run must end the same way twice.
hypothesis.settings.register_profile(
    "lifeguard", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("lifeguard")


def pytest_collection_finish() -> None:
    _collect()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember who failed: what such a test left behind is a consequence, not news."""
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest.fixture(autouse=True)
def _log_watch(request: pytest.FixtureRequest) -> Iterator[LogWatch]:
    watch = LogWatch()
    logging.getLogger().addHandler(watch)
    yield watch
    _collect()
    logging.getLogger().removeHandler(watch)
    _complain(request, watch.complaints())


@pytest.fixture
def expected_log(_log_watch: LogWatch) -> ExpectedLog:
    """`expected_log("pattern")`: the test causes such a record; it fails when the record does not come."""
    return _log_watch.expect


@pytest.fixture(autouse=True)
def _nothing_left_behind(
    _log_watch: LogWatch, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    threads, raised, qt = set(threading.enumerate()), ExceptionWatch(), QtWatch()
    monkeypatch.setattr(sys, "excepthook", raised)
    qt.begin()
    if inspect.iscoroutinefunction(getattr(request.node, "obj", None)):
        request.getfixturevalue("_tasks_watch")
    yield
    _complain(request, [*raised.complaints(), *threads_left(threads), *qt.complaints()])


@pytest.fixture
async def _tasks_watch(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    yield
    _complain(request, await tasks_left())


def _collect() -> None:
    """Let what was dropped warn now, in the test that dropped it. What survived stays for good: leave it out of the
    next collection, or every test pays for all that was imported and cached before it."""
    gc.collect()
    gc.freeze()


def _complain(request: pytest.FixtureRequest, complaints: list[str]) -> None:
    if complaints and not request.node.stash.get(_FAILED, False):
        pytest.fail("\n".join(complaints), pytrace=False)
