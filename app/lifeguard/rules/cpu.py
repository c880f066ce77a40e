"""Whether a VM that is already running can go on running on another host's processors."""

from __future__ import annotations

from lifeguard.datamodel.records import Host

DIFFERENT_VENDOR = "VM last booted on a host which had a CPU from a different vendor."
MISSING_FEATURES = "VM last booted on a CPU with features this host's CPU does not have."


def cpu_obstacle(boot_flags: dict[str, str], kind: str, host: Host) -> str | None:
    """Why a VM that booted with `boot_flags` cannot run on a host, in the server's words; None when it can.

    `kind` is its domain type. What either side does not say is no obstacle.
    """
    vendor, host_vendor = boot_flags.get("vendor", ""), host.cpu_info.get("vendor", "")
    if vendor and host_vendor and vendor != host_vendor:
        return DIFFERENT_VENDOR
    key = "features_pv" if kind == "pv" else "features_hvm"
    offered = _words(host.cpu_info.get(key) or host.cpu_info.get("features", ""))
    used = _words(boot_flags.get("features", ""))
    if not offered or not used:
        return None
    padded = offered + (0,) * (len(used) - len(offered))
    return MISSING_FEATURES if any(mine & ~theirs for mine, theirs in zip(used, padded, strict=False)) else None


def _words(text: str) -> tuple[int, ...]:
    """`17cbfbff-f7fa3223` as numbers; empty when it is no such text."""
    try:
        return tuple(int(word, 16) for word in text.split("-")) if text else ()
    except ValueError:
        return ()
