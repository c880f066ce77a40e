"""What the Networking tab lists: a VM's interfaces, the networks of a host or pool, and the hosts' own addresses."""

from __future__ import annotations

from dataclasses import replace

from lifeguard.datamodel.records import Host, Network, Pif, PifMetrics, Pool, Record, Vif, Vlan, Vm, VmGuestMetrics
from lifeguard.inventory.answers import Facts, question
from lifeguard.inventory.naming import name_of, network_name, nic_name
from lifeguard.inventory.natural import address_list_key, natural_key
from lifeguard.inventory.relations import is_live, master_ref, pifs_of, related, vifs_of
from lifeguard.inventory.visibility import is_shown
from lifeguard.quantities import UNKNOWN, format_rate
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.table.line import GONE, Cell, Column, Line, Table, number, text, yes_no

_NETWORK = Glyph("network")
_UNPLUGGED = Glyph("network", "off")
_LAST = 1 << 20
_VIFS = (
    Column("Device", 9),
    Column("MAC address", 22, is_code=True, is_copied=True),
    Column("Limit", 12),
    Column("Network", 28, gives_way=True),
    Column("IP address", 34, is_code=True, is_copied=True),
    Column("Active", 9),
    Column("Locking", 18),
)
_NETWORKS = (
    Column("Name", 28, gives_way=True),
    Column("Description", 26, gives_way=True),
    Column("NIC", 14),
    Column("VLAN", 8),
    Column("Auto", 8),
    Column("Link status", 14),
    Column("MAC address", 22, is_code=True, is_copied=True),
    Column("MTU", 8),
    Column("Bridge", 14, is_code=True),
)
_ADDRESSES = (
    Column("Server", 24, gives_way=True),
    Column("Interface", 18),
    Column("Network", 26, gives_way=True),
    Column("NIC", 12),
    Column("IP setup", 11),
    Column("IP address", 20, is_code=True, is_copied=True),
    Column("Subnet mask", 18, is_code=True),
    Column("Gateway", 18, is_code=True),
    Column("DNS", 24, is_code=True),
)
_LOCKING = {"network_default": "As the network", "locked": "Locked", "unlocked": "Unlocked", "disabled": "Disabled"}


def _vifs(facts: Facts, subject: str) -> tuple[str, ...]:
    vm = facts.get(Vm, subject)
    return tuple(vif.ref for vif in vifs_of(facts, vm)) if vm is not None else ()


def _vif(facts: Facts, subject: str, key: str) -> Line:
    vif = facts.get(Vif, key)
    if vif is None:
        return GONE
    vm = facts.get(Vm, vif.VM)
    network = facts.get(Network, vif.network)
    addresses = addresses_of_vif(facts, vm, vif.device)
    runs = vm is not None and vm.power_state == "Running"
    order = (int(vif.device) if vif.device.isdigit() else _LAST, vif.ref)
    cells = (
        Cell(vif.device or UNKNOWN, order[0], glyph=_NETWORK if vif.currently_attached else _UNPLUGGED),
        text(vif.MAC),
        _limit(vif),
        text(network_name(facts, network) if network is not None else "", "The network is gone"),
        Cell(
            ", ".join(addresses) or UNKNOWN,
            address_list_key(addresses) if addresses else None,
            "" if addresses else "No guest tools report it" if runs else "The VM does not run",
        ),
        yes_no(vif.currently_attached, "" if runs else "The VM does not run"),
        text(_LOCKING.get(vif.locking_mode, vif.locking_mode)),
    )
    return Line(cells, network.ref if network is not None else "", order)


def _limit(vif: Vif) -> Cell:
    kbps = vif.qos_algorithm_params.get("kbps", "")
    if vif.qos_algorithm_type != "ratelimit" or not kbps.isdigit():
        return Cell("None", 0)
    return number(int(kbps), format_rate(int(kbps) * 1024.0))


def addresses_of_vif(facts: Facts, vm: Vm | None, device: str) -> tuple[str, ...]:
    """What the guest tells of one interface, IPv4 first, each once; agents spell the keys in several ways."""
    guest = facts.get(VmGuestMetrics, vm.guest_metrics) if vm is not None else None
    if guest is None:
        return ()
    own = {key.partition("/")[2]: value for key, value in guest.networks.items() if key.partition("/")[0] == device}
    fours = [value for key, value in sorted(own.items()) if key == "ip" or key.startswith("ipv4/")]
    sixes = [value for key, value in sorted(own.items()) if key.startswith("ipv6/")]
    return tuple(dict.fromkeys(address for value in (*fours, *sixes) for address in value.split()))


def _networks(facts: Facts, subject: str) -> tuple[str, ...]:
    return tuple(ref for ref in facts.refs("network") if _is_listed(facts, ref))


@question
def _is_listed(facts: Facts, network_ref: str) -> bool:
    network = facts.get(Network, network_ref)
    return network is not None and is_shown(facts, network)


def _network(facts: Facts, subject: str, key: str) -> Line:
    network = facts.get(Network, key)
    if network is None:
        return GONE
    pif = _nearest_pif(facts, network, subject)
    internal = "This network joins VMs of one server only" if not network.PIFs else "This server is not on it"
    name = network_name(facts, network)
    status = link_status(facts, pif) if pif is not None else ""
    vlan = pif.VLAN if pif is not None and pif.VLAN >= 0 else None
    cells = (
        text(name, glyph=_NETWORK if pif is not None else _UNPLUGGED),
        text(network.name_description, "None was given"),
        text(nic_of(facts, pif) if pif is not None else "", internal),
        number(vlan, str(vlan), "Untagged"),
        yes_no(network.other_config.get("automatic", "false").lower() == "true", "Whether new VMs get it"),
        text(status, internal),
        text(pif.MAC if pif is not None else "", internal),
        number(network.MTU or None, str(network.MTU)),
        text(network.bridge, "None"),
    )
    return Line(cells, network.ref, (natural_key(name), network.ref))


def _nearest_pif(facts: Facts, network: Network, subject: str) -> Pif | None:
    """The interface on a network that the table is about: the host's own, for a pool the master's."""
    host_ref = subject if facts.class_of(subject) == "host" else master_ref(facts)
    pifs = related(facts, Pif, network.PIFs, "network", network.ref)
    own = next((pif for pif in pifs if pif.host == host_ref), None)
    return own or (pifs[0] if pifs and facts.class_of(subject) != "host" else None)


def nic_of(facts: Facts, pif: Pif) -> str:
    """The NIC or bond that carries an interface: a VLAN is on the one below it."""
    vlan = facts.get(Vlan, pif.VLAN_master_of)
    below = facts.get(Pif, vlan.tagged_PIF) if vlan is not None else None
    return nic_name(facts, below or pif)


def link_status(facts: Facts, pif: Pif) -> str:
    """Whether there is a cable with somebody at its other end; a VLAN has the link of the NIC below it."""
    metrics = facts.get(PifMetrics, pif.metrics)
    if not pif.currently_attached:
        return "Unplugged"
    if metrics is None:
        return "Unknown"
    return "Connected" if metrics.carrier else "Disconnected"


def _addresses(facts: Facts, subject: str) -> tuple[str, ...]:
    host = facts.get(Host, subject)
    pifs = pifs_of(facts, host) if host is not None else list(facts.all(Pif))
    return tuple(pif.ref for pif in pifs if _has_address(pif))


def _has_address(pif: Pif) -> bool:
    purposes = "management_purpose" in pif.other_config
    return pif.management or purposes or (pif.ip_configuration_mode not in ("", "None") and bool(pif.IP))


def _address(facts: Facts, subject: str, key: str) -> Line:
    pif = facts.get(Pif, key)
    if pif is None:
        return GONE
    host = name_of(facts, pif.host)
    purpose = "Management" if pif.management else pif.other_config.get("management_purpose", "") or "Storage"
    network = facts.get(Network, pif.network)
    cells = (
        text(host, "The server is gone", Glyph("host")),
        text(purpose),
        text(network_name(facts, network) if network is not None else "", "The network is gone"),
        text(nic_of(facts, pif)),
        text({"DHCP": "DHCP", "Static": "Static"}.get(pif.ip_configuration_mode, pif.ip_configuration_mode)),
        Cell(pif.IP or UNKNOWN, address_list_key((pif.IP,)) if pif.IP else None, "" if pif.IP else _why_none(pif)),
        text(pif.netmask, "None"),
        text(pif.gateway, "None"),
        text(", ".join(filter(None, pif.DNS.replace(",", " ").split())), "None"),
    )
    order = (pif.host != master_ref(facts), natural_key(host), not pif.management, natural_key(purpose), pif.ref)
    return Line(cells, pif.host, order)


def _why_none(pif: Pif) -> str:
    return "No address was given by DHCP" if pif.ip_configuration_mode == "DHCP" else "None is configured"


VM_INTERFACES = Table("networking.vm", "Virtual network interfaces", _VIFS, _vifs, _vif, "It is on no network.")
NETWORKS = Table(
    "networking.networks", "Networks", _NETWORKS, _networks, _network, "There is no network.",
    commands=("network.delete",),
)  # fmt: skip
ADDRESSES = Table(
    "networking.addresses", "IP addresses of the servers", _ADDRESSES, _addresses, _address,
    "No server has an address of its own on a network.",
)  # fmt: skip
OWN_ADDRESSES = replace(
    ADDRESSES, title="IP addresses of the server", empty="The server has no address of its own on a network."
)


def networking_tables(facts: Facts, record: Record) -> tuple[Table, ...]:
    match record:
        case Vm():
            return (VM_INTERFACES,)
        case Host() if is_live(facts, record.ref):
            return (NETWORKS, OWN_ADDRESSES)
        case Pool():
            return (NETWORKS, ADDRESSES)
        case _:
            return ()
