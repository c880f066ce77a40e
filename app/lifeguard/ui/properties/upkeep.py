"""What keeps a host up to date and trusted: its version, updates, licence and certificates."""

from __future__ import annotations

from lifeguard.datamodel.records import Certificate, Host, HostPatch, PoolPatch, PoolUpdate
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.natural import natural_key
from lifeguard.inventory.relations import related
from lifeguard.ui.properties.group import Group, Row, known, moment, row, yes
from lifeguard.ui.table.instant import epoch_s

_UNTOLD = "The server does not tell"
_CERTIFICATES = {"host": "Server certificate", "host_internal": "Internal certificate", "ca": "CA certificate"}
_EDITIONS = {"xcp-ng": "XCP-ng"}
_NO_EXPIRY_S = 4_000_000_000
"""Licences that never expire are told as valid until some day after 2096."""


def version_group(inventory: Inventory, host: Host, now_s: float) -> Group:
    software = host.software_version
    product = " ".join(filter(None, (software.get("product_brand", ""), software.get("product_version", ""))))
    rows = (
        row("Product", product, _UNTOLD),
        row("Build", software.get("build_number", ""), _UNTOLD),
        row("Build date", software.get("date", ""), _UNTOLD),
        *known(row("Database version", software.get("db_schema", "") or software.get("dbv", ""))),
        row("Toolstack", software.get("xapi", ""), _UNTOLD),
        row("Hypervisor", software.get("xen", ""), _UNTOLD),
        row("Control domain kernel", software.get("linux", ""), _UNTOLD),
        *_updates(inventory, host, now_s),
        row("TLS verification", yes(host.tls_verification_enabled)),
    )
    return Group("Version and updates", rows)


def _updates(inventory: Inventory, host: Host, now_s: float) -> tuple[Row, ...]:
    names = sorted(_applied(inventory, host), key=natural_key)
    waiting = [inventory.get(PoolUpdate, ref) for ref in host.updates_requiring_reboot]
    needed = ", ".join(update.name_label for update in waiting if update is not None)
    guidances = dict.fromkeys((*host.pending_guidances, *host.pending_guidances_full))
    synced = {"yes": "Yes", "no": "No"}.get(host.latest_synced_updates_applied, "")
    return (
        row("Updates applied", ", ".join(names), "None is recorded"),
        *known(
            moment("Last updated", host.last_software_update, now_s),
            row("Up to date with the pool", synced),
            row("Updates missing", ", ".join(missing_updates(inventory, host))),
            row("Restart needed for", needed),
            row("To be done", ", ".join(guidance.replace("_", " ") for guidance in guidances)),
        ),
    )


def missing_updates(inventory: Inventory, host: Host) -> list[str]:
    """What other servers of the pool have and this one has not."""
    others = {name for other in inventory.all(Host) for name in _applied(inventory, other)}
    return sorted(others - _applied(inventory, host), key=natural_key)


def uneven_updates(inventory: Inventory) -> list[str]:
    """What some servers of the pool have and others have not."""
    applied = [_applied(inventory, host) for host in inventory.all(Host)]
    everywhere = set.intersection(*applied) if applied else set()
    return sorted(set().union(*applied) - everywhere, key=natural_key)


def _applied(inventory: Inventory, host: Host) -> set[str]:
    """Updates, and the patches that servers up to 7.0 had instead."""
    updates = {one.name_label for one in inventory.all(PoolUpdate) if host.ref in one.hosts or one.ref in host.updates}
    patches = (one for one in related(inventory, HostPatch, host.patches, "host", host.ref) if one.applied)
    return (updates | {_patch_name(inventory, one) for one in patches}) - {""}


def _patch_name(inventory: Inventory, one: HostPatch) -> str:
    patch = inventory.get(PoolPatch, one.pool_patch)
    return one.name_label or (patch.name_label if patch is not None else "")


def edition_of(host: Host) -> str:
    """What its maker calls the edition, or else its identifier in words."""
    named = host.license_params.get("sku_marketing_name", "") or _EDITIONS.get(host.edition)
    return named or host.edition.replace("-", " ").capitalize()


def licence_group(host: Host, now_s: float) -> Group:
    terms = host.license_params
    expiry = terms.get("expiry", "")
    instant_s = epoch_s(expiry)
    lasts = instant_s is not None and instant_s > _NO_EXPIRY_S
    server = host.license_server.get("address", "")
    rows = (
        row("Edition", edition_of(host), _UNTOLD),
        row("Expires", "Never") if lasts else moment("Expires", expiry, now_s, _UNTOLD),
        *known(
            row("Licence server", server if server not in ("", "localhost") else "", is_code=True),
            row("Licensed sockets", terms.get("sockets", "")),
            row("Serial number", terms.get("serialnumber", ""), is_code=True),
        ),
    )
    return Group("Licence", rows)


def certificate_group(inventory: Inventory, host: Host, now_s: float) -> Group:
    """Empty for servers from before certificates were records."""
    rows: list[Row] = []
    for one in related(inventory, Certificate, host.certificates, "host", host.ref):
        title = _CERTIFICATES.get(one.type, one.type.replace("_", " ").capitalize())
        rows += [
            moment(f"{title} until", one.not_after, now_s, _UNTOLD),
            row("Fingerprint", one.fingerprint_sha256 or one.fingerprint, _UNTOLD, is_code=True),
        ]
    return Group("Certificates", tuple(rows))
