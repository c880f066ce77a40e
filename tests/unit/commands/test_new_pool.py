"""A new pool out of servers that stand alone: who may be in it, who begins it, and what is asked of whom."""

from dataclasses import dataclass

import pytest

from lifeguard.commands.jobs import JobBoard
from lifeguard.commands.perform import perform
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Item, Selection
from lifeguard.xapi.failures import LostConnection
from tests.support.asking import Script
from tests.support.building import build_pool, ref
from tests.unit.commands.recording import RecordingPool


def lone(name: str, *, runs: str = "") -> RecordingPool:
    builder = build_pool().pool(name_label="", uuid=f"{name}-pool").host(name, uuid=name, address=f"{name}.test")
    return RecordingPool(builder.vm(runs, on=name) if runs else builder, "live", name)


def of(*pools: RecordingPool) -> Selection:
    return Selection(tuple(Item(pool, next(iter(pool.inventory.refs("host")))) for pool in pools))


def refusal(selection: Selection) -> str:
    one = command("pool.new")
    assert one is not None
    return one.sum_up(selection).key


def test_a_lone_server_can_become_a_pool_and_a_member_of_one_cannot() -> None:
    assert refusal(of(lone("a"))) == ""
    assert refusal(of(RecordingPool(build_pool().host("a")))) == "in_a_pool"
    assert refusal(of(RecordingPool(build_pool().pool(name_label="").host("a").host("b")))) == "in_a_pool"
    assert refusal(of(lone("a"), RecordingPool(build_pool().host("b")))) == "in_a_pool"


def test_the_one_that_the_others_can_join_begins_it() -> None:
    selection = of(lone("a"), lone("b", runs="web"))
    assert refusal(selection) == ""
    one = command("pool.new")
    assert one is not None
    assert one.form is not None
    form = one.form(selection)
    assert form is not None
    choice = next(field for field in form.fields if field.key == "coordinator")
    assert [(option.value, option.refusal is None) for option in getattr(choice, "options", ())] == [
        (ref("a"), False), (ref("b"), True),
    ]  # fmt: skip
    assert refusal(of(lone("a", runs="x"), lone("b", runs="y"))) == "JOINING_HOST_CANNOT_HAVE_RUNNING_VMS"


async def test_the_coordinator_gets_the_name_and_the_others_join_it() -> None:
    first, second = lone("a"), lone("b")
    one, board = command("pool.new"), JobBoard()
    assert one is not None
    answers = {"name": "Paris", "coordinator": ref("b"), "user": "root", "password": "secret"}
    outcome = await perform(one, of(first, second), board, Script(answers=answers))
    for job in outcome.jobs:
        await job.wait()
    assert [job.status for job in outcome.jobs] == ["done", "done"]
    assert second.calls == [
        ("pool.set_name_label", ref("pool"), "Paris"), ("pool.set_name_description", ref("pool"), ""),
    ]  # fmt: skip
    assert first.calls == [("pool.join", "b.test", "root", "secret")]
    await board.close()


@dataclass
class Restarting:
    """What `pool.join` finds: a toolstack that goes down before it has answered, having joined or not."""

    into: RecordingPool
    has_arrived: bool

    def get(self, method: str) -> Exception:
        if self.has_arrived:
            self.into.builder.host("a-there", uuid="a")
        return LostConnection("a.test", "restarted")


@pytest.mark.parametrize("has_arrived", [True, False])
async def test_a_server_whose_last_word_is_lost_has_joined_if_the_pool_says_so(has_arrived: bool) -> None:
    first, second, one = lone("a"), lone("b"), command("host.join_pool")
    assert one is not None
    first.answers = Restarting(second, has_arrived)  # type: ignore[assignment]
    selection = of(first).with_target(Item(second, ref("pool")))
    (job,) = (await perform(one, selection, JobBoard(), Script(answers={"password": "x"}))).jobs
    await job.wait()
    assert (job.status == "done") is has_arrived
