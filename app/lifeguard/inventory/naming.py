"""What objects are called where a person reads them: friendly names for what the server names by its own scheme."""

from __future__ import annotations

from lifeguard.datamodel.records import Bond, Host, Network, Pif, Pool, Record, Sr, Vdi, Vm
from lifeguard.inventory.answers import Facts, question
from lifeguard.inventory.natural import natural_key
from lifeguard.inventory.relations import master_ref, related, storage_home

_FRIENDLY_SR = {
    "local-hotplug-cd": "DVD drives",
    "local-hotplug-disk": "Removable storage",
    "local-storage": "Local storage",
    "xenserver-tools": "XenServer Tools",
}
_SERVER_MADE_NETWORK = ("Network associated with ", "Pool-wide network associated with ")


def name_of(facts: Facts, ref: str) -> str:
    """The name of an object on its own; empty for what is not there."""
    record = facts.find(ref)
    return full_name(facts, record) if record is not None else ""


def full_name(facts: Facts, record: Record) -> str:
    """The name of an object on its own: one host's local storage is told from the next one's by " on <host>"."""
    name = short_name(facts, record)
    if isinstance(record, Sr) and friendly_sr_name(record) is not None:
        host_ref = storage_home(facts, record.ref)
        return f"{name} on {_name_label(facts, host_ref)}" if host_ref is not None else name
    return name


def short_name(facts: Facts, record: Record) -> str:
    """The name of an object where its place is plain to see, as in the tree."""
    match record:
        case Vm():
            is_host_itself = record.is_control_domain and not record.is_a_template
            host = _name_label(facts, record.resident_on) if is_host_itself else ""
            return f"Control domain on host {host}" if is_host_itself else record.name_label
        case Sr():
            return friendly_sr_name(record) or record.name_label
        case Network():
            return network_name(facts, record)
        case Pool():
            return record.name_label or _name_label(facts, record.master)
        case Vdi() if _is_dvd_drive(facts, record):
            host_ref = storage_home(facts, record.SR)
            return f"DVD drive on {_name_label(facts, host_ref)}" if host_ref is not None else record.name_label
        case _:
            return str(getattr(record, "name_label", ""))


def friendly_sr_name(sr: Sr) -> str | None:
    """The name of a storage that the server made itself and that nobody has renamed since; None for all others."""
    config = sr.other_config
    if config.get("i18n-original-value-name_label") != sr.name_label:
        return None
    return _FRIENDLY_SR.get(config.get("i18n-key", ""))


@question
def _name_label(facts: Facts, host_ref: str) -> str:
    host = facts.get(Host, host_ref)
    return host.name_label if host is not None else ""


def network_name(facts: Facts, network: Network) -> str:
    """A network named by the server after a NIC is "Network N", by the NIC that the master has on it."""
    if not network.name_label.startswith(_SERVER_MADE_NETWORK):
        return network.name_label
    pifs = related(facts, Pif, network.PIFs, "network", network.ref)
    master = master_ref(facts)
    pif = next((pif for pif in pifs if pif.host == master), pifs[0] if pifs else None)
    if pif is None:
        return network.name_label
    name = f"Network {nic_number(facts, pif)}"
    return f"{name} on VLAN {pif.VLAN}" if pif.VLAN >= 0 else name


def nic_number(facts: Facts, pif: Pif) -> str:
    """The number of a NIC as people count them: 0 for eth0, 0+1 for a bond of two."""
    slaves = [
        member.device.removeprefix("eth")
        for bond in related(facts, Bond, pif.bond_master_of, "master", pif.ref)
        for member in related(facts, Pif, bond.slaves, "bond_slave_of", bond.ref)
    ]
    return "+".join(sorted(slaves, key=natural_key)) or pif.device.removeprefix("eth")


def _is_dvd_drive(facts: Facts, vdi: Vdi) -> bool:
    """Whether it stands for what is in a physical drive, not for an image of a disc."""
    sr = facts.get(Sr, vdi.SR)
    return sr is not None and (sr.type == "local" or (sr.type == "udev" and sr.sm_config.get("type") == "cd"))


def nic_name(facts: Facts, pif: Pif) -> str:
    """A PIF as the window calls it: "NIC 0", "Bond 0+1"."""
    number = nic_number(facts, pif)
    return f"Bond {number}" if pif.bond_master_of else f"NIC {number}"
