"""What the NICs tab lists: the network hardware of one host, and how its bonds are made up."""

from __future__ import annotations

from lifeguard.datamodel.records import Bond, Host, Pci, Pif, PifMetrics, Record
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.naming import name_of, nic_name
from lifeguard.inventory.natural import natural_key
from lifeguard.inventory.relations import is_live, pifs_of, related
from lifeguard.ui.contents.networking import link_status
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.table.line import GONE, Cell, Column, Line, Table, number, text

_COLUMNS = (
    Column("NIC", 28),
    Column("MAC address", 22, is_code=True, is_copied=True),
    Column("Link status", 14),
    Column("Speed", 12),
    Column("Duplex", 10),
    Column("Vendor", 26, gives_way=True),
    Column("Device", 34, gives_way=True),
    Column("PCI bus path", 16, is_code=True),
    Column("Network", 24, gives_way=True),
    Column("SR-IOV", 14),
)
_MODES = {"balance-slb": "Active-active", "active-backup": "Active-passive", "lacp": "LACP"}
_NO_LINK = "There is no link"


def _nics(facts: Facts, subject: str) -> tuple[str, ...]:
    """The NICs and bonds at the top; a bond's members are below it."""
    host = facts.get(Host, subject)
    pifs = pifs_of(facts, host) if host is not None else []
    return tuple(pif.ref for pif in pifs if _is_nic(pif) and facts.get(Bond, pif.bond_slave_of) is None)


def _is_nic(pif: Pif) -> bool:
    return (pif.physical or bool(pif.bond_master_of)) and pif.VLAN < 0


def _members(facts: Facts, subject: str, key: str) -> tuple[str, ...]:
    pif = facts.get(Pif, key)
    bonds = related(facts, Bond, pif.bond_master_of, "master", key) if pif is not None else []
    return tuple(ref for bond in bonds for ref in bond.slaves)


def _nic(facts: Facts, subject: str, key: str) -> Line:
    pif = facts.get(Pif, key)
    if pif is None:
        return GONE
    metrics = facts.get(PifMetrics, pif.metrics) or PifMetrics()
    pci = facts.get(Pci, pif.PCI)
    bonds = related(facts, Bond, pif.bond_master_of, "master", pif.ref) if pif.bond_master_of else []
    has_link = metrics.carrier and pif.currently_attached
    is_up = link_status(facts, pif) == "Connected"
    speed = metrics.speed if has_link and 0 < metrics.speed < 0xFFFF_FFFF else None
    vendor = metrics.vendor_name or (pci.vendor_name if pci is not None else "")
    device = metrics.device_name or (pci.device_name if pci is not None else "")
    name = nic_name(facts, pif)
    cells = (
        text(name, glyph=Glyph("network", "text" if is_up else "off")),
        text(pif.MAC),
        text(link_status(facts, pif)),
        number(speed, _speed(speed or 0), "" if speed else _NO_LINK),
        text(("Full" if metrics.duplex else "Half") if has_link else "", _NO_LINK),
        text(f"Bond, {_mode(bonds[0])}" if bonds else vendor, "Unknown"),
        text(f"{bonds[0].links_up} of {len(bonds[0].slaves)} links up" if bonds else device, "Unknown"),
        text(metrics.pci_bus_path if metrics.pci_bus_path != "N/A" else "", "None"),
        text(name_of(facts, pif.network), "None"),
        _sriov(pif),
    )
    return Line(cells, "", (natural_key(name), pif.ref))


def _speed(megabits: int) -> str:
    return f"{megabits // 1000} Gbit/s" if megabits >= 1000 and megabits % 1000 == 0 else f"{megabits} Mbit/s"


def _mode(bond: Bond) -> str:
    return _MODES.get(bond.mode, bond.mode)


def _sriov(pif: Pif) -> Cell:
    if "sriov" not in pif.capabilities:
        return Cell("No", 0)
    return Cell("On", 2) if pif.sriov_physical_PIF_of else Cell("Available", 1)


NICS = Table(
    "nics", "Network interface cards", _COLUMNS, _nics, _nic, "The pool knows of no NIC in this server.",
    _members, own_commands=("host.rescan_nics",),
)  # fmt: skip


def nic_tables(facts: Facts, record: Record) -> tuple[Table, ...]:
    return (NICS,) if isinstance(record, Host) and is_live(facts, record.ref) else ()
