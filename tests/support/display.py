"""A screen of one's own: Xvfb with a window manager, real mouse and keyboard events through xdotool, pictures of it."""

from __future__ import annotations

import asyncio
import os
import shutil
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

_CHECKOUT = Path(__file__).resolve().parents[2]
_PICTURES = _CHECKOUT / "artefacts" / "e2e"
_TOOLS = ("Xvfb", "xdotool", "openbox", "scrot")
_READY_S = 15.0
_POLITE_S = 3.0
_GLIDE_STEPS = 12

Point = tuple[int, int]


class Screen:
    """One X11 display. Points are pixels from its upper left corner. Every call returns when the event was sent."""

    def __init__(self, display: str) -> None:
        self.display = display

    @property
    def environment(self) -> dict[str, str]:
        """For a program that shall appear here. Its settings, caches and keyring are left to the caller."""
        inherited = {name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"}
        return {**inherited, "DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"}

    async def move(self, to: Point) -> None:
        await self._xdotool("mousemove", *_words(to))

    async def click(self, at: Point, button: int = 1, times: int = 1) -> None:
        await self._xdotool("mousemove", *_words(at), "click", "--repeat", str(times), "--delay", "60", str(button))

    async def click_holding(self, key: str, at: Point) -> None:
        """A click with a key such as `ctrl` held down."""
        await self._xdotool("mousemove", *_words(at), "keydown", key, "click", "1", "keyup", key)

    async def press(self, at: Point) -> None:
        """Hold the left button down; `glide` and `release` follow."""
        await self._xdotool("mousemove", *_words(at), "mousedown", "1")

    async def glide(self, start: Point, end: Point) -> None:
        """Move in small steps, as a hand does: a drag begins only after some distance, targets answer as they pass."""
        steps: list[str] = []
        for step in range(1, _GLIDE_STEPS + 1):
            x, y = (round(a + (b - a) * step / _GLIDE_STEPS) for a, b in zip(start, end, strict=True))
            steps += ["mousemove", *_words((x, y)), "sleep", "0.03"]
        await self._xdotool(*steps)

    async def release(self) -> None:
        await self._xdotool("mouseup", "1")

    async def drag(self, start: Point, end: Point) -> None:
        await self.press(start)
        await self.glide(start, end)
        await self.release()

    async def type(self, text: str) -> None:
        await self._xdotool("type", "--delay", "15", "--", text)

    async def key(self, *keys: str) -> None:
        """Keys such as `Return`, `ctrl+f`, one after the other."""
        await self._xdotool("key", "--delay", "30", "--", *keys)

    async def windows(self, title: str) -> list[str]:
        """The ids of visible windows whose title contains a pattern."""
        status, output = await self._run("xdotool", "search", "--onlyvisible", "--name", title)
        return output.split() if status == 0 else []

    async def resize(self, window: str, width: int, height: int) -> None:
        """As by dragging its corner; returns when the window manager has done so."""
        await self._xdotool("windowsize", "--sync", window, str(width), str(height))

    async def close_window(self) -> None:
        """Ask the window manager to close the window that has the focus."""
        await self.key("alt+F4")

    async def picture(self, name: str) -> Path:
        """Keep a picture of the whole screen as `artefacts/e2e/NAME.png`."""
        _PICTURES.mkdir(parents=True, exist_ok=True)
        path = _PICTURES / f"{name}.png"
        status, output = await self._run("scrot", "--overwrite", "--pointer", str(path))
        assert status == 0, output
        return path

    async def _xdotool(self, *words: str) -> None:
        status, output = await self._run("xdotool", *words)
        assert status == 0, output

    async def _run(self, *command: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *command, env=self.environment, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT
        )
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode(errors="replace")


@asynccontextmanager
async def open_screen(width: int = 1440, height: int = 900) -> AsyncIterator[Screen]:
    """A fresh display with a window manager, gone at the end. Skips where the tools are absent; fails in CI."""
    _require_tools()
    async with AsyncExitStack() as stack:
        screen = Screen(await _start_xvfb(stack, f"{width}x{height}x24"))
        manager = await _start(stack, "openbox", "--sm-disable", env=screen.environment)
        await _until_managed(screen, manager)
        yield screen


def _require_tools() -> None:
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        reason = f"needs {', '.join(missing)}: `python3 packaging/dev.py test` installs them"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


async def _start_xvfb(stack: AsyncExitStack, size: str) -> str:
    reading, writing = os.pipe()
    with os.fdopen(reading) as answer:
        try:
            await _start(
                stack, "Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp", "-noreset",
                pass_fds=(writing,),
            )  # fmt: skip
        finally:
            os.close(writing)
        number = await asyncio.wait_for(asyncio.to_thread(answer.readline), _READY_S)
    assert number.strip(), "Xvfb ended before it was ready"
    return f":{number.strip()}"


async def _until_managed(screen: Screen, manager: Process) -> None:
    """A window manager that is up says how many desktops there are; before, or without one, nobody does."""
    async with asyncio.timeout(_READY_S):
        while (await screen._run("xdotool", "get_num_desktops"))[0] != 0:
            assert manager.returncode is None, "the window manager ended"
            await asyncio.sleep(0.05)


async def _start(
    stack: AsyncExitStack, *command: str, env: dict[str, str] | None = None, pass_fds: tuple[int, ...] = ()
) -> Process:
    process = await asyncio.create_subprocess_exec(
        *command, env=env, pass_fds=pass_fds, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
    )
    stack.push_async_callback(_end, process)
    return process


async def _end(process: Process) -> None:
    """Ask it to end; the window manager now and then does not hear, and has nothing to lose."""
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _POLITE_S)
    except TimeoutError:
        process.kill()
        await process.wait()


def _words(point: Point) -> tuple[str, str]:
    return str(point[0]), str(point[1])
