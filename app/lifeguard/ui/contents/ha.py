"""What the HA tab lists: whether high availability is on, what it can bear, who takes part, who is restarted."""

from __future__ import annotations

from collections.abc import Callable

from lifeguard.datamodel.records import Host, Pool, Record, Sr, Vdi, Vm
from lifeguard.inventory.answers import Facts, question
from lifeguard.inventory.naming import name_of
from lifeguard.inventory.natural import natural_key
from lifeguard.inventory.relations import is_live, is_real_vm, master_ref
from lifeguard.inventory.standing import marks_of, state_of
from lifeguard.quantities import UNKNOWN, format_count, format_duration
from lifeguard.ui.contents.sr_types import sr_type_name
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.glyphs import glyph_of
from lifeguard.ui.table.line import GONE, Cell, Column, Line, Table, number, text

_FACTS = (Column("What", 30), Column("Value", 60))
_HOSTS = (
    Column("Server", 30, gives_way=True),
    Column("State", 28),
    Column("Heartbeat storage", 24),
    Column("Sees by network", 30),
)
_STORAGES = (Column("Heartbeat storage", 30), Column("Type", 18, gives_way=True), Column("State", 20))
_VMS = (
    Column("VM", 34),
    Column("Restart priority", 22),
    Column("Start order", 13),
    Column("Delay before the next", 22),
    Column("State", 14),
)
_OFF = "High availability is off"


def _status(pool: Pool) -> Cell:
    if not pool.ha_enabled:
        return Cell("Off", glyph=Glyph("cancelled", "off"))
    if pool.ha_overcommitted:
        return Cell("On, but overcommitted: not every protected VM could be restarted", glyph=Glyph("warning", "warn"))
    return Cell("On", glyph=Glyph("done", "ok"))


def _tolerated(pool: Pool) -> Cell:
    words = format_count(pool.ha_host_failures_to_tolerate, "server failure")
    return number(pool.ha_host_failures_to_tolerate if pool.ha_enabled else None, words, _OFF)


def _borne(pool: Pool) -> Cell:
    words = format_count(pool.ha_plan_exists_for, "server failure")
    return number(pool.ha_plan_exists_for if pool.ha_enabled else None, words, _OFF)


def _timeout(pool: Pool) -> Cell:
    seconds = pool.ha_configuration.get("timeout", "")
    return text(format_duration(int(seconds)) if seconds.isdigit() else "", "The server's default")


def _cluster_stack(pool: Pool) -> Cell:
    return text(pool.ha_cluster_stack if pool.ha_enabled else "", _OFF)


_ROWS: dict[str, Callable[[Pool], Cell]] = {
    "Status": _status,
    "Configured to tolerate": _tolerated,
    "Can tolerate now": _borne,
    "Heartbeat timeout": _timeout,
    "Cluster stack": _cluster_stack,
}
_PLACE = {title: place for place, title in enumerate(_ROWS)}


def _titles(facts: Facts, subject: str) -> tuple[str, ...]:
    return tuple(_ROWS)


def _fact(facts: Facts, subject: str, key: str) -> Line:
    pool = facts.get(Pool, subject)
    return Line((Cell(key), _ROWS[key](pool)), "", _PLACE[key]) if pool is not None else GONE


def _hosts(facts: Facts, subject: str) -> tuple[str, ...]:
    return tuple(facts.refs("host"))


def _host(facts: Facts, subject: str, key: str) -> Line:
    host, pool = facts.get(Host, key), facts.get(Pool, subject)
    if host is None or pool is None:
        return GONE
    alive = is_live(facts, key)
    reached, peers = len(host.ha_statefiles), len(host.ha_network_peers)
    is_on = pool.ha_enabled and alive
    why = _OFF if not pool.ha_enabled else "The server is unreachable"
    cells = (
        text(host.name_label, glyph=glyph_of("host", state_of(facts, host), marks_of(facts, host))),
        _health(facts, pool, host),
        number(reached if is_on else None, f"{reached} of {len(pool.ha_statefiles)} reached", why),
        number(peers if is_on else None, f"{peers} of {facts.count('host')} servers", why),
    )
    return Line(cells, host.ref, (master_ref(facts) != key, natural_key(host.name_label), key), is_quiet=not alive)


def _health(facts: Facts, pool: Pool, host: Host) -> Cell:
    """What the others would do about it comes first: a server without heartbeat is about to be cut off."""
    if not is_live(facts, host.ref):
        return text("Unreachable", glyph=Glyph("failed", "bad"))
    if pool.ha_enabled and len(host.ha_statefiles) < len(pool.ha_statefiles):
        return text("No heartbeat to storage", glyph=Glyph("warning", "warn"))
    seen = set(host.ha_network_peers)
    unseen = [name for ref, uuid, name in _alive(facts) if seen.isdisjoint((ref, uuid))]
    if pool.ha_enabled and unseen:
        return text("Misses other servers", f"It does not see {', '.join(unseen)}", Glyph("warning", "warn"))
    return text("Healthy" if host.enabled else "Maintenance mode")


@question
def _alive(facts: Facts) -> tuple[tuple[str, str, str], ...]:
    """Ref, uuid and name of the servers that are there to be seen; servers tell of each other by either."""
    return tuple((host.ref, host.uuid, host.name_label) for host in facts.all(Host) if is_live(facts, host.ref))


def _heartbeats(facts: Facts, subject: str) -> tuple[str, ...]:
    """The storages that hold the heartbeat disks, which are told as refs or uuids by servers of several ages."""
    pool = facts.get(Pool, subject)
    found: dict[str, None] = {}
    for told in pool.ha_statefiles if pool is not None else ():
        vdi = facts.get(Vdi, told) or next(iter(facts.pointing_to(Vdi, "uuid", told)), None)
        if vdi is not None and facts.get(Sr, vdi.SR) is not None:
            found[vdi.SR] = None
    return tuple(found)


def _heartbeat(facts: Facts, subject: str, key: str) -> Line:
    sr = facts.get(Sr, key)
    if sr is None:
        return GONE
    state = state_of(facts, sr)
    name = name_of(facts, key)
    is_well = state in ("normal", "default")
    words = "Attached everywhere" if is_well else state.capitalize()
    cells = (text(name, glyph=glyph_of("sr", state, marks_of(facts, sr))), text(sr_type_name(sr), sr.type), text(words))
    return Line(cells, sr.ref, (natural_key(name), key), is_quiet=not is_well)


def _vms(facts: Facts, subject: str) -> tuple[str, ...]:
    return tuple(vm.ref for vm in facts.all(Vm) if is_real_vm(vm))


def _vm(facts: Facts, subject: str, key: str) -> Line:
    vm = facts.get(Vm, key)
    if vm is None:
        return GONE
    rank, priority = _priority(vm)
    order = vm.order
    cells = (
        text(vm.name_label, glyph=glyph_of("vm", state_of(facts, vm), marks_of(facts, vm))),
        Cell(priority, rank),
        number(order, str(order)) if order >= 0 else Cell(UNKNOWN, None, "Started after all others"),
        number(vm.start_delay, format_duration(vm.start_delay)),
        text(vm.power_state),
    )
    return Line(cells, vm.ref, (rank, order if order >= 0 else 1 << 40, natural_key(vm.name_label), key))


def _priority(vm: Vm) -> tuple[int, str]:
    """Servers up to 5.6 gave numbers to what is now "restart"."""
    if vm.ha_restart_priority == "best-effort":
        return 1, "Best effort"
    return (0, "Restart") if vm.ha_restart_priority else (2, "Do not restart")


STATUS = Table(
    "ha.status", "High availability", _FACTS, _titles, _fact, "The pool is gone.",
    own_commands=("pool.ha_configure", "pool.ha_disable"), has_header=False,
)  # fmt: skip
SERVERS = Table("ha.hosts", "Servers", _HOSTS, _hosts, _host, "No server is known yet.")
HEARTBEATS = Table(
    "ha.heartbeats", "Heartbeat storage", _STORAGES, _heartbeats, _heartbeat,
    "No heartbeat storage is set while high availability is off.",
)  # fmt: skip
VMS = Table("ha.vms", "What happens to each VM", _VMS, _vms, _vm, "This pool has no VM.")


def ha_tables(facts: Facts, record: Record) -> tuple[Table, ...]:
    return (STATUS, HEARTBEATS, SERVERS, VMS) if isinstance(record, Pool) else ()
