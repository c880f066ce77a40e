"""From nothing to a whole pool: one call, the same pool for the same seed."""

from __future__ import annotations

import random

from lifeguard.clock import Clock
from lifeguard.sim.database import Database
from lifeguard.sim.release import Release
from lifeguard.sim.scenario.hosts import Built, add_hosts
from lifeguard.sim.scenario.machines import add_machines, add_templates
from lifeguard.sim.scenario.plan import plan_site
from lifeguard.sim.scenario.storage import add_storage


def build_pool(hosts: int, vms: int, rng: random.Random, clock: Clock, release: Release) -> Database:
    """A pool of `hosts` (at least one) and `vms`, not counting templates, snapshots and control domains."""
    db, built = Database(rng), Built()
    site = plan_site(max(1, hosts), vms, rng)
    pool = db.insert(
        "pool",
        {
            "name_label": f"{site.name} pool",
            "name_description": "Simulated",
            "cpu_info": {"cpu_count": str(16 * len(site.hosts)), "socket_count": "2", "vendor": "GenuineIntel"},
            "restrictions": {"restrict_pooling": "false", "enable_xha": "true"},
        },
    )
    add_hosts(db, clock, site, release, built)
    db.set("pool", pool, "master", built.hosts[0])
    add_storage(db, built)
    add_templates(db, built)
    add_machines(db, clock, site, built, rng)
    return db
