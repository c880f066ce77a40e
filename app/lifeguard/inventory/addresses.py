"""The addresses by which an object is reached, as the Address column shows them."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address

from lifeguard.datamodel.records import Host, Record, Sr, Vm, VmGuestMetrics
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.natural import natural_key
from lifeguard.inventory.relations import is_real_vm, pbds_of, pifs_of, vifs_of

_SEPARATOR = re.compile(r"\r?\n|%n")
_OCTET = re.compile(r"(?:25[0-5]|2[0-4]\d|[01]?\d?\d)|(?:[12]?\d?\*)")
_LOCATION = re.compile(r"(?://|\\\\)([^/\\]+)|([^:/\\]+):[/\\]")


def addresses_of(facts: Facts, record: Record) -> tuple[str, ...] | None:
    """The addresses of an object in the order to show them. () is none yet; None where nothing tells: a VM without
    guest tools, or an object that has no address."""
    match record:
        case Vm() if is_real_vm(record):
            return _addresses_of_vm(facts, record)
        case Host():
            return tuple(dict.fromkeys(pif.IP for pif in pifs_of(facts, record) if pif.IP))
        case Sr():
            return _addresses_of_sr(facts, record)
    return None


def _addresses_of_vm(facts: Facts, vm: Vm) -> tuple[str, ...] | None:
    metrics = facts.get(VmGuestMetrics, vm.guest_metrics)
    if metrics is None:
        return None
    found: dict[str, None] = {}
    for vif in sorted(vifs_of(facts, vm), key=lambda vif: natural_key(vif.device)):
        prefix = f"{vif.device}/ip"
        for key in sorted(key for key in metrics.networks if key.startswith(prefix)):
            found.update((address, None) for address in _SEPARATOR.split(metrics.networks[key]) if address)
    return tuple(found)


def _addresses_of_sr(facts: Facts, sr: Sr) -> tuple[str, ...] | None:
    """The server that a storage lies on, as its links name it."""
    found: dict[str, None] = {}
    for link in pbds_of(facts, sr):
        config = link.device_config
        address = config.get("target") or config.get("server") or _host_part(config.get("location", ""))
        if address:
            found[address] = None
    return tuple(found) or None


def _host_part(location: str) -> str:
    match = _LOCATION.match(location)
    return (match.group(1) or match.group(2)) if match is not None else ""


def is_partial_address(text: str) -> bool:
    """Whether a text is a whole address or the beginning of an IPv4 one: "10.0.", "10.0.*", "10.*.*.7"."""
    if _octets(text) is not None:
        return True
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def address_claim(pattern: str) -> Callable[[str], bool]:
    """What a whole or partial address says of an address, octet by octet."""
    octets = _octets(pattern)
    if octets is not None:
        *head, last = octets
        if any("*" in octet for octet in head):
            return lambda address: _all_fit(octets, address.split("."))
        beginning = ".".join((*head, last.removesuffix("*") if "*" in last else f"{last}."))
        return lambda address: f"{address}.".startswith(beginning) and address.count(".") == 3
    try:
        whole = ip_address(pattern)
    except ValueError:
        return lambda address: pattern.lower() == address.lower()
    return lambda address: _is(whole, address)


def _all_fit(wanted: list[str], own: list[str]) -> bool:
    return len(own) == 4 and all(map(_fits, wanted, own))


def _is(wanted: IPv4Address | IPv6Address, address: str) -> bool:
    try:
        return wanted == ip_address(address)
    except ValueError:
        return False


def _fits(wanted: str, octet: str) -> bool:
    return octet.startswith(wanted[:-1]) if wanted.endswith("*") else wanted == octet


def _octets(text: str) -> list[str] | None:
    """The parts of an IPv4 address or of the beginning of one; "*" ends a part that may go on. None for other text."""
    parts = text.split(".")
    if len(parts) > 1 and parts[-1] == "":
        parts.pop()
    elif len(parts) == 1:
        return None
    if len(parts) > 4 or not all(_OCTET.fullmatch(part) for part in parts):
        return None
    return [part if part.endswith("*") else str(int(part)) for part in parts]
