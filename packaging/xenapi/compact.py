"""Reduce the vendor's description of the XenAPI to the table the project keeps: `compact.py DATA_FOLDER > table.json`.

DATA_FOLDER holds `datamodel.json`, `lifecycle.json`, `errors.json` and `messages.json`. One class, error or alert a
line, so that a newer description shows as a readable difference.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROLES = ("read-only", "vm-operator", "vm-admin", "vm-power-admin", "pool-operator", "pool-admin")


def main(folder: Path) -> None:
    model = _load(folder, "datamodel.json")
    releases = _load(folder, "lifecycle.json")["releases_oldest_first"]
    sections = {
        "api": [model["api"], model["schema"]],
        "releases": [[r["code"], r["product"]] for r in releases],
        "classes": [_class(c) for c in model["classes"]],
        "relations": model["relations"],
        "emergency_calls": model["emergency_calls"],
        "slave_calls": model["slave_whitelist"],
        "http_handlers": [
            [h["name"], h["method"], h["uri"], _weakest(h["roles"]), "client-cert" in h["roles"]]
            for h in model["http_handlers"]
        ],
        "errors": [[e["code"], *(e["params"] or [])] for e in _load(folder, "errors.json")],
        "alerts": [[m["name"], m["priority"]] for m in _load(folder, "messages.json")],
    }
    print("{")
    print(",\n".join(f'"{name}": {_lines(rows)}' for name, rows in sections.items()))
    print("}")


def _load(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text())


def _lines(rows: list[Any]) -> str:
    return "[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]"


def _class(c: dict[str, Any]) -> dict[str, Any]:
    flags = [name for name in ("events", "in_db", "persist") if c[name]]
    return {
        "name": c["name"],
        "since": _since(c),
        "flags": flags,
        "enums": c["enums"],
        "fields": [_field(f) for f in c["fields"]],
        "messages": [_message(m) for m in c["messages"]],
    }


def _field(f: dict[str, Any]) -> list[Any]:
    extra = {k: f[k] for k in ("default", "persist", "deprecated", "removed") if k in f}
    db = f["db"] if f["db"] != f["name"] else ""
    return [f["name"], db, f["type"], f["q"], _since(f), extra]


def _message(m: dict[str, Any]) -> list[Any]:
    letters = {"s": m["session"], "a": m["async"], "c": m["custom"], "i": m.get("pool_internal")}
    flags = "".join(letter for letter, on in letters.items() if on)
    extra = {k: m[k] for k in ("deprecated", "removed", "errors") if k in m}
    if "client-cert" in m["roles"]:
        flags += "x"
    params = [[p["name"], p["type"], *([p["default"]] if "default" in p else [])] for p in m["params"]]
    return [m["name"], params, m["result"], flags, _since(m), _weakest(m["roles"]), extra]


def _since(thing: dict[str, Any]) -> str | None:
    """The release it first appeared in, be it as a preview."""
    found: str | None = thing.get("since") or thing.get("prototyped")
    return found


def _weakest(roles: list[str]) -> str | None:
    """The least role that may call; every stronger one may too, which is checked here once and for all."""
    known = [role for role in ROLES if role in roles]
    if known and known != list(ROLES[ROLES.index(known[0]) :]):
        raise SystemExit(f"roles are not nested: {roles}")
    return known[0] if known else None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
