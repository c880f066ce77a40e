"""Pools made by chance, for the simulator's database: small, odd, and rich in what the rules look at."""

from __future__ import annotations

import random
from typing import Any

from lifeguard.sim.behaviour.memory import vm_overhead_bytes
from lifeguard.sim.database import Database

_GIB = 1 << 30
_NULL = "OpaqueRef:NULL"
_FEATURES = ("ffffffff-ffffffff", "ffffffff-0fffffff", "0000ffff-ffffffff", "")
_VERSIONS = ("3.2.0", "3.4.0")
_OPERATIONS = ("snapshot", "suspend", "hard_shutdown", "migrate_send", "clone", "clean_reboot", "start")


def random_pool(seed: int) -> Database:
    """The same pool for the same seed."""
    return _Maker(random.Random(seed)).make()


class _Maker:
    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._db = Database(rng)
        self._hosts: list[str] = []
        self._srs: list[str] = []
        self._networks: list[str] = []

    def make(self) -> Database:
        for number in range(self._rng.randint(1, 4)):
            self._host(f"h{number}")
        other = {}
        if self._chance(0.1):
            other["rolling_upgrade_in_progress"] = "true"
        if self._chance(0.1):
            other["allow_clone_suspended_vm"] = "true"
        self._db.create("pool", _ref("pool"), {"master": self._hosts[0], "other_config": other})
        for number in range(self._rng.randint(1, 3)):
            self._storage(f"sr{number}")
        for number in range(self._rng.randint(1, 3)):
            self._network(f"net{number}")
        for number in range(self._rng.randint(1, 6)):
            self._vm(f"vm{number}")
        return self._db

    def _host(self, name: str) -> None:
        metrics = self._add("host_metrics", f"{name}-m", memory_total=self._rng.randint(2, 24) * _GIB,
                            live=not self._hosts or self._chance(0.85))  # fmt: skip
        features = self._rng.choice(_FEATURES)
        host = self._add(
            "host", name,
            name_label=name, metrics=metrics, enabled=self._chance(0.8),
            capabilities=self._pick(("hvm-3.0-x86_64", "xen-3.0-x86_64"), ("xen-3.0-x86_64",), odds=0.85),
            cpu_info={"vendor": self._vendor(), "cpu_count": str(self._rng.choice((2, 8))), "features_hvm": features,
                      "features_pv": features},
            virtual_hardware_platform_versions=self._pick((0, 1, 2), (0,), odds=0.8),
            software_version={"platform_version": self._rng.choice(_VERSIONS)},
            memory_overhead=self._rng.choice((0, _GIB // 2)),
        )  # fmt: skip
        self._hosts.append(host)

    def _storage(self, name: str) -> None:
        sr = self._add("SR", name, name_label=name, type="nfs", shared=True)
        for number, host in enumerate(self._hosts):
            if self._chance(0.8):
                self._add("PBD", f"{name}-pbd{number}", SR=sr, host=host, currently_attached=self._chance(0.9))
        self._srs.append(sr)

    def _network(self, name: str) -> None:
        other = {"assume_network_is_shared": "true"} if self._chance(0.2) else {}
        network = self._add("network", name, name_label=name, managed=self._chance(0.8), other_config=other)
        if self._chance(0.7):
            for number, host in enumerate(self._hosts):
                if self._chance(0.8):
                    self._add("PIF", f"{name}-pif{number}", network=network, host=host, device=f"eth{number}",
                              physical=True, currently_attached=True)  # fmt: skip
        self._networks.append(network)

    def _vm(self, name: str) -> None:
        state = self._rng.choice(("Halted", "Running", "Running", "Running", "Suspended", "Paused"))
        resident = self._rng.choice(self._hosts) if state in ("Running", "Paused") else _NULL
        kind = self._pick("hvm", "pv", odds=0.75)
        dynamic = self._rng.randint(1, 8) * _GIB
        flags = {"vendor": self._vendor(), "features": self._rng.choice(_FEATURES)}
        template, snapshot = self._chance(0.08), self._chance(0.08)
        fixed = [key for key in ("nomigrate", "nested-virt") if self._chance(0.08)]
        vm = self._add(
            "VM", name,
            name_label=name, power_state=state, resident_on=resident, domain_type=kind,
            HVM_boot_policy="BIOS order" if kind == "hvm" else "",
            is_a_template=template or snapshot, is_a_snapshot=snapshot,
            memory_static_min=self._pick(0, self._rng.choice((3, 9)) * _GIB, odds=0.95), memory_dynamic_min=dynamic,
            memory_dynamic_max=self._pick(dynamic, dynamic - 1, odds=0.97), memory_static_max=dynamic,
            VCPUs_max=self._rng.choice((1, 4)), VCPUs_at_startup=self._pick(1, self._rng.choice((0, 2)), odds=0.95),
            actions_after_crash=self._pick("restart", self._rng.choice(("rename_restart", "coredump_and_destroy")),
                                           odds=0.95),
            last_boot_CPU_flags={} if state == "Halted" or self._chance(0.2) else flags,
            hardware_platform_version=self._pick(0, 2, odds=0.8),
            blocked_operations={self._rng.choice(_OPERATIONS): "kept"} if self._chance(0.15) else {},
            current_operations=self._current(), platform={key: "true" for key in fixed},
            metrics=self._add("VM_metrics", f"{name}-m", nomigrate="nomigrate" in fixed,
                              nested_virt="nested-virt" in fixed, hvm=kind == "hvm",
                              current_domain_type=kind if state != "Halted" else "unspecified"),
            guest_metrics=self._guest(name) if self._chance(0.8) else _NULL,
        )  # fmt: skip
        for number, sr in enumerate(self._rng.sample(self._srs, self._rng.randint(0, len(self._srs)))):
            self._drive(f"{name}-d{number}", vm, sr, attached=state in ("Running", "Paused"))
        for number, network in enumerate(self._rng.sample(self._networks, self._rng.randint(0, len(self._networks)))):
            self._add("VIF", f"{name}-n{number}", VM=vm, network=network, device=str(number),
                      currently_attached=state in ("Running", "Paused"))  # fmt: skip
        if state == "Suspended":
            self._db.set("VM", vm, "suspend_VDI", self._add("VDI", f"{name}-memory", SR=self._rng.choice(self._srs)))
        self._db.set("VM", vm, "memory_overhead", vm_overhead_bytes(self._db.row("VM", vm)))

    def _drive(self, name: str, vm: str, sr: str, *, attached: bool) -> None:
        is_disk = self._chance(0.8)
        empty = not is_disk and self._chance(0.5)
        on_boot = self._pick("persist", "reset", odds=0.9)
        vdi = _NULL
        if not empty:
            vdi = self._add("VDI", f"{name}-vdi", SR=sr, on_boot=on_boot, allow_caching=self._chance(0.5))
        self._add("VBD", name, VM=vm, VDI=vdi, empty=empty, type="Disk" if is_disk else "CD",
                  currently_attached=attached and not empty)  # fmt: skip

    def _guest(self, name: str) -> str:
        versions = {"major": "9", "minor": "3"} if self._chance(0.5) else {}
        names = ("feature-suspend", "feature-shutdown", "feature-reboot", "feature-poweroff", "feature-vcpu-hotplug")
        other = {key: "1" for key in names if self._chance(0.4)}
        if self._chance(0.1):
            other["data-cant-suspend-reason"] = "busy"
        return self._add("VM_guest_metrics", f"{name}-g", PV_drivers_version=versions, other=other)

    def _current(self) -> dict[str, str]:
        if not self._chance(0.15):
            return {}
        chosen = self._rng.sample(_OPERATIONS, self._rng.randint(1, 2))
        return {_ref(f"task{number}"): operation for number, operation in enumerate(chosen)}

    def _add(self, table: str, name: str, **fields: Any) -> str:
        self._db.create(table, _ref(name), fields)
        return _ref(name)

    def _vendor(self) -> str:
        return str(self._pick("GenuineIntel", "AuthenticAMD", odds=0.85))

    def _chance(self, odds: float) -> bool:
        return self._rng.random() < odds

    def _pick(self, usual: Any, other: Any, *, odds: float) -> Any:
        return usual if self._chance(odds) else other


def _ref(name: str) -> str:
    return f"OpaqueRef:{name}"
