"""How long a large pool takes to appear, beside other clients and beside the floor: the same bytes, read once.

Run: PYTHONPATH=app python tests/bench/bench_connect.py [--hosts 64] [--vms 5000] [--url URL --password PW]

Serves one simulated pool in a process of its own, and lets each client connect to it in another one: once as fast as
it goes, once through a proxy that lets bytes pass as slowly as a real server of that size made them. The npm client
`xen-api` takes part when Node is there and LIFEGUARD_XEN_API names a folder with it in `node_modules`; it also
fetches the roles, which are part of the server's code and which Lifeguard leaves for afterwards.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import XenAPI

from lifeguard.link.link import Link
from lifeguard.link.target import target_from_url
from lifeguard.xapi.jsonrpc import JsonRpc
from lifeguard.xapi.xmlrpc import XmlRpc

ROOT = Path(__file__).resolve().parents[2]
CLASSES = (
    "pool", "host", "host_metrics", "SR", "PBD", "network", "PIF", "VM", "VM_metrics", "VM_guest_metrics", "VBD", "VDI",
    "VIF", "console", "PIF_metrics", "host_cpu", "task", "SM", "blob", "subject", "VM_appliance", "PCI", "PGPU",
    "GPU_group", "VGPU", "VGPU_type", "Bond", "VLAN", "tunnel", "pool_patch", "host_patch", "pool_update", "message",
    "VMSS", "VTPM", "PUSB", "USB_group", "VUSB", "Cluster", "Cluster_host", "Certificate", "Feature", "SDN_controller",
)  # fmt: skip
Timings = dict[str, float]


class StallWatch:
    """The longest time between two turns of the loop that should be a millisecond apart; `own_s` is how much of such
    a time this process itself computed: the rest is the machine, busy with others."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self.own_s = 0.0

    async def run(self) -> None:
        last_s, last_own_s = time.perf_counter(), time.thread_time()
        while True:
            await asyncio.sleep(0.001)
            now_s, now_own_s = time.perf_counter(), time.thread_time()
            self.longest_s = max(self.longest_s, now_s - last_s - 0.001)
            self.own_s = max(self.own_s, now_own_s - last_own_s)
            last_s, last_own_s = now_s, now_own_s


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


async def lifeguard(url: str, password: str, is_json: bool) -> Timings:
    gc.collect()
    before_mib = resident_mib()
    watch = StallWatch()
    watching = asyncio.create_task(watch.run())
    link = Link(target_from_url(url, "root", password), codecs=[JsonRpc() if is_json else XmlRpc()])
    began_s = time.perf_counter()
    seen: Timings = {}

    def note(_: object) -> None:
        now_s = time.perf_counter() - began_s
        if link.inventory.count("VM_metrics") and "tree" not in seen:
            seen["tree"] = now_s
        if link.inventory.count("host_metrics") and "hosts" not in seen:
            seen["hosts"] = now_s

    link.changed.connect(note)
    live = asyncio.Event()
    link.state_changed.connect(lambda state: live.set() if state.phase == "live" else None)
    link.start()
    await live.wait()
    seen["complete"] = time.perf_counter() - began_s
    seen["stall_ms"] = watch.longest_s * 1000
    seen["own_ms"] = watch.own_s * 1000
    gc.collect()
    seen["memory_mib"] = resident_mib() - before_mib
    seen["objects"] = float(len(link.inventory))
    watching.cancel()
    await link.close()
    return seen


def xenapi(url: str, password: str) -> Timings:
    gc.collect()
    before_mib = resident_mib()
    began_s = time.perf_counter()
    session = XenAPI.Session(url)
    session.xenapi.login_with_password("root", password)
    held: dict[str, Any] = {}
    seen: Timings = {}
    for name in CLASSES:
        try:
            held[name] = getattr(session.xenapi, name).get_all_records()
        except (XenAPI.Failure, xmlrpc.client.Fault):
            continue
        if name == "host_metrics":
            seen["hosts"] = time.perf_counter() - began_s
        if name == "VM":
            seen["tree"] = time.perf_counter() - began_s
    seen["complete"] = time.perf_counter() - began_s
    gc.collect()
    seen["memory_mib"] = resident_mib() - before_mib
    seen["objects"] = float(sum(len(rows) for rows in held.values()))
    session.xenapi.session.logout()
    return seen


async def floor(url: str, password: str) -> Timings:
    """Download what is needed and read it once, records raw: nobody can be faster with this server."""
    decoder = msgspec.json.Decoder(dict[str, Any])
    records = msgspec.json.Decoder(dict[str, msgspec.Raw])
    gc.collect()
    before_mib = resident_mib()
    began_s = time.perf_counter()
    held: list[dict[str, msgspec.Raw]] = []
    seen: Timings = {}
    async with aiohttp.ClientSession() as http:

        async def ask(method: str, *params: object) -> bytes:
            body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": 1})
            async with http.post(f"{url}/jsonrpc", data=body) as answer:
                return await answer.read()

        ref = decoder.decode(await ask("session.login_with_password", "root", password))["result"]
        for name in CLASSES:
            body = await ask(f"{name}.get_all_records", ref)
            start = body.find(b'"result":') + 9
            if body[start : start + 1] == b"{":
                held.append(records.decode(body[start : body.rfind(b',"id"')]))
            if name == "host_metrics":
                seen["hosts"] = time.perf_counter() - began_s
            if name == "VM":
                seen["tree"] = time.perf_counter() - began_s
        seen["complete"] = time.perf_counter() - began_s
        gc.collect()
        seen["memory_mib"] = resident_mib() - before_mib
        seen["objects"] = float(sum(len(rows) for rows in held))
        await ask("session.logout", ref)
    return seen


_NODE = """
const { createClient } = require('xen-api');
const began = process.hrtime.bigint();
const since = () => Number(process.hrtime.bigint() - began) / 1e9;
const before = process.memoryUsage().rss;
const client = createClient({ url: process.argv[1], auth: { user: 'root', password: process.argv[2] },
                              allowUnauthorized: true, readOnly: false });
client.connect().then(() => client.objectsFetched).then(() => {
  const complete = since();
  const objects = Object.keys(client.objects.all).length;
  console.log(JSON.stringify({ complete, objects, memory_mib: (process.memoryUsage().rss - before) / 1048576 }));
  return client.disconnect();
}).then(() => process.exit(0), error => { console.error(String(error)); process.exit(1); });
"""


def xen_api(url: str, password: str) -> Timings:
    folder = os.environ["LIFEGUARD_XEN_API"]
    found = subprocess.run(
        ["node", "-e", _NODE, url, password], cwd=folder, capture_output=True, text=True, timeout=300, check=True
    )
    timings: Timings = json.loads(found.stdout.splitlines()[-1])
    return timings


CLIENTS: dict[str, Callable[[str, str], Timings]] = {
    "floor": lambda url, password: asyncio.run(floor(url, password)),
    "Lifeguard, JSON-RPC": lambda url, password: asyncio.run(lifeguard(url, password, True)),
    "Lifeguard, XML-RPC": lambda url, password: asyncio.run(lifeguard(url, password, False)),
    "PyPI XenAPI": xenapi,
    "npm xen-api": xen_api,
}


@contextmanager
def served(hosts: int, vms: int) -> Iterator[tuple[str, str]]:
    """A simulated pool in a process of its own."""
    command = [sys.executable, "-m", "lifeguard", "simulate", "--hosts", str(hosts), "--vms", str(vms)]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "app")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=env, text=True)
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        yield ready["master"], ready["password"]
    finally:
        process.terminate()
        process.wait(10)


# What a real server of 64 hosts and 5,000 VMs took for the records of a class over JSON-RPC, all of them together over
# both protocols, and at which rate that is.
_SECONDS = {
    "pool": 0.01, "host": 0.06, "host_metrics": 0.04, "SR": 0.04, "PBD": 0.04, "network": 0.02, "PIF": 0.04, "VM": 1.7,
    "VM_metrics": 0.24, "VM_guest_metrics": 0.40, "VBD": 0.63, "VDI": 0.61, "VIF": 0.79,
}  # fmt: skip
_JSON_S, _XML_S = 4.6, 5.0
_JSON_BYTES_PER_S, _XML_BYTES_PER_S = 44.7e6 / _JSON_S, 131e6 / _XML_S
_METHOD = re.compile(rb"(\w+)\.get_all_records\b")
_LENGTH = re.compile(rb"(?i)content-length: (\d+)")


class Pacer:
    """Passes answers on at the speed of a server; all connections share it, as they would share the server."""

    def __init__(self, upstream: tuple[str, int]) -> None:
        self._upstream = upstream
        self._free_at_s = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection(*self._upstream, limit=1 << 20)
        asked: list[tuple[float, str]] = [(time.perf_counter(), "")]
        asking = asyncio.ensure_future(self._ask(reader, up_writer, asked))
        rate = _JSON_BYTES_PER_S
        try:
            while piece := await up_reader.read(1 << 16):
                if piece.startswith(b"HTTP/"):
                    asked_at_s, class_name = asked[-1]
                    rate = _rate(class_name, piece)
                    self._free_at_s = max(self._free_at_s, asked_at_s)
                self._free_at_s += len(piece) / rate
                await asyncio.sleep(self._free_at_s - time.perf_counter())
                writer.write(piece)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            asking.cancel()
            writer.close()
            up_writer.close()

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: list[tuple[float, str]]
    ) -> None:
        tail = b""
        while piece := await reader.read(1 << 16):
            tail = (tail + piece)[-2048:]
            found = _METHOD.findall(tail)
            asked.append((time.perf_counter(), found[-1].decode() if found else ""))
            writer.write(piece)
        writer.close()


def _rate(class_name: str, head: bytes) -> float:
    """Bytes a second of the answer that begins so: in all it takes as long as that class took, however large it is."""
    is_xml, length = b"text/xml" in head[:2000], _LENGTH.search(head[:2000])
    if class_name in _SECONDS and length is not None:
        return int(length[1]) / (_SECONDS[class_name] * (_XML_S / _JSON_S if is_xml else 1.0))
    return _XML_BYTES_PER_S if is_xml else _JSON_BYTES_PER_S


async def pace(url: str) -> None:
    host, _, port = url.partition("://")[2].rpartition(":")
    server = await asyncio.start_server(Pacer((host, int(port))).serve, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


@contextmanager
def paced(url: str) -> Iterator[str]:
    """The same server behind a proxy in a process of its own."""
    command = [sys.executable, __file__, "--pace", "--url", url]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "app")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=env, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)


def measured(name: str, url: str, password: str) -> Timings | str:
    command = [sys.executable, __file__, "--client", name, "--url", url, "--password", password]
    found = subprocess.run(
        command, capture_output=True, text=True, timeout=600, env={**os.environ, "PYTHONPATH": str(ROOT / "app")}
    )
    if found.returncode:
        return found.stderr.strip().splitlines()[-1][:100]
    timings: Timings = json.loads(found.stdout)
    return timings


def table(url: str, password: str) -> None:
    print(
        f"{'':22}{'hosts s':>9}{'tree s':>9}{'all s':>9}{'objects':>9}{'stall ms':>10}{'own ms':>8}{'memory MiB':>12}"
    )
    for protocol in ("JSON-RPC", "XML-RPC"):  # the server warms up: its own caches are not what is measured
        measured(f"Lifeguard, {protocol}", url, password)
    for name in CLIENTS:
        if name == "npm xen-api" and not (shutil.which("node") and os.environ.get("LIFEGUARD_XEN_API")):
            print(f"{name:22}   left out: needs Node, and LIFEGUARD_XEN_API naming a folder with it in node_modules")
            continue
        got = measured(name, url, password)
        if isinstance(got, str):
            print(f"{name:22}   failed: {got}")
            continue
        cells = [_cell(got, key, form) for key, form in _COLUMNS]
        print(f"{name:22}" + "".join(cells))


_COLUMNS = (
    ("hosts", "9.2f"), ("tree", "9.2f"), ("complete", "9.2f"), ("objects", "9.0f"), ("stall_ms", "10.1f"),
    ("own_ms", "8.1f"), ("memory_mib", "12.0f"),
)  # fmt: skip


def _cell(got: Timings, key: str, form: str) -> str:
    return f"{got[key]:{form}}" if key in got else " " * int(form.partition(".")[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=64)
    parser.add_argument("--vms", type=int, default=5000)
    parser.add_argument("--url")
    parser.add_argument("--password", default="")
    parser.add_argument("--client", choices=CLIENTS, help="run one client in this process (used by the bench itself)")
    parser.add_argument("--pace", action="store_true", help="be the slow proxy (used by the bench itself)")
    args = parser.parse_args()
    if args.pace:
        asyncio.run(pace(args.url))
    elif args.client:
        print(json.dumps(CLIENTS[args.client](args.url, args.password)))
    elif args.url:
        table(args.url, args.password)
    else:
        with served(args.hosts, args.vms) as (url, password):
            print("unpaced")
            table(url, password)
            print("paced")
            with paced(url) as slow_url:
                table(slow_url, password)


if __name__ == "__main__":
    main()
