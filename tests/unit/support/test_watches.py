"""The watch over tests is itself proven: each kind of leftover makes a test fail, and none is invented."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

_CHECKOUT = Path(__file__).resolve().parents[3]

_SPOILT = {
    "unexpected log: WARNING x: oh no": "import logging\ndef test_it():\n    logging.getLogger('x').warning('oh no')",
    "no log record matched 'never comes'": "def test_it(expected_log):\n    expected_log('never comes')",
    "coroutine 'work' was never awaited": "async def work(): ...\nasync def test_it():\n    work()",
    "task left running": (
        "import asyncio\nasync def test_it():\n    asyncio.get_running_loop().create_task(asyncio.sleep(60))"
    ),
    "Unclosed client session": "import aiohttp\nasync def test_it():\n    aiohttp.ClientSession()",
    "unclosed <socket": "import socket\ndef test_it():\n    socket.socket()",
    "UserWarning: old": "import warnings\ndef test_it():\n    warnings.warn('old')",
    "raised where nobody catches": (
        "import sys\ndef test_it():\n    sys.excepthook(ValueError, ValueError('in a slot'), None)"
    ),
    "a callback failed": (
        "import asyncio\nasync def test_it():\n"
        "    asyncio.get_running_loop().call_exception_handler({'message': 'a callback failed'})"
    ),
}

_CLEAN = """
import logging, pytest
async def test_expected_records_pass(expected_log):
    expected_log("oh .o")
    logging.getLogger("x").warning("oh no")
def test_quiet_records_pass():
    logging.getLogger("x").info("fine")
"""


@pytest.fixture
def watched(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeconftest('pytest_plugins = ["tests.conftest"]')
    pytester.makepyprojecttoml(
        f'[tool.pytest.ini_options]\npythonpath = ["{_CHECKOUT}"]\nasyncio_mode = "auto"\n'
        'filterwarnings = ["error"]\nasyncio_default_fixture_loop_scope = "function"'
    )
    return pytester


@pytest.mark.parametrize("complaint", _SPOILT)
def test_what_is_left_behind_fails_the_test(watched: pytest.Pytester, complaint: str) -> None:
    watched.makepyfile(_SPOILT[complaint])
    result = watched.runpytest_subprocess("-q")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([f"*{complaint}*"])


def test_a_clean_test_passes(watched: pytest.Pytester) -> None:
    watched.makepyfile(_CLEAN)
    watched.runpytest_subprocess("-q").assert_outcomes(passed=2)
