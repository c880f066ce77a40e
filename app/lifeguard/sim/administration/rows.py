"""Objects that calls bring in or take away as bare rows: sites, controllers, secrets, introduced networks and disks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lifeguard.sim import dates
from lifeguard.sim.administration.shapes import accepted, forgotten, introduced, refused
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.failure import ApiError

_CONTROLLER_PORT = 6640


async def _introduce_server(
    context: Context, addresses: tuple[str, ...], first_port: int, last_port: int, site_ref: str
) -> str:
    """A server that streams disks to the machines of a site."""
    if not 0 < first_port <= last_port < 65536:
        raise ApiError("VALUE_NOT_SUPPORTED", "first_port", str(first_port), "the ports must be a range")
    context.db.row("PVS_site", site_ref)
    values = {"addresses": addresses, "first_port": first_port, "last_port": last_port, "site": site_ref}
    return context.db.insert("PVS_server", values)


async def _forget_site(context: Context, ref: str) -> None:
    if context.db.get("PVS_site", ref, "proxies"):
        raise ApiError("PVS_SITE_CONTAINS_RUNNING_PROXIES", *context.db.get("PVS_site", ref, "proxies"))
    if context.db.get("PVS_site", ref, "servers"):
        raise ApiError("PVS_SITE_CONTAINS_SERVERS", *context.db.get("PVS_site", ref, "servers"))
    context.db.destroy("PVS_site", ref)


async def _introduce_controller(context: Context, protocol: str, address: str, port: int) -> str:
    values = {"protocol": protocol, "address": address, "port": port or _CONTROLLER_PORT}
    return context.db.insert("SDN_controller", values)


async def _introduce_secret(context: Context, uuid: str, value: str, other_config: Mapping[str, str]) -> str:
    return context.db.insert("secret", {"uuid": uuid, "value": value, "other_config": dict(other_config)})


async def _destroy_messages(context: Context, filters: Mapping[str, str]) -> None:
    """Those that all filters fit: priority, class or a time."""
    for ref, row in list(context.db.rows("message").items()):
        if all(_fits(row, key, value) for key, value in filters.items()):
            context.db.destroy("message", ref)


def _fits(row: Mapping[str, Any], key: str, value: str) -> bool:
    if key in ("before", "after"):
        return bool(row["timestamp"] < value) if key == "before" else bool(row["timestamp"] > value)
    return str(row.get(key, "")) == value


def _new_blob(table: str) -> Handler:
    async def create(context: Context, ref: str, name: str, mime_type: str, is_public: bool) -> str:
        """An empty blob in the object's map of them."""
        values = {"name_label": name, "mime_type": mime_type, "public": is_public,
                  "last_updated": dates.stamp(context.clock.time_s())}  # fmt: skip
        if name in context.db.get(table, ref, "blobs"):
            raise ApiError("MAP_DUPLICATE_KEY", table, "blobs", ref, name)
        blob = context.db.insert("blob", values)
        context.db.put(table, ref, "blobs", name, blob)
        return blob

    return create


HANDLERS: Mapping[str, Handler] = {
    "PVS_server.introduce": _introduce_server,
    "PVS_site.forget": _forget_site,
    "SDN_controller.introduce": _introduce_controller,
    "secret.introduce": _introduce_secret,
    "message.destroy_all": _destroy_messages,
    **{f"{table}.create_new_blob": _new_blob(table) for table in ("pool", "VM", "host", "network", "SR")},
    **introduced(
        "PVS_site.introduce", "network.pool_introduce", "PIF.pool_introduce", "PIF.db_introduce", "VLAN.pool_introduce",
        "VDI.pool_introduce", "VDI.db_introduce",
    ),
    **forgotten("PVS_server.forget", "SDN_controller.forget", "PIF.db_forget", "VDI.db_forget", "Cluster_host.forget"),
    **accepted("pool.enable_binary_storage", "pool.disable_binary_storage", "PUSB.scan", "Host_driver.rescan",
               "Observer.register", "Observer.unregister", "host.rescan_drivers"),
    **refused("WLB_NOT_INITIALIZED", "pool.send_wlb_configuration"),
    **refused("WLB_CONNECTION_REFUSED", "pool.initialize_wlb"),
    **accepted("pool.deconfigure_wlb"),
}  # fmt: skip
