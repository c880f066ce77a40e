"""What closing says about the jobs that run: what goes on at the server, what stops half-way, what never begins."""

import asyncio

from lifeguard.commands.jobs import Job, JobBoard
from lifeguard.commands.work import Report, Work
from lifeguard.rules.words import Words
from lifeguard.ui.acting.leaving import leaving_prompt
from tests.support.building import build_pool
from tests.support.waiting import until


def start(board: JobBoard, title: str, *, is_last: bool = False, lane: str = "") -> Job:
    async def run(job: Report) -> None:
        job.is_in_last_step = is_last
        await asyncio.Event().wait()

    return board.start(Work(title, run, Words(build_pool().inventory), lane=lane))


def test_nothing_is_asked_when_nothing_runs() -> None:
    assert leaving_prompt([]) is None


async def test_each_job_is_told_by_what_becomes_of_it() -> None:
    board = JobBoard()
    jobs = [start(board, "Migrate a", is_last=True, lane="x"), start(board, "Revert b")]
    start(board, "Migrate c", lane="x")
    await until(lambda: jobs[0].is_in_last_step and jobs[1].status == "running")
    prompt = leaving_prompt(board.at_stake)
    assert prompt is not None
    assert (prompt.title, prompt.danger, prompt.verb) == ("Close while 3 jobs are running?", True, "Close Lifeguard")
    assert prompt.detail.split("\n\n") == [
        "1 goes on at the server, unseen:\nMigrate a",
        "1 stops half-way, its later steps are not done:\nRevert b",
        "1 waits for its turn and will not begin:\nMigrate c",
    ]
    await board.close()


async def test_what_only_goes_on_at_the_server_is_no_loss_and_many_are_counted() -> None:
    board = JobBoard()
    jobs = [start(board, f"Migrate {number}", is_last=True) for number in range(8)]
    await until(lambda: all(job.is_in_last_step for job in jobs))
    prompt = leaving_prompt(jobs, "Disconnect", "Disconnect")
    assert prompt is not None
    assert (prompt.title, prompt.danger) == ("Disconnect while 8 jobs are running?", False)
    assert prompt.detail.startswith("8 go on at the server, unseen:")
    assert prompt.detail.endswith("and 2 more")
    await board.close()
