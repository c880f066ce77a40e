"""One bad night: sixteen hosts under HA lose their master and two members; what the pool tells of it."""

from __future__ import annotations

from tests.unit.sim.behaviour.site import Site


def _timeline(site: Site) -> list[str]:
    rows = sorted(site.db.rows("message").values(), key=lambda row: row["timestamp"])
    return [f"{row['timestamp'][9:17]} {row['name']} {row['body']}" for row in rows]


async def test_sixteen_hosts_lose_their_master_and_two_members_and_every_protected_vm_runs_again(site: Site) -> None:
    hosts = [site.host(f"h{number:02}", memory_gib=64) for number in range(16)]
    vms = [
        site.vm(f"vm{number:02}", on=hosts[number % 16], memory_gib=4, order=number // 16, start_delay=2)
        for number in range(48)
    ]
    await site.call("pool.enable_ha", (site.shared,), {"timeout": "60"})
    for vm in vms:
        await site.call("VM.set_ha_restart_priority", vm, "restart")
    await site.call("pool.set_ha_host_failures_to_tolerate", site.pool, 3)
    assert site.db.get("pool", site.pool, "ha_plan_exists_for") == 3
    site.watch()
    lost = [vm for vm in vms if site.db.get("VM", vm, "resident_on") in hosts[:3]]

    site.faults.of(hosts[0]).is_dead = True
    await site.clock.advance(90)
    for host in hosts[1:3]:
        site.faults.of(host).is_dead = True
    await site.clock.advance(180)

    told = _timeline(site)
    print("\n".join(told))
    master = site.db.get("pool", site.pool, "master")
    assert master in hosts[3:]
    assert {site.db.get("VM", vm, "power_state") for vm in vms} == {"Running"}
    assert {site.db.get("VM", vm, "resident_on") for vm in vms} <= set(hosts[3:])
    names = [line.split()[1] for line in told]
    assert names.count("HA_HOST_FAILED") == 3
    assert names.count("VM_STARTED") == len(lost) == 9
    assert names.index("POOL_MASTER_TRANSITION") < names.index("VM_STARTED")
    assert "HA_PROTECTED_VM_RESTART_FAILED" not in names
    assert [line.split("'")[1] for line in told if "VM_STARTED" in line][:3] == ["vm00", "vm16", "vm32"]

    for host in hosts[:3]:
        site.faults.of(host).is_dead = False
    await site.clock.advance(20)
    assert [line.split()[1] for line in _timeline(site)].count("HA_HOST_WAS_FENCED") == 3
    assert site.db.get("pool", site.pool, "master") == master
