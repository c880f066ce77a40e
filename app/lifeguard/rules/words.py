"""Refusals and failures in words: every error code of the server, its parameters turned into names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any

from lifeguard.datamodel.records import Bond, Host, Network, Pbd, Pif, Pool, Sr, Vbd, Vdi, Vif, Vm
from lifeguard.datamodel.schema import NULL_REF
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.naming import name_of
from lifeguard.quantities import format_bytes
from lifeguard.rules.sentences import SENTENCES, Sentence
from lifeguard.rules.verdict import Verdict

_REF = re.compile(r"(?:OpaqueRef|DummyRef|Ref):[\w-]+")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_GONE = "an object that is gone"
_NONE = "nothing"
_MEANT: Mapping[tuple[str, ...], str] = {("VM_IS_TEMPLATE", "destroy"): "VM_CANNOT_DELETE_DEFAULT_TEMPLATE"}
"""What a code means when its second parameter is this."""
_OWN_WORDS = ("it ", "the ", "an ", "something ", "nothing ", "interface ", "drive ")


def sentence(inventory: Inventory, code: str, params: Sequence[str]) -> str:
    """What a server's error says, for a person: what stands in the way, and what to do. No ref is ever shown."""
    return Words(inventory).sentence(code, params)


class Words:
    """Speaks about the objects of one inventory."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    def sentence(self, code: str, params: Sequence[str], subject: str = "", target: str = "") -> str:
        """What an error says: the reason, then the remedy."""
        said = _sentence_for(code, params)
        reason = self._opening(said, code, params, subject, target)
        remedy = self._fill(said.remedy, code, params, subject, target)
        return f"{_ended(reason)} {_ended(remedy)}".strip()

    def reason(self, code: str, params: Sequence[str], subject: str = "", target: str = "") -> str:
        """Only what stands in the way, without capital or full stop."""
        return self._fill(_sentence_for(code, params).reason, code, params, subject, target)

    def failure(self, what_happened: str, code: str, params: Sequence[str], subject: str = "", target: str = "") -> str:
        """`web-01 was not migrated` and an error make one sentence, with the remedy after it."""
        said = _sentence_for(code, params)
        reason = self._fill(said.reason, code, params, subject, target)
        remedy = self._fill(said.remedy, code, params, subject, target)
        return f"{what_happened}: {_ended(reason)} {_ended(remedy)}".strip()

    def refusal(self, verdict: Verdict) -> str:
        subject, target = verdict.subject, verdict.target
        if not subject:
            return self.sentence(verdict.key, verdict.params, subject, target)
        where = f" cannot go to {self.name(target)}" if target else ""
        return self.failure(f"{self.name(subject)}{where}", verdict.key, verdict.params, subject, target)

    def short(self, verdict: Verdict) -> str:
        said = _sentence_for(verdict.key, verdict.params)
        return self._opening(said, verdict.key, verdict.params, verdict.subject, verdict.target)

    def _opening(self, said: Sentence, code: str, params: Sequence[str], subject: str, target: str) -> str:
        """A reason as a sentence begins: with a capital, unless with a name, which stays as it is."""
        text = self._fill(said.reason, code, params, subject, target)
        begins_with_name = said.reason.startswith("{") and not text.startswith(_OWN_WORDS)
        return text if begins_with_name else text[:1].upper() + text[1:]

    def name(self, ref: str) -> str:
        """What a person calls the object of a ref."""
        if ref in ("", NULL_REF):
            return _NONE
        if self._inventory.class_of(ref) is None:
            return _GONE
        return _without_refs(name_of(self._inventory, ref) or self._part_name(ref))

    def _part_name(self, ref: str) -> str:
        """A thing without a name of its own is called after what it is part of."""
        record = self._inventory.find(ref)
        match record:
            case Vif():
                return f"{_numbered('interface', record.device)} of {self.name(record.VM)}"
            case Vbd():
                return f"{_numbered('drive', record.device or record.userdevice)} of {self.name(record.VM)}"
            case Pif():
                return f"{record.device} of {self.name(record.host)}"
            case Pbd():
                return f"the connection of {self.name(record.host)} to {self.name(record.SR)}"
            case Bond():
                return f"the bond {self.name(record.master)}"
            case _:
                return f"an unnamed {self._inventory.class_of(ref)}"

    @staticmethod
    def size(size_bytes: int) -> str:
        """An amount of memory or disk."""
        return format_bytes(size_bytes)

    def readable(self, text: str) -> str:
        """A parameter as a person reads it: refs and uuids by name, everything else as it is."""
        if self._inventory.class_of(text) is not None or text == NULL_REF:
            return self.name(text)
        if _UUID.fullmatch(text):
            return self._name_of_uuid(text) or text
        return _REF.sub(lambda found: self.name(found.group()), text)

    def _name_of_uuid(self, uuid: str) -> str | None:
        for kind in (Vm, Host, Sr, Vdi, Network, Pool):
            for record in self._inventory.all(kind):
                if record.uuid == uuid:
                    return self.name(record.ref)
        return None

    def _fill(self, template: str, code: str, params: Sequence[str], subject: str, target: str) -> str:
        def spoken(param: str) -> str:
            return "it" if subject and param == subject else self.readable(param)

        named: dict[str, Any] = {
            "it": "it" if subject else "the object",
            "there": self.name(target) if target else "the server",
            "code": self.readable(code),
            "all": ", ".join(map(spoken, params)),
            "errors": self._errors(params[0]) if params else "",
        }
        if not params:
            template = template.replace(" ({all})", "").replace(": {all}", "")
        return _FORMATTER.vformat(template, [_Param(param, spoken(param)) for param in params], named)

    def _errors(self, packed: str) -> str:
        """`CODE,param|CODE2,param`: how the server packs several errors into one parameter."""
        reasons: dict[str, None] = {}
        for part in packed.split("|"):
            code, *params = part.split(",")
            reasons[self.reason(code, params)] = None
        return "; ".join(reasons)


class _Param:
    """One parameter of an error; `{0:bytes}` shows it as an amount of memory or disk."""

    def __init__(self, raw: str, readable: str) -> None:
        self._raw = raw
        self._readable = readable

    def __format__(self, spec: str) -> str:
        if spec == "bytes":
            return format_bytes(int(self._raw)) if self._raw.lstrip("-").isdigit() else self._readable
        if spec == "vlan":
            return "no VLAN" if self._raw in ("-1", "") else f"VLAN {self._readable}"
        if spec == "states":
            return " or ".join(self._readable.rsplit(", ", 1))
        if spec == "operation":
            return self._readable.strip("{}").replace("_", " ").replace(",", " and ")
        return self._readable or "something unnamed"


class _Lenient(Formatter):
    """Servers of other versions send fewer parameters, or others: a hole in the sentence is better than no sentence."""

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Any) -> Any:
        if isinstance(key, int):
            return args[key] if key < len(args) else _Param("", "something unnamed")
        return kwargs[key]


_FORMATTER = _Lenient()


def _numbered(what: str, number: str) -> str:
    return f"{what} {number}" if number else what


def _sentence_for(code: str, params: Sequence[str]) -> Sentence:
    known = SENTENCES.get(_MEANT.get((code, *params[1:2]), code))
    if known is not None:
        return known
    if code.startswith("SR_BACKEND_FAILURE"):
        return SENTENCES["SR_BACKEND_FAILURE"]
    return SENTENCES["?"]


def _without_refs(text: str) -> str:
    return _REF.sub(_GONE, text)


def _ended(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".?!" else f"{text}."
