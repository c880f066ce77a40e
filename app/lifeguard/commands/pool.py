"""Pools and vApps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lifeguard.commands.ask import ChoiceField, Field, Form, Option, TextField
from lifeguard.commands.command import Command, Doing
from lifeguard.commands.forms import asking, description_field, name_of, text_of
from lifeguard.commands.judging import refuse
from lifeguard.commands.kinds import APPLIANCE, HOST, POOL
from lifeguard.commands.selection import Item, Selection, is_dead
from lifeguard.datamodel.records import Host, Pool, Vm
from lifeguard.rules.domain import is_live
from lifeguard.rules.join import judge_join
from lifeguard.rules.verdict import ALLOWED, Verdict
from lifeguard.xapi.failures import Failure


def _judge_standalone(selection: Selection, item: Item) -> Verdict:
    pool = item.record
    if item.source.inventory.count("host") > 1:
        return refuse(selection, item, "pool_has_members")
    return refuse(selection, item, "pool_is_unnamed") if isinstance(pool, Pool) and not pool.name_label else ALLOWED


async def _make_standalone(doing: Doing) -> None:
    await doing.call("pool.set_name_label", doing.item.ref, "")
    await doing.call("pool.set_name_description", doing.item.ref, "")


def _judge_ha_off(selection: Selection, item: Item) -> Verdict:
    pool = item.record
    return ALLOWED if isinstance(pool, Pool) and pool.ha_enabled else refuse(selection, item, "ha_is_off")


async def _disable_ha(doing: Doing) -> None:
    await doing.task("pool.disable_ha")


def _judge_join(selection: Selection, item: Item) -> Verdict:
    """A host that stands alone, and the pool it is to join (the target, of another source)."""
    if item.source.inventory.count("host") > 1:
        return refuse(selection, item, "in_a_pool")
    if selection.target is None:
        return ALLOWED
    return judge_join(selection.rules(item.source), selection.rules(selection.target.source))


def _join_form(selection: Selection) -> Form | None:
    target = selection.target
    name = target.source.title if target is not None else "the pool"
    return Form(f"Add to {name}", _credentials(name), "Add to pool", "Its settings are replaced by the pool's.")


def _credentials(whose: str) -> tuple[Field, ...]:
    return TextField("user", f"User of {whose}", "root"), TextField("password", "Password", is_secret=True)


def _master_address(item: Item) -> str:
    inventory = item.source.inventory
    pool = next(iter(inventory.all(Pool)), None)
    master = inventory.get(Host, pool.master) if pool is not None else None
    return master.address if master is not None else ""


async def _join(doing: Doing) -> None:
    if doing.selection.target is not None:
        await _join_at(doing, doing.selection.target)


async def _join_at(doing: Doing, pool: Item) -> None:
    """`pool` is it, or any of its hosts."""
    with _unless_joined(doing.item, pool):
        await doing.task("pool.join", _master_address(pool), text_of(doing, "user"), text_of(doing, "password"))


@contextmanager
def _unless_joined(joiner: Item, pool: Item) -> Iterator[None]:
    """The joiner's toolstack starts anew as a member, and its last word may be lost with it: then the pool knows."""
    own = {host.uuid for host in joiner.source.inventory.all(Host)}
    try:
        yield
    except Failure:
        if not own <= {host.uuid for host in pool.source.inventory.all(Host)}:
            raise


def _judge_add_server(selection: Selection, item: Item) -> Verdict:
    """The same as joining, seen from the pool: the target is a host that stands alone, of another source."""
    target = selection.target
    if target is None:
        return ALLOWED
    if target.source is item.source or target.source.inventory.count("host") > 1:
        return refuse(selection, item, "in_a_pool")
    return judge_join(selection.rules(target.source), selection.rules(item.source))


def _add_form(selection: Selection) -> Form | None:
    return _join_form(Selection((), selection.items[0]))


async def _add_server(doing: Doing) -> None:
    if doing.selection.target is not None:
        user, password = text_of(doing, "user"), text_of(doing, "password")
        joiner = doing.selection.target
        where = _master_address(doing.item), user, password
        with _unless_joined(joiner, doing.item):
            await joiner.source.run_task("pool.join", *where, progress=doing.job.advance, labels=doing.labels)


def _judge_new(selection: Selection, item: Item) -> Verdict:
    """Hosts that stand alone; one of them has to be such that all others can join it."""
    if item.source.inventory.count("host") > 1 or any(pool.name_label for pool in item.source.inventory.all(Pool)):
        return refuse(selection, item, "in_a_pool")
    if is_dead(item):
        return refuse(selection, item, "needs_live_host")
    return ALLOWED if _coordinators(selection) else _judge_with(selection, item, selection.items[0])


def _judge_with(selection: Selection, item: Item, coordinator: Item) -> Verdict:
    """Whether a host can be in a pool that another one begins."""
    if item == coordinator:
        return ALLOWED
    return judge_join(selection.rules(item.source), selection.rules(coordinator.source))


def _coordinators(selection: Selection) -> tuple[Item, ...]:
    """The hosts that all others can join."""
    items = selection.items
    return tuple(one for one in items if all(_judge_with(selection, item, one).allowed for item in items))


def _new_form(selection: Selection) -> Form | None:
    fields: list[Field] = [TextField("name", "Name"), description_field()]
    if len(selection.items) > 1:
        able = _coordinators(selection)
        options = tuple(
            Option(item.ref, name_of(selection, item), None if item in able else "The others cannot join it")
            for item in selection.items
        )
        fields.append(ChoiceField("coordinator", "Coordinator (master)", options, able[0].ref if able else ""))
        fields += _credentials("its coordinator")
    return Form("New pool", tuple(fields), "Create pool", _joining_words(len(selection.items)))


def _joining_words(hosts: int) -> str:
    others = "The other server joins it; its" if hosts == 2 else "The other servers join it; their"
    return f"{others} settings are replaced by the pool’s." if hosts > 1 else ""


async def _make_pool(doing: Doing) -> None:
    """The coordinator gets the name, the others join it."""
    first = doing.selection.items[0]
    ref = text_of(doing, "coordinator", first.ref)
    coordinator = next((item for item in doing.selection.items if item.ref == ref), first)
    if doing.item != coordinator:
        await _join_at(doing, coordinator)
        return
    for pool in tuple(doing.item.source.inventory.all(Pool)):
        await doing.call("pool.set_name_label", pool.ref, text_of(doing, "name"))
        await doing.call("pool.set_name_description", pool.ref, text_of(doing, "description"))


def _one_by_one(selection: Selection, item: Item) -> str:
    """A pool takes one newcomer at a time."""
    return "new pool"


def vms_of(item: Item) -> list[Vm]:
    return item.source.inventory.pointing_to(Vm, "appliance", item.ref)


def _judge_appliance_start(selection: Selection, item: Item) -> Verdict:
    vms = vms_of(item)
    if not vms:
        return refuse(selection, item, "empty_appliance")
    return refuse(selection, item, "appliance_is_up") if all(map(is_live, vms)) else ALLOWED


def _judge_appliance_stop(selection: Selection, item: Item) -> Verdict:
    if not vms_of(item):
        return refuse(selection, item, "empty_appliance")
    return ALLOWED if any(map(is_live, vms_of(item))) else refuse(selection, item, "appliance_is_down")


async def _start_appliance(doing: Doing) -> None:
    await doing.task("VM_appliance.start", doing.item.ref, False)


async def _stop_appliance(doing: Doing) -> None:
    await doing.task("VM_appliance.shutdown", doing.item.ref)


MAKE_STANDALONE = Command(
    "pool.make_standalone", "Make into standalone server", POOL, _judge_standalone, _make_standalone,
    ("pool.set_name_label", "pool.set_name_description"), "dissolved", "one",
    prompt=asking("Dissolve", "pools", "Its server and VMs stay as they are."),
    phrase="Make {} into a standalone server",
)  # fmt: skip
DISABLE_HA = Command(
    "pool.ha_disable", "Disable high availability", POOL, _judge_ha_off, _disable_ha, ("pool.disable_ha",),
    "freed of high availability", "one",
    prompt=asking(
        "Disable high availability", "pools", "After a failure no VM is restarted by itself.",
        about="Disable high availability of {}",
    ),
    phrase="Disable high availability of {}",
)  # fmt: skip
NEW_POOL = Command(
    "pool.new", "New pool", HOST, _judge_new, _make_pool,
    ("pool.set_name_label", "pool.set_name_description", "pool.join"), "made part of the new pool", "all", icon="pool",
    form=_new_form, lane=_one_by_one,
    phrase="Make {} part of a new pool",
)  # fmt: skip
JOIN = Command(
    "host.join_pool", "Add to pool", HOST, _judge_join, _join, ("pool.join",), "added to the pool", "all",
    target="pool", form=_join_form, danger=True,
    phrase="Add {} to {target}",
)  # fmt: skip
ADD_SERVER = Command(
    "pool.add_server", "Add server", POOL, _judge_add_server, _add_server, ("pool.join",), "given the server", "one",
    target="server", form=_add_form, danger=True,
    phrase="Add {target} to {}",
)  # fmt: skip
START_APPLIANCE = Command(
    "appliance.start", "Start", APPLIANCE, _judge_appliance_start, _start_appliance, ("VM_appliance.start",), "started",
    icon="start",
)  # fmt: skip
STOP_APPLIANCE = Command(
    "appliance.shutdown", "Shut down", APPLIANCE, _judge_appliance_stop, _stop_appliance, ("VM_appliance.shutdown",),
    "shut down", icon="shutdown", prompt=asking("Shut down", "vApps"),
)  # fmt: skip

COMMANDS = (NEW_POOL, MAKE_STANDALONE, DISABLE_HA, JOIN, ADD_SERVER, START_APPLIANCE, STOP_APPLIANCE)
