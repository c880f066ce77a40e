"""The networks of a site: cards, bonds and VLANs of every host, addresses for management and storage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lifeguard.sim.scenario.draft import Draft
from lifeguard.sim.scenario.machines import DOMAIN, Machine, address

VLANS = {
    "Servers": 110, "DMZ": 120, "Desktops": 130, "Dev and test": 140, "Voice": 150, "Backup": 160,
    "Management VMs": 170,
}  # fmt: skip
_DESCRIPTIONS = {
    "Servers": "Production servers, 10.71.96.0/20",
    "DMZ": "Reachable from outside through the firewall",
    "Desktops": "Call centre and office desktops",
    "Dev and test": "Nothing here is backed up",
    "Voice": "Telephony, DSCP marked",
    "Backup": "Backup traffic only",
    "Management VMs": "Monitoring of hosts, switches and storage",
}
_STORAGE_NETS = {"Storage A": 64, "Storage B": 65}
PRIVATE = "Lab isolated"


@dataclass(frozen=True, slots=True)
class Cabling:
    """Networks by name. `broken_bond_host` has one link of its bond down."""

    networks: dict[str, str]
    broken_bond_host: str


def write_networks(draft: Draft, machines: Sequence[Machine]) -> Cabling:
    networks = _networks(draft)
    broken = machines[-2].ref if len(machines) > 2 else ""
    for at, machine in enumerate(machines):
        _Host(draft, machine, at, networks, has_broken_bond=machine.ref == broken).write()
    return Cabling(networks, broken)


def _networks(draft: Draft) -> dict[str, str]:
    networks: dict[str, str] = {}
    for at in (0, 1):
        label = f"Pool-wide network associated with eth{at}"
        networks[f"eth{at}"] = _network(draft, label, f"xenbr{at}", "Half of the management bond: do not use")
    networks["Management"] = _network(draft, "Management", "xapi1", "Bond of eth0 and eth1, also carries all VLANs")
    for at, name in enumerate(_STORAGE_NETS):
        networks[name] = _network(draft, name, f"xenbr{at + 2}", f"iSCSI and NFS, fabric {name[-1]}", mtu=9000)
    for name, tag in VLANS.items():
        networks[name] = _network(draft, name, f"xapi{tag}", _DESCRIPTIONS[name])
    networks[PRIVATE] = _network(draft, PRIVATE, "xapi900", "No way out: private to one host")
    networks["internal"] = draft.add(
        "network", name_label="Host internal management network", bridge="xenapi", MTU=1500,
        name_description="Network on which guests will be assigned a private link-local IP address which can be used "
        "to talk XenAPI",
        other_config={"is_guest_installer_network": "true", "is_host_internal_management_network": "true",
                      "ip_begin": "169.254.0.1", "ip_end": "169.254.255.254", "netmask": "255.255.0.0"},
    )  # fmt: skip
    return networks


def _network(draft: Draft, name: str, bridge: str, description: str, mtu: int = 1500) -> str:
    config = {"automatic": "false"}
    return draft.add("network", name_label=name, name_description=description, bridge=bridge, MTU=mtu, managed=True,
                     other_config=config, tags=("storage",) if mtu > 1500 else ())  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Host:
    """Writes the cards of one host."""

    draft: Draft
    machine: Machine
    at: int
    networks: dict[str, str]
    has_broken_bond: bool

    def write(self) -> None:
        bond = self._bond()
        for name, net in _STORAGE_NETS.items():
            device = f"eth{2 + net - 64}"
            self._card(device, name, MTU=9000, IP=address(self.at, net=net), netmask="255.255.255.0",
                       ip_configuration_mode="Static", disallow_unplug=True,
                       other_config={"management_purpose": name})  # fmt: skip
        for name, tag in VLANS.items():
            self._vlan(bond, name, tag)

    def _bond(self) -> str:
        master = self._pif(
            "bond0", "Management", management=True, IP=address(self.at), netmask="255.255.255.0",
            gateway="10.71.0.1", DNS="10.71.97.20,10.71.97.21", ip_configuration_mode="Static",
            other_config={"domain": DOMAIN},
        )  # fmt: skip
        links = 1 if self.has_broken_bond else 2
        bond = self.draft.add("Bond", master=master, mode="lacp", links_up=links,
                              properties={"hashing_algorithm": "tcpudp_ports"})  # fmt: skip
        slaves = [self._card(f"eth{at}", f"eth{at}", has_carrier=at < links, bond_slave_of=bond) for at in (0, 1)]
        self.draft.row("Bond", bond)["primary_slave"] = slaves[0]
        self.draft.row("PIF", master)["MAC"] = self.draft.row("PIF", slaves[0])["MAC"]
        return master

    def _vlan(self, tagged: str, name: str, tag: int) -> None:
        untagged = self._pif("bond0", name, VLAN=tag, MAC=self.draft.row("PIF", tagged)["MAC"])
        vlan = self.draft.add("VLAN", tagged_PIF=tagged, untagged_PIF=untagged, tag=tag)
        self.draft.row("PIF", untagged)["VLAN_master_of"] = vlan

    def _card(self, device: str, network: str, *, has_carrier: bool = True, **fields: object) -> str:
        return self._pif(device, network, has_carrier=has_carrier, physical=True, **fields)

    def _pif(self, device: str, network: str, *, has_carrier: bool = True, **fields: object) -> str:
        number = int(device[-1])
        metrics = self.draft.add(
            "PIF_metrics", carrier=has_carrier, speed=25_000 if has_carrier else 0, duplex=has_carrier,
            vendor_id="15b3" if fields.get("physical") else "", device_id="1015" if fields.get("physical") else "",
            vendor_name="Mellanox Technologies" if fields.get("physical") else "",
            device_name="MT27710 Family [ConnectX-4 Lx]" if fields.get("physical") else "",
            pci_bus_path=f"0000:3b:00.{number}" if fields.get("physical") else "N/A",
            last_updated=self.draft.ago(0),
        )  # fmt: skip
        row = {"MAC": self.draft.mac(), "MTU": 1500, "VLAN": -1, "physical": False, "currently_attached": True,
               "capabilities": ("sriov",) if fields.get("physical") else (), **fields}  # fmt: skip
        return self.draft.add("PIF", device=device, network=self.networks[network], host=self.machine.ref,
                              metrics=metrics, **row)  # fmt: skip
