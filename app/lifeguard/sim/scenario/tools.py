"""What the tools inside a VM tell about it."""

from __future__ import annotations

from lifeguard.sim.scenario.draft import Draft
from lifeguard.sim.scenario.systems import System

_LINUX_TOOLS = {"major": "7", "minor": "30", "micro": "0", "build": "12"}
_WINDOWS_TOOLS = {"major": "9", "minor": "3", "micro": "3", "build": "125"}
_OLD_LINUX_TOOLS = {"major": "6", "minor": "2", "micro": "0", "build": "76888"}


def write_tools(draft: Draft, system: System, name: str, ip: str, *, is_live: bool) -> str:
    """Write the guest metrics of one VM; returns their ref. A few tools are old."""
    is_old = not system.is_windows and draft.is_lucky(0.06)
    drivers = _WINDOWS_TOOLS if system.is_windows else _OLD_LINUX_TOOLS if is_old else _LINUX_TOOLS
    return draft.add(
        "VM_guest_metrics",
        os_version=_os_version(system),
        netbios_name={"host_name": name[:15], "dns_domain": "corp.marmot.example"} if system.is_windows else {},
        PV_drivers_version=dict(drivers),
        PV_drivers_detected=True,
        PV_drivers_up_to_date=not is_old,
        networks=_networks(draft, ip),
        other=_features(system),
        last_updated=draft.ago(0.0005),
        live=is_live,
        can_use_hotplug_vbd="yes",
        can_use_hotplug_vif="yes",
    )


def _os_version(system: System) -> dict[str, str]:
    version = {"name": system.name, "distro": system.distro, "major": system.major, "minor": system.minor}
    if system.is_windows:
        return {**version, "spmajor": "0", "spminor": "0"}
    return {**version, "uname": system.uname}


def _networks(draft: Draft, ip: str) -> dict[str, str]:
    low = ":".join(f"{draft.rng.getrandbits(16):x}" for _ in range(3))
    return {"0/ip": ip, "0/ipv4/0": ip, "0/ipv6/0": f"fe80::{low}"}


def _features(system: System) -> dict[str, str]:
    features = {
        "feature-suspend": "1", "feature-poweroff": "1", "feature-reboot": "1", "feature-vcpu-hotplug": "1",
        "feature-balloon": "1", "feature-shutdown": "1", "has-vendor-device": str(int(system.is_windows)),
    }  # fmt: skip
    if system.is_windows:
        features |= {"platform-feature-multiprocessor-suspend": "1", "feature-static-ip-setting": "1"}
    return features
