"""All calls of this kind of one pool, by name."""

from __future__ import annotations

from collections.abc import Mapping

from lifeguard.sim.administration import access, hosts, machines, passthrough, rows, storage, updates
from lifeguard.sim.administration.certificates import certificate_calls
from lifeguard.sim.context import Handler

_MODULES = (access, hosts, machines, passthrough, rows, storage, updates)


def administration_calls() -> Mapping[str, Handler]:
    parts: list[Mapping[str, Handler]] = [*(module.HANDLERS for module in _MODULES), certificate_calls()]
    return {name: handler for part in parts for name, handler in part.items()}
