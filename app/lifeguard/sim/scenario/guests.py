"""The VMs of a site: planned first, so that they can be shared out among the hosts, then written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.behaviour.memory import vm_overhead_bytes
from lifeguard.sim.scenario import cabling
from lifeguard.sim.scenario.cabling import VLANS, Cabling
from lifeguard.sim.scenario.disks import Disk, write_disk, write_drive
from lifeguard.sim.scenario.draft import GIB, Draft
from lifeguard.sim.scenario.machines import OLD, Machine, write_console
from lifeguard.sim.scenario.services import Service, shares
from lifeguard.sim.scenario.stores import Stores
from lifeguard.sim.scenario.systems import SYSTEMS, System
from lifeguard.sim.scenario.tools import write_tools

_PEOPLE = ("A. Moreau", "B. Keller", "C. Ngata", "D. Silva", "E. Lindqvist", "F. Haddad", "G. Okafor", "H. Tanaka")
_COST_CENTRES = {"Shop": "4100", "Finance": "2200", "IT services": "3300", "Engineering": "5000", "Data": "5200",
                 "Platform": "5100"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Guest:
    """A VM as planned. `has_tools`: its tools report; `host` is where it runs or has its local disks."""

    name: str
    service: Service
    number: int
    power_state: str
    has_tools: bool
    host: Machine | None = None

    @property
    def system(self) -> System:
        return SYSTEMS[self.service.system]

    @property
    def is_placed(self) -> bool:
        """Whether it takes memory of a host."""
        return self.power_state in ("Running", "Paused")

    def on(self, host: Machine) -> Guest:
        return replace(self, host=host)


def plan_guests(draft: Draft) -> list[Guest]:
    """Who is there and in what state, busiest services first."""
    guests: list[Guest] = []
    for service, count in shares(draft.plan.vms):
        width = len(str(count)) if count > 99 else 2
        for number in range(1, count + 1):
            name = service.name if count == 1 else f"{service.name}-{number:0{width}d}"
            has_tools = not (service.system == "freebsd" or draft.is_lucky(0.05))
            guests.append(Guest(name, service, number, _power_state(draft, service, number), has_tools))
    return guests


def _power_state(draft: Draft, service: Service, number: int) -> str:
    """Production runs; what can be spared is partly off."""
    spare = service.priority != "restart" and "production" not in service.tags
    if spare and number % 7 == 3:
        return "Suspended"
    if service.name == "test" and number % 14 == 5:
        return "Paused"
    return "Halted" if draft.is_lucky(0.28 if spare else 0.015) else "Running"


def write_guests(draft: Draft, guests: Sequence[Guest], stores: Stores, nets: Cabling) -> dict[str, str]:
    """Write the VMs with their devices, metrics and tools; returns their refs by name."""
    domids: dict[str, int] = {}
    refs: dict[str, str] = {}
    leases: dict[str, int] = {}
    for guest in guests:
        writer = _Writer(draft, guest, stores, nets)
        if guest.is_placed and guest.host:
            domids[guest.host.ref] = domids.get(guest.host.ref, 0) + 1 + draft.rng.randrange(3)
            writer.domid = domids[guest.host.ref]
        lease = leases[guest.service.network] = leases.get(guest.service.network, 0) + 1
        refs[guest.name] = writer.write(lease)
    return refs


@dataclass(slots=True)
class _Writer:
    """Writes one VM."""

    draft: Draft
    guest: Guest
    stores: Stores
    nets: Cabling
    domid: int = -1

    def write(self, lease: int) -> str:
        guest, draft = self.guest, self.draft
        up_days = draft.rng.uniform(0.05, 120)
        vm = draft.add("VM", **self._identity(), **self._size(), **self._habits())
        row = draft.row("VM", vm)
        row["memory_overhead"] = vm_overhead_bytes({**_SIZING_DEFAULTS, **row})
        row["metrics"] = self._metrics(up_days)
        self._disks(vm)
        ip = self._cards(vm, lease)
        if guest.is_placed and guest.host:
            write_console(draft, vm, guest.host.address)
        if guest.has_tools and guest.power_state != "Suspended" and (guest.is_placed or lease % 2):
            row["guest_metrics"] = write_tools(draft, guest.system, guest.name, ip, is_live=guest.is_placed)
        if guest.system.needs_tpm:
            draft.add("VTPM", VM=vm, is_unique=False, is_protected=True)
        return vm

    def _identity(self) -> dict[str, object]:
        service, system, rng = self.guest.service, self.guest.system, self.draft.rng
        owner = _PEOPLE[(len(service.name) + self.guest.number) % len(_PEOPLE)]
        config = {
            "mac_seed": self.draft.uuid(), "base_template_name": system.template, "folder": service.folder,
            "install-methods": "cdrom" if system.is_windows else "cdrom,http,ftp",
            "XenCenter.CustomFields.Owner": owner,
            "XenCenter.CustomFields.Cost centre": _COST_CENTRES[service.owner],
        }  # fmt: skip
        if rng.random() < 0.2:
            config["auto_poweron"] = "true"
        return {
            "name_label": self.guest.name,
            "name_description": service.description,
            "tags": service.tags,
            "other_config": config,
            "power_state": self.guest.power_state,
            "domid": self.domid,
            "resident_on": self.guest.host.ref if self.guest.host and self.guest.is_placed else NULL_REF,
            "affinity": self.guest.host.ref if self.guest.host and service.store == "local" else NULL_REF,
            "is_a_template": False,
        }

    def _size(self) -> dict[str, object]:
        service = self.guest.service
        memory = service.memory_gib * GIB
        is_started = self.guest.power_state != "Halted"
        flags = {"vendor": "GenuineIntel", "features": OLD.features} if is_started else {}
        return {
            "memory_static_min": min(memory, GIB), "memory_dynamic_min": memory, "memory_dynamic_max": memory,
            "memory_static_max": memory, "memory_target": memory if self.guest.is_placed else 0,
            "VCPUs_max": service.vcpus, "VCPUs_at_startup": service.vcpus, "last_boot_CPU_flags": flags,
        }  # fmt: skip

    def _habits(self) -> dict[str, object]:
        service, system = self.guest.service, self.guest.system
        firmware = "uefi" if system.is_uefi else "bios"
        sockets = max(1, service.vcpus // 2)
        return {
            "domain_type": "hvm", "HVM_boot_policy": "BIOS order", "HVM_shadow_multiplier": 1.0,
            "HVM_boot_params": {"order": "cdn", "firmware": firmware},
            "actions_after_shutdown": "destroy", "actions_after_reboot": "restart", "actions_after_crash": "restart",
            "platform": {
                "acpi": "1", "apic": "true", "pae": "true", "nx": "true", "timeoffset": "0", "vga": "std",
                "videoram": "8", "viridian": str(system.is_windows).lower(), "cores-per-socket": str(sockets),
                "device-model": f"qemu-upstream-{'uefi' if system.is_uefi else 'compat'}", "device_id": "0002",
                "secureboot": str(system.needs_tpm).lower(),
            },
            "hardware_platform_version": 2 if system.is_windows else 0,
            "has_vendor_device": system.is_windows,
            "ha_restart_priority": self._priority,
            "ha_always_run": self._priority == "restart" and self.guest.power_state == "Running",
            "order": service.order, "start_delay": 30 if service.order == 0 and service.appliance else 0,
            "user_version": 1, "reference_label": system.template.lower().replace(" ", "-"),
        }  # fmt: skip

    @property
    def _priority(self) -> str:
        """Kept whether HA is on or not. What cannot run elsewhere has none."""
        return self.guest.service.priority if self.guest.service.store != "local" else ""

    def _metrics(self, up_days: float) -> str:
        service, is_placed = self.guest.service, self.guest.is_placed
        memory = service.memory_gib * GIB if is_placed else 0
        return self.draft.add(
            "VM_metrics", memory_actual=memory, VCPUs_number=service.vcpus if is_placed else 0,
            start_time=self.draft.ago(up_days), install_time=self.draft.ago(up_days + 200 + service.weight),
            last_updated=self.draft.ago(0.0001), hvm=True, state=("running",) if is_placed else (),
            current_domain_type="hvm" if is_placed else "unspecified",
        )  # fmt: skip

    def _disks(self, vm: str) -> None:
        guest, service = self.guest, self.guest.service
        is_attached = guest.power_state != "Halted"
        home = guest.host.ref if guest.host else ""
        for at, size in enumerate(service.disks_gib):
            position = at if at < 3 else at + 1
            disk = Disk(f"{guest.name} {'system' if at == 0 else f'data {at}'}", self.stores.of(service.store, home),
                        size, position)  # fmt: skip
            write_disk(self.draft, vm, disk, is_attached=is_attached)
        iso = NULL_REF
        if self.draft.is_lucky(0.04):
            iso = self.draft.rng.choice((*self.stores.isos, self.stores.tools_iso))
        write_drive(self.draft, vm, iso=iso, is_attached=is_attached)
        if guest.power_state == "Suspended":
            self._memory_image(vm)

    def _memory_image(self, vm: str) -> None:
        size = int(self.guest.service.memory_gib * GIB * 1.26) + 100 * 1024**2
        image = self.draft.add("VDI", SR=self.stores.shared["nfs"], name_label="Suspend image", type="suspend",
                               name_description=f"Suspend image of {self.guest.name}", virtual_size=size,
                               physical_utilisation=size // 2, managed=True)  # fmt: skip
        self.draft.row("VDI", image)["location"] = self.draft.row("VDI", image)["uuid"]
        self.draft.row("VM", vm).update(suspend_VDI=image)

    def _cards(self, vm: str, lease: int) -> str:
        """The network cards; returns the address on the first."""
        service = self.guest.service
        names = [service.network]
        if "database" in service.tags and "production" in service.tags:
            names.append("Backup")
        if service.name == "firewall":
            names.append("Dev and test")
        if service.name == "test" and self.guest.number % 13 == 9:
            names = [cabling.PRIVATE]
        for at, name in enumerate(names):
            self.draft.add(
                "VIF", VM=vm, network=self.nets.networks[name], device=str(at), MAC=self.draft.mac(), MTU=1500,
                MAC_autogenerated=True, currently_attached=self.guest.power_state != "Halted",
                locking_mode="network_default",
            )  # fmt: skip
        return lease_address(names[0], lease)


_SIZING_DEFAULTS = {"domain_type": "hvm", "HVM_boot_policy": "", "HVM_shadow_multiplier": 1.0}
_NETS = tuple(VLANS)
_SUBNETS_PER_NETWORK = 16


def lease_address(network: str, lease: int) -> str:
    """The address of a network's n-th client: each VLAN has sixteen /24 of its own, from 10.71.96.0 on."""
    at = _NETS.index(network) if network in _NETS else len(_NETS)
    third = 96 + at * _SUBNETS_PER_NETWORK + (lease // 230) % _SUBNETS_PER_NETWORK
    return f"10.71.{third}.{lease % 230 + 20}"
