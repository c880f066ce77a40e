"""Where updates of hosts come from: repositories, their proxy, how often they are asked; and what patches leave."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from lifeguard.sim import dates
from lifeguard.sim.administration.shapes import accepted, forgotten, introduced, refused, setting
from lifeguard.sim.behaviour import lookup
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.failure import ApiError

_WEEK = {"daily": (0, 0), "weekly": (0, 6)}


async def _attach_update(context: Context, update_ref: str, use_proxy: bool) -> str:
    return f"/update/{context.db.get('pool_update', update_ref, 'uuid')}"


async def _apply_host_patch(context: Context, ref: str) -> str:
    context.db.update("host_patch", ref, applied=True, timestamp_applied=dates.stamp(context.clock.time_s()))
    return "The patch was applied.\n"


async def _precheck_patch(context: Context, patch_ref: str, host_ref: str) -> str:
    context.db.row("pool_patch", patch_ref)
    context.db.row("host", host_ref)
    return ""


async def _add_repository(context: Context, pool_ref: str, ref: str) -> None:
    context.db.row("Repository", ref)
    present = context.db.get("pool", pool_ref, "repositories")
    if ref not in present:
        context.db.set("pool", pool_ref, "repositories", (*present, ref))


async def _remove_repository(context: Context, pool_ref: str, ref: str) -> None:
    kept = tuple(one for one in context.db.get("pool", pool_ref, "repositories") if one != ref)
    context.db.set("pool", pool_ref, "repositories", kept)


async def _forget_repository(context: Context, ref: str) -> None:
    if ref in lookup.pool(context.db)["repositories"]:
        raise ApiError("REPOSITORY_IS_IN_USE")
    context.db.destroy("Repository", ref)


def _enabled(context: Context) -> tuple[str, ...]:
    """Raises ApiError NO_REPOSITORY_ENABLED."""
    present = tuple(ref for ref in lookup.pool(context.db)["repositories"] if context.db.has("Repository", ref))
    if not present:
        raise ApiError("NO_REPOSITORY_ENABLED")
    return present


async def _sync_updates(context: Context, pool_ref: str, *args: Any) -> str:
    """What is there now gets a sum; hosts that have it are up to date."""
    present, now = _enabled(context), dates.stamp(context.clock.time_s())
    found = hashlib.sha256("".join(present).encode()).hexdigest()
    for ref in present:
        context.db.update("Repository", ref, hash=found, up_to_date=True)
    context.db.set("pool", pool_ref, "last_update_sync", now)
    for ref, host in list(context.db.rows("host").items()):
        state = "yes" if host["last_update_hash"] == found else "no"
        context.db.set("host", ref, "latest_synced_updates_applied", state)
    return found


async def _apply_updates(context: Context, host_ref: str, found: str) -> tuple[tuple[str, ...], ...]:
    if all(context.db.get("Repository", ref, "hash") != found for ref in _enabled(context)):
        raise ApiError("UPDATEINFO_HASH_MISMATCH")
    context.db.update("host", host_ref, last_update_hash=found, latest_synced_updates_applied="yes",
                      last_software_update=dates.stamp(context.clock.time_s()))  # fmt: skip
    return ()


async def _configure_sync(context: Context, pool_ref: str, frequency: str, day: int) -> None:
    first, last = _WEEK[frequency]
    if not first <= day <= last:
        raise ApiError("INVALID_UPDATE_SYNC_DAY", str(day))
    context.db.update("pool", pool_ref, update_sync_frequency=frequency, update_sync_day=day)


async def _configure_proxy(context: Context, pool_ref: str, url: str, user: str, password: str) -> None:
    if not url.startswith(("http://", "https://")):
        raise ApiError("INVALID_REPOSITORY_PROXY_URL", url)
    if bool(user) != bool(password):
        raise ApiError("INVALID_REPOSITORY_PROXY_CREDENTIAL")
    context.db.update("pool", pool_ref, repository_proxy_url=url, repository_proxy_username=user)


HANDLERS: Mapping[str, Handler] = {
    "pool_update.attach": _attach_update,
    "pool_patch.precheck": _precheck_patch,
    "host_patch.apply": _apply_host_patch,
    "pool.add_repository": _add_repository,
    "pool.remove_repository": _remove_repository,
    "pool.sync_updates": _sync_updates,
    "pool.configure_update_sync": _configure_sync,
    "pool.configure_repository_proxy": _configure_proxy,
    "host.apply_updates": _apply_updates,
    "Repository.forget": _forget_repository,
    **introduced("Repository.introduce", "Repository.introduce_bundle", "Repository.introduce_remote_pool"),
    **setting("pool", "pool.disable_repository_proxy", repository_proxy_url="", repository_proxy_username=""),
    **forgotten("pool_patch.clean", "pool_patch.pool_clean"),
    **accepted(
        "pool_update.detach", "pool_update.resync_host", "pool_patch.clean_on_host",
        "host.refresh_pack_info", "host.emergency_clear_mandatory_guidance",
    ),
    **accepted("pool.check_update_readiness", result=()),
    **refused("LICENSE_PROCESSING_ERROR", "host.license_add"),
    **setting("host", "host.license_remove", edition="free"),
}  # fmt: skip
