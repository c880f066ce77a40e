"""Updates and, of older servers, patches: which hosts have them."""

from __future__ import annotations

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.behaviour import lookup, pace
from lifeguard.sim.behaviour.disks import destroy_disk
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_NO_LIVEPATCH = "ok"


async def introduce(context: Context, vdi_ref: str) -> str:
    """Make known the update on a disk; it is named as the disk is."""
    db = context.db
    vdi = db.row("VDI", vdi_ref)
    if db.by_uuid("pool_update", vdi["uuid"]) is not None:
        raise ApiError("UPDATE_ALREADY_EXISTS", vdi["uuid"])
    return db.insert("pool_update", {
        "uuid": vdi["uuid"], "name_label": vdi["name_label"], "name_description": vdi["name_description"],
        "installation_size": vdi["virtual_size"], "vdi": vdi_ref,
    })  # fmt: skip


async def precheck(context: Context, update_ref: str, host_ref: str) -> str:
    _assert_missing(context.db, update_ref, host_ref)
    return _NO_LIVEPATCH


async def apply(context: Context, update_ref: str, host_ref: str) -> None:
    db = context.db
    _assert_missing(db, update_ref, host_ref)
    if not lookup.is_live(db, host_ref):
        raise ApiError("HOST_OFFLINE", host_ref)
    await pace.take(context, pace.START_S, on=(host_ref,))
    _write(db, update_ref, host_ref)


async def pool_apply(context: Context, update_ref: str) -> None:
    """On every host that lacks it."""
    db = context.db
    db.row("pool_update", update_ref)
    lacking = [ref for ref, host in db.rows("host").items() if update_ref not in host["updates"]]
    if not lacking:
        raise ApiError("UPDATE_ALREADY_APPLIED_IN_POOL", update_ref)
    failed = [ref for ref in lacking if not lookup.is_live(db, ref)]
    await pace.take(context, pace.START_S)
    for host_ref in lacking:
        if host_ref not in failed and db.has("host", host_ref):
            _write(db, update_ref, host_ref)
    if failed:
        raise ApiError("UPDATE_POOL_APPLY_FAILED", ",".join(failed))


async def pool_clean(context: Context, update_ref: str) -> None:
    """The update's own disk goes; who has the update stays known."""
    db = context.db
    vdi_ref = db.get("pool_update", update_ref, "vdi")
    if db.has("VDI", vdi_ref):
        destroy_disk(db, vdi_ref)
    db.set("pool_update", update_ref, "vdi", NULL_REF)


async def destroy(context: Context, update_ref: str) -> None:
    if context.db.get("pool_update", update_ref, "hosts"):
        raise ApiError("UPDATE_IS_APPLIED")
    await pool_clean(context, update_ref)
    context.db.destroy("pool_update", update_ref)


async def apply_patch(context: Context, patch_ref: str, host_ref: str) -> str:
    db = context.db
    if _has_patch(db, patch_ref, host_ref):
        raise ApiError("PATCH_ALREADY_APPLIED", patch_ref)
    db.row("host", host_ref)
    await pace.take(context, pace.START_S, on=(host_ref,))
    db.insert("host_patch", {"pool_patch": patch_ref, "host": host_ref, "applied": True,
                             "name_label": db.get("pool_patch", patch_ref, "name_label")})  # fmt: skip
    return ""


async def apply_patch_everywhere(context: Context, patch_ref: str) -> None:
    for host_ref in [ref for ref in context.db.rows("host") if not _has_patch(context.db, patch_ref, ref)]:
        await apply_patch(context, patch_ref, host_ref)
    context.db.set("pool_patch", patch_ref, "pool_applied", True)


def _has_patch(db: Database, patch_ref: str, host_ref: str) -> bool:
    rows = (lookup.find(db, "host_patch", ref) for ref in db.get("pool_patch", patch_ref, "host_patches"))
    return any(row is not None and row["host"] == host_ref and row["applied"] for row in rows)


def _assert_missing(db: Database, update_ref: str, host_ref: str) -> None:
    db.row("pool_update", update_ref)
    if update_ref in db.get("host", host_ref, "updates"):
        raise ApiError("UPDATE_ALREADY_APPLIED", update_ref)


def _write(db: Database, update_ref: str, host_ref: str) -> None:
    """What the update asks for afterwards is noted on the host until it was done."""
    db.set("host", host_ref, "updates", (*db.get("host", host_ref, "updates"), update_ref))
    wanted = {"restartHost": "reboot_host", "restartXAPI": "restart_toolstack"}
    asked = db.get("pool_update", update_ref, "after_apply_guidance")
    if "restartHost" in asked:
        waiting = db.get("host", host_ref, "updates_requiring_reboot")
        db.set("host", host_ref, "updates_requiring_reboot", (*waiting, update_ref))
    guidances = db.get("host", host_ref, "pending_guidances")
    more = tuple(wanted[one] for one in asked if one in wanted and wanted[one] not in guidances)
    db.set("host", host_ref, "pending_guidances", (*guidances, *more))


HANDLERS: dict[str, Handler] = {
    "pool_update.introduce": introduce,
    "pool_update.precheck": precheck,
    "pool_update.apply": apply,
    "pool_update.pool_apply": pool_apply,
    "pool_update.pool_clean": pool_clean,
    "pool_update.destroy": destroy,
    "pool_patch.apply": apply_patch,
    "pool_patch.pool_apply": apply_patch_everywhere,
}
