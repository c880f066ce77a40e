"""Everything a developer runs: `python3 packaging/dev.py demo`, `test`, `check`, `bench`, `screenshots`, `lock`.

Each sets up what it needs first: the virtual environment `.venv` from packaging/requirements.lock, and, where they are
missing and this user may install them, the packages of the operating system. Standard library only.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036  (whoever starts this with an older Python deserves a sentence)
    sys.exit("Lifeguard needs Python 3.11 or newer; this is %d.%d." % sys.version_info[:2])  # noqa: UP031

import argparse
import os
from collections.abc import Callable
from pathlib import Path

import dev_system
import dev_venv
from dev_console import ROOT, SetupError, show

_PICTURE = ROOT / "artefacts" / "demo.png"


def demo(args: list[str]) -> int:
    """Open the window on a simulated pool; without a display, write a picture of it."""
    python = dev_venv.ensure()
    dev_system.ensure_qt(python)
    command: list[str | Path] = [python, "-m", "lifeguard", "demo"]
    trouble = dev_system.display_trouble(python)
    if trouble is None:
        return show([*command, *args])
    picture = [] if "--screenshot" in args else ["--screenshot", str(_PICTURE)]
    where = _PICTURE if picture else "the file you named"
    print(f"{trouble}: the demo runs off-screen and writes a picture of its window to {where}.", flush=True)
    _PICTURE.parent.mkdir(exist_ok=True)
    return show([*command, *picture, *args], {**os.environ, "QT_QPA_PLATFORM": "offscreen"})


def test(args: list[str]) -> int:
    """Run the tests; what follows goes to pytest."""
    python = dev_venv.ensure()
    dev_system.ensure_qt(python)
    dev_system.ensure_screen_tools()
    return show([python, "-m", "pytest", *args])


def check(args: list[str]) -> int:
    """Run the linter, the strict type check and the import contracts; all three, also when one complains."""
    python = dev_venv.ensure()
    programs = python.parent
    checks: tuple[list[str | Path], ...] = (
        [programs / "ruff", "check", "app", "tests", "packaging"],
        [python, "-m", "mypy"],
        [python, "-m", "mypy", "packaging/dev.py"],
        [programs / "lint-imports"],
    )
    return max([show([*command, *args]) for command in checks])


def bench(args: list[str]) -> int:
    """Run the benchmarks, or those whose names follow (`tree` for tests/bench/bench_tree.py)."""
    python = dev_venv.ensure()
    dev_system.ensure_qt(python)
    found = {path.stem.removeprefix("bench_"): path for path in sorted((ROOT / "tests" / "bench").glob("bench_*.py"))}
    names = [Path(name).stem.removeprefix("bench_") for name in args] or list(found)
    if unknown := [name for name in names if name not in found]:
        raise SetupError(f"There is no benchmark {unknown[0]!r}; there are: {', '.join(found) or 'none yet'}.")
    return max([_script(python, found[name]) for name in names], default=0)


def screenshots(args: list[str]) -> int:
    """Draw the window in its states into artefacts/screenshots, without a display."""
    python = dev_venv.ensure()
    dev_system.ensure_qt(python)
    folder = ROOT / "artefacts" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return _script(python, ROOT / "tests" / "gui" / "screenshots.py", str(folder), *args)


def lock(args: list[str]) -> int:
    """Resolve the requirements of pyproject.toml anew and write packaging/requirements.lock."""
    dev_venv.write_lock()
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "demo": demo,
    "test": test,
    "check": check,
    "bench": bench,
    "screenshots": screenshots,
    "lock": lock,
}


def main(argv: list[str]) -> int:
    listing = "\n".join(f"  {name:<12} {command.__doc__}" for name, command in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="dev.py", epilog=f"commands:\n{listing}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=COMMANDS, metavar="command", help="one of those below")
    parser.add_argument("args", nargs=argparse.REMAINDER, help="handed on to what the command runs")
    chosen = parser.parse_args(argv)
    try:
        return COMMANDS[chosen.command](chosen.args)
    except SetupError as trouble:
        print(trouble, file=sys.stderr)
        return 2


def _script(python: Path, script: Path, *args: str) -> int:
    env = {"QT_QPA_PLATFORM": "offscreen", **os.environ, "PYTHONPATH": str(ROOT)}
    return show([python, script, *args], env)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
