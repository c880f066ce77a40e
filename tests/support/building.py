"""Small pools in a few words: `build_pool().host("h1").vm("web", on="h1")`. A ref is `OpaqueRef:` and the name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lifeguard.inventory.change import Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.rules.pool_rules import PoolRules

GIB = 1 << 30
ALL_FEATURES = "ffffffff-ffffffff"


def ref(name: str) -> str:
    return f"OpaqueRef:{name}"


class PoolBuilder:
    """Writes into `inventory`; every method returns the builder. The first host becomes the master."""

    def __init__(self) -> None:
        self.inventory = Inventory()
        self._put("pool", "pool", name_label="the pool")

    def rules(self, *, trust_lists: bool = False) -> PoolRules:
        return PoolRules(self.inventory, trust_lists=trust_lists)

    def pool(self, **fields: Any) -> PoolBuilder:
        return self._put("pool", "pool", **fields)

    def host(self, name: str, memory_gib: int = 32, *, live: bool = True, **fields: Any) -> PoolBuilder:
        if not self.inventory.count("host"):
            self.pool(master=ref(name))
        self._put("host_metrics", f"{name}-metrics", memory_total=memory_gib * GIB, live=live)
        fields = {
            "enabled": True,
            "metrics": ref(f"{name}-metrics"),
            "capabilities": ["hvm-3.0-x86_64"],
            "cpu_info": {"vendor": "GenuineIntel", "cpu_count": "16", "features_hvm": ALL_FEATURES},
            **fields,
        }
        return self._put("host", name, name_label=name, **fields)

    def sr(self, name: str, *hosts: str, **fields: Any) -> PoolBuilder:
        self._put("SR", name, **{"name_label": name, "type": "nfs", "shared": len(hosts) > 1, **fields})
        for host in hosts:
            self._put("PBD", f"{name}-{host}", SR=ref(name), host=ref(host), currently_attached=True)
        return self

    def network(self, name: str, *hosts: str) -> PoolBuilder:
        self._put("network", name, name_label=name)
        for host in hosts:
            self._put("PIF", f"{name}-{host}", network=ref(name), host=ref(host), device="eth0", physical=True)
        return self

    def vm(
        self,
        name: str,
        *,
        on: str | None = None,
        memory_gib: int = 1,
        srs: tuple[str, ...] = (),
        networks: tuple[str, ...] = (),
        tools: bool = True,
        **fields: Any,
    ) -> PoolBuilder:
        for sr in srs:
            self._put("VDI", f"{name}-{sr}", SR=ref(sr), name_label=f"{name} on {sr}", virtual_size=GIB)
            self._put("VBD", f"{name}-{sr}-vbd", VM=ref(name), VDI=ref(f"{name}-{sr}"), type="Disk")
        for network in networks:
            self._put("VIF", f"{name}-{network}", VM=ref(name), network=ref(network), device="0")
        versions = {"major": "9", "minor": "3"} if tools else {}
        self._put("VM_guest_metrics", f"{name}-guest", PV_drivers_version=versions)
        fields = {
            "power_state": "Running" if on else "Halted",
            "resident_on": ref(on) if on else "OpaqueRef:NULL",
            "memory_static_max": memory_gib * GIB,
            "memory_dynamic_max": memory_gib * GIB,
            "memory_dynamic_min": memory_gib * GIB,
            "VCPUs_max": 1,
            "VCPUs_at_startup": 1,
            "domain_type": "hvm",
            "guest_metrics": ref(f"{name}-guest"),
            "VBDs": [ref(f"{name}-{sr}-vbd") for sr in srs],
            "VIFs": [ref(f"{name}-{network}") for network in networks],
            **fields,
        }
        return self._put("VM", name, name_label=name, **fields)

    def change(self, class_name: str, name: str, **fields: Any) -> PoolBuilder:
        """Set some fields of a row that is there."""
        return self._put(class_name, name, **fields)

    def _put(self, class_name: str, name: str, **fields: Any) -> PoolBuilder:
        known = self.inventory.payload(ref(name))
        before = dict(known) if isinstance(known, Mapping) else {}
        self.inventory.apply([Event(class_name, ref(name), "mod", {**before, **fields})])
        return self


def build_pool() -> PoolBuilder:
    return PoolBuilder()
