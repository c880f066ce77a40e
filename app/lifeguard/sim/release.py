"""Behaving like a version: which classes, fields and calls a product release has, and which dialects it speaks."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from lifeguard.datamodel.releases import RELEASES
from lifeguard.datamodel.schema import Call, Field
from lifeguard.datamodel.tables import API_VERSION, CLASSES

_ONCE_GENERIC = dict.fromkeys(
    ("task.set_other_config", "task.add_to_other_config", "task.remove_from_other_config"), "miami"
)
"""Calls that the description dates by when they were given code of their own; before, they followed from the field."""
_ONCE_INTERNAL = frozenset(
    ("PCI", name)
    for name in ("class_id", "vendor_id", "device_id", "subsystem_vendor_id", "subsystem_device_id")
)
"""Fields that the description dates by when they were made: they were kept inside the server until the newest one."""
_ORDER = {name: at for at, name in enumerate(RELEASES)}


@dataclass(frozen=True)
class Release:
    """A product version. `codename` is the newest datamodel release it contains; None means all there is."""

    product: str
    codename: str | None
    api_version: str
    software: dict[str, str] = field(default_factory=dict)

    @classmethod
    def newest(cls) -> Release:
        return PRODUCTS["newest"]

    def knows(self, since: str | None) -> bool:
        """Whether something that appeared in release `since` is there. Unnamed releases are the newest of all."""
        if self.codename is None:
            return True
        return since is not None and _ORDER.get(since, len(_ORDER)) <= _ORDER[self.codename]

    def fields(self, class_name: str) -> tuple[Field, ...]:
        """The fields of a class's record, in order."""
        return self._fields[class_name]

    def is_whole(self, class_name: str) -> bool:
        """Whether records of a class hold every field there is, so that rows can be written as they are."""
        return class_name in self._whole

    def has_class(self, name: str) -> bool:
        return self.knows(CLASSES[name].since)

    def has_call(self, method: str, call: Call) -> bool:
        class_name, _, name = method.partition(".")
        if (class_name, name.removeprefix("get_")) in _ONCE_INTERNAL:
            return self.codename is None
        return self.knows(_ONCE_GENERIC.get(method, call.since))

    @property
    def has_json(self) -> bool:
        """/jsonrpc can be trusted from 7.1 on; before, the server answers any POST in XML-RPC."""
        return self._version >= (2, 6)

    @property
    def lists_json_errors(self) -> bool:
        """Releases before 7.3 wrote JSON-RPC 2.0 errors as plain lists."""
        return self._version < (2, 8)

    @property
    def has_originator(self) -> bool:
        return self._version >= (2, 0)

    @cached_property
    def _version(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.api_version.split("."))

    @cached_property
    def _fields(self) -> dict[str, tuple[Field, ...]]:
        return {
            name: tuple(known for known in info.fields.values() if self._shows(name, known))
            for name, info in CLASSES.items()
        }

    def _shows(self, class_name: str, field: Field) -> bool:
        since = None if (class_name, field.name) in _ONCE_INTERNAL else field.since
        return self.has_class(class_name) and self.knows(since)

    @cached_property
    def _whole(self) -> frozenset[str]:
        return frozenset(
            name
            for name, fields in self._fields.items()
            if len(fields) == len(CLASSES[name].fields) and all(field.type.kind != "option" for field in fields)
        )

    def __hash__(self) -> int:
        return hash(self.product)


def _software(brand: str, version: str, platform: str, build: str) -> dict[str, str]:
    return {
        "product_brand": brand,
        "product_version": version,
        "product_version_text": version,
        "product_version_text_short": version,
        "platform_name": "XCP",
        "platform_version": platform,
        "xapi_build": build,
    }


PRODUCTS: dict[str, Release] = {
    release.product: release
    for release in (
        Release("6.0", "boston", "1.9", _software("XenServer", "6.0.0", "1.1.0", "1.3")),
        Release("6.5", "creedence", "2.3", _software("XenServer", "6.5.0", "1.9.0", "1.3")),
        Release("7.1", "ely", "2.6", _software("XenServer", "7.1.0", "2.1.1", "1.14.0")),
        Release("8.2", "stockholm", "2.15", _software("Citrix Hypervisor", "8.2.0", "3.1.50", "1.249.0")),
        Release("xcp-ng-8.3", "24.16.0", "2.21", _software("XCP-ng", "8.3.0", "3.4.0", "24.19.2")),
        Release("newest", None, API_VERSION, _software("XenServer", "9.0.0", "3.4.50", "25.33.0")),
    )
}
