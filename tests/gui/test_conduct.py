"""What the window tells about a command: a row says why something could not begin, unless a question said it."""

from PySide6.QtWidgets import QApplication, QWidget

from lifeguard.commands.ask import Prompt
from lifeguard.commands.jobs import JobBoard
from lifeguard.commands.registry import command
from lifeguard.scope import Scope
from lifeguard.ui.acting.elevation import AskElevation
from lifeguard.ui.conduct import Conductor
from lifeguard.ui.theme import Theme
from tests.support.asking import Script
from tests.support.building import build_pool, ref
from tests.support.waiting import until
from tests.unit.commands.recording import RecordingPool


async def test_who_could_no_longer_when_the_question_was_answered_is_told_of_beside_the_jobs(
    application: QApplication,
) -> None:
    pool = RecordingPool(build_pool().host("h1").vm("a", on="h1").vm("b", on="h1"))

    class Slow(Script):
        async def confirm(self, prompt: Prompt) -> bool:
            pool.builder.change("VM", "a", power_state="Halted", resident_on="OpaqueRef:NULL")
            return True

    board, scope, window = JobBoard(), Scope("test"), QWidget()
    elevation = AskElevation(Theme(application, "light"), window)
    shutdown = command("vm.shutdown")
    assert shutdown is not None
    Conductor(board, Slow(), elevation, {}, scope).run(shutdown, pool.select("a", "b"))
    await until(lambda: len(board.jobs) == 2 and all(job.is_over for job in board.jobs))
    told = {job.title: job.error.sentence for job in board.jobs if job.error is not None}
    assert told == {"Shut down": "a: it is halted, this needs it running. Change its power state first."}
    assert [call[1] for call in pool.calls] == [ref("b")]
    await scope.close()
