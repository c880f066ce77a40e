"""Which objects a view leaves out: what is no business of an admin, and what somebody marked as hidden."""

from __future__ import annotations

from lifeguard.datamodel.records import Host, Network, Pif, Record, Sr, Vdi, Vm
from lifeguard.datamodel.schema import is_null
from lifeguard.inventory.answers import Facts, question
from lifeguard.inventory.relations import home_of_vm, is_live, is_pool_visible, related, storage_home

_HIDDEN_KEY = "HideFromXenCenter"
_TEMPORARY = "__gui__"
_INTERNAL_SR_TYPES = frozenset({"local", "tmpfs"})
_TOOLS_SR_NAME = "XenServer Tools"


def is_shown(facts: Facts, record: Record, with_hidden: bool = False) -> bool:
    """Whether a view shows an object at all. `with_hidden` admits those that are only marked as hidden."""
    return (with_hidden or not is_marked_hidden(facts, record)) and _is_for_people(facts, record)


def is_marked_hidden(facts: Facts, record: Record) -> bool:
    """Whether an object is hidden by a mark only: shown on demand, greyed."""
    if isinstance(record, Network) and (
        is_guest_installer_network(record) or any(_is_pif_hidden(facts, pif) for pif in _pifs(facts, record))
    ):
        return True
    # The mark means nothing on pools, hosts and vApps: what hangs under them must not go with it.
    return isinstance(record, Vm | Sr | Vdi | Network) and record.other_config.get(_HIDDEN_KEY) == "true"


def is_guest_installer_network(network: Network) -> bool:
    config = network.other_config
    return "true" in (config.get("is_guest_installer_network"), config.get("is_host_internal_management_network"))


def is_bond_member(facts: Facts, network: Network) -> bool:
    """Whether the network belongs to a NIC that is part of a bond."""
    return any(_is_bond_slave(facts, pif) for pif in _pifs(facts, network))


def _is_pif_hidden(facts: Facts, pif: Pif) -> bool:
    return _is_bond_slave(facts, pif) or pif.other_config.get(_HIDDEN_KEY) == "true"


def _is_bond_slave(facts: Facts, pif: Pif) -> bool:
    return facts.class_of(pif.bond_slave_of) == "Bond"


def _pifs(facts: Facts, network: Network) -> list[Pif]:
    return related(facts, Pif, network.PIFs, "network", network.ref)


def _is_for_people(facts: Facts, record: Record) -> bool:
    if isinstance(record, Vm):
        return _is_vm_for_people(facts, record)
    if isinstance(record, Sr):
        return _is_sr_for_people(facts, record)
    if isinstance(record, Vdi):
        return record.managed and not record.missing
    if isinstance(record, Network):
        return all(pif.managed for pif in _pifs(facts, record))
    if type(record).__name__ == "Pool":
        return is_pool_visible(facts)
    return True


def _is_vm_for_people(facts: Facts, vm: Vm) -> bool:
    if vm.is_control_domain or vm.name_label.startswith(_TEMPORARY):
        return False
    if vm.other_config.get("xensource_internal", "false").lower() != "false":
        return False
    if vm.is_a_template and vm.platform.get("vtpm") == "true" and is_restricted(facts, "restrict_vtpm"):
        return False
    return _is_home_live(facts, home_of_vm(facts, vm))


def _is_sr_for_people(facts: Facts, sr: Sr) -> bool:
    if sr.type in _INTERNAL_SR_TYPES or sr.name_label.startswith(_TEMPORARY) or is_tools_sr(sr):
        return False
    if not is_null(sr.introduced_by):  # a disaster recovery in progress, whether or not its task is to be seen
        return False
    return _is_home_live(facts, storage_home(facts, sr.ref))


def is_tools_sr(sr: Sr) -> bool:
    return sr.is_tools_sr or sr.name_label == _TOOLS_SR_NAME


def _is_home_live(facts: Facts, host_ref: str | None) -> bool:
    return host_ref is None or is_live(facts, host_ref)


@question
def is_restricted(facts: Facts, feature: str) -> bool:
    """Whether some host's licence forbids a feature. A licence that does not mention it allows it."""
    return any(host.license_params.get(feature) == "true" for host in facts.all(Host))
