"""Pools and vApps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lifeguard.commands.ask import Form, TextField
from lifeguard.commands.command import Command, Doing
from lifeguard.commands.forms import asking, text_of
from lifeguard.commands.judging import refuse
from lifeguard.commands.kinds import APPLIANCE, HOST, POOL
from lifeguard.commands.selection import Item, Selection
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
    fields = TextField("user", f"User of {name}", "root"), TextField("password", "Password", is_secret=True)
    return Form(f"Add to {name}", fields, "Add to pool", "Its settings are replaced by the pool's.")


def _master_address(item: Item) -> str:
    inventory = item.source.inventory
    pool = next(iter(inventory.all(Pool)), None)
    master = inventory.get(Host, pool.master) if pool is not None else None
    return master.address if master is not None else ""


async def _join(doing: Doing) -> None:
    target = doing.selection.target
    if target is not None:
        with _unless_joined(doing.item, target):
            await doing.task("pool.join", _master_address(target), text_of(doing, "user"), text_of(doing, "password"))


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
)  # fmt: skip
DISABLE_HA = Command(
    "pool.ha_disable", "Disable high availability", POOL, _judge_ha_off, _disable_ha, ("pool.disable_ha",),
    "freed of high availability", "one",
    prompt=asking("Disable high availability of", "pools", "After a failure no VM is restarted by itself."),
)  # fmt: skip
JOIN = Command(
    "host.join_pool", "Add to pool", HOST, _judge_join, _join, ("pool.join",), "added to the pool", target="pool",
    form=_join_form, danger=True,
)  # fmt: skip
ADD_SERVER = Command(
    "pool.add_server", "Add server", POOL, _judge_add_server, _add_server, ("pool.join",), "given the server", "one",
    target="server", form=_add_form, danger=True,
)  # fmt: skip
START_APPLIANCE = Command(
    "appliance.start", "Start", APPLIANCE, _judge_appliance_start, _start_appliance, ("VM_appliance.start",), "started",
    icon="start",
)  # fmt: skip
STOP_APPLIANCE = Command(
    "appliance.shutdown", "Shut down", APPLIANCE, _judge_appliance_stop, _stop_appliance, ("VM_appliance.shutdown",),
    "shut down", icon="shutdown", prompt=asking("Shut down", "vApps"),
)  # fmt: skip

COMMANDS = (MAKE_STANDALONE, DISABLE_HA, JOIN, ADD_SERVER, START_APPLIANCE, STOP_APPLIANCE)
