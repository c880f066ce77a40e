"""How fast the simulated pool is, as a table: ready, first snapshots, changes a second, metrics, memory; no client
should measure it.

Run: PYTHONPATH=app python tests/bench/bench_simulator.py [HOSTS VMS]
"""

import asyncio
import gc
import json
import random
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from lifeguard.clock import SystemClock
from lifeguard.sim.assembly import assemble
from lifeguard.sim.database import Database
from lifeguard.sim.release import Release
from lifeguard.sim.scenario.build import build_pool
from lifeguard.sim.server import Listen, Server

CHANGES, CHANGES_AT_ONCE = 20_000, 20
READER = """
import socket, sys, time
address, port, path, body = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4].encode()
piece, best = bytearray(1 << 20), 0.0
for _ in range(3):
    begun, size, peer = time.perf_counter(), 0, socket.create_connection((address, port))
    head = f"POST {path} HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: {len(body)}\\r\\nConnection: close\\r\\n\\r\\n"
    peer.sendall(head.encode() + body)
    while got := peer.recv_into(piece):
        size += got
    peer.close()
    best = max(best, size / 1e6 / (time.perf_counter() - begun))
    print(f"{size / 1e6:.0f} MB at {size / 1e6 / (time.perf_counter() - begun):.0f} MB/s", end="; ")
"""


METRICS_READER = """
import socket, sys, time
begun, peer = time.perf_counter(), socket.create_connection((sys.argv[1], int(sys.argv[2])))
peer.sendall(f"GET {sys.argv[3]} HTTP/1.0\\r\\n\\r\\n".encode())
while peer.recv(1 << 20):
    pass
print(time.perf_counter() - begun)
"""


def tell(what: str, found: str, wanted: str = "") -> None:
    print(f"| {what:<36} | {found:<58} | {wanted:<12} |")


def memory_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def in_xml(session: str) -> str:
    params = f"<value>{session}</value>", "<value><array><data><value>*</value></data></array></value>"
    values = (*params, "<value></value>", "<value><double>1</double></value>")
    wrapped = "".join(f"<param>{value}</param>" for value in values)
    return f"<methodCall><methodName>event.from</methodName><params>{wrapped}</params></methodCall>"


async def read_snapshots(url: str, path: str, body: str) -> None:
    address = urlsplit(url)
    reader = [sys.executable, "-c", READER, str(address.hostname), str(address.port), path, body]
    process = await asyncio.create_subprocess_exec(*reader, stdout=subprocess.PIPE)
    output, _ = await process.communicate()
    tell(f"first snapshots right after ready, {path}", output.decode().rstrip("; "), ">= 200 MB/s")


async def change_much(db: Database, server: Server, session: str) -> None:
    """Changes spread over the VMs while one client follows all events."""
    done, seen, replies = False, 0, 0
    vms = list(db.rows("VM"))

    async def follow() -> None:
        nonlocal seen, replies
        address, token = urlsplit(server.master_url), server_token(db)
        reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=1 << 26)
        while not done:
            params = [session, ["vm"], token, 0.2]
            body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "event.from", "params": params}).encode()
            writer.write(b"POST /jsonrpc HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            answer = json.loads(await reader.readexactly(length))["result"]
            token, replies, seen = answer["token"], replies + 1, seen + len(answer["events"])
        writer.close()

    following = asyncio.ensure_future(follow())
    begun = time.perf_counter()
    for number in range(CHANGES):
        db.set("VM", vms[number % len(vms)], "name_description", str(number))
        if number % CHANGES_AT_ONCE == 0:
            await asyncio.sleep(0)
    taken_s = time.perf_counter() - begun
    done = True
    await following
    found = f"{CHANGES / taken_s:.0f}/s; {seen} events in {replies} replies"
    tell(f"{CHANGES} changes, one follower", found, ">= 2,000/s")


async def read_metrics(server: Server, session: str) -> None:
    """Ten minutes of one host after the other, and the longest that another had to wait meanwhile."""
    gaps: list[float] = []

    async def watch() -> None:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0.001)
            gaps.append(time.perf_counter() - begun)

    watching, taken = asyncio.ensure_future(watch()), []
    for url in list(server.urls.values())[:8]:
        address, start = urlsplit(url), int(time.time()) - 590
        path = f"/rrd_updates?start={start}&host=true&cf=AVERAGE&session_id={session}"
        reader = [sys.executable, "-c", METRICS_READER, str(address.hostname), str(address.port), path]
        process = await asyncio.create_subprocess_exec(*reader, stdout=subprocess.PIPE)
        output, _ = await process.communicate()
        taken.append(float(output) * 1000)
    watching.cancel()
    found = f"{min(taken):.0f} to {max(taken):.0f} ms; others waited {max(gaps) * 1000:.0f} ms at most"
    tell("ten minutes of metrics of a host", found)


def server_token(db: Database) -> str:
    return f"{db.generation:020d},{0:020d}"


async def main(hosts: int, vms: int) -> None:
    gc.disable()  # as the command does while it builds
    begun, rng, clock = time.perf_counter(), random.Random(1), SystemClock()
    db = build_pool(hosts, vms, rng, clock, Release.newest())
    pool = assemble(db, clock, rng, Release.newest(), {"root": "x"})
    await pool.prepare()
    gc.freeze()
    gc.enable()
    server = Server(pool)
    await server.start(Listen())
    objects = sum(len(db.rows(name)) for name in db.tables)
    found = f"{time.perf_counter() - begun:.1f} s ({time.process_time():.1f} s of processor)"
    tell(f"{hosts} hosts, {vms} VMs, {objects} objects", f"ready in {found}", "< 10 s")
    session = pool.sessions.open("root", "x", "bench", pool.master_ref)
    params = [session, ["*"], "", 1.0]
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "event.from", "params": params})
    await read_snapshots(server.master_url, "/jsonrpc", body)
    await read_snapshots(server.master_url, "/", in_xml(session))
    await change_much(db, server, session)
    await read_metrics(server, session)
    tell("memory at the end", f"{memory_mb():.0f} MB", "< 1,500 MB")
    await server.close()


if __name__ == "__main__":
    asyncio.run(main(*(int(text) for text in sys.argv[1:3] or ("64", "5000"))))
