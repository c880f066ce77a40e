"""The order and grouping of commands in menus, as data; `menus` fills it in."""

from __future__ import annotations

from collections.abc import Mapping

Group = tuple[str, ...]

_POWER: Group = ("vm.start", "vm.shutdown", "vm.reboot", "vm.suspend", "vm.resume", "vm.pause", "vm.unpause")
_FORCE: Group = ("vm.force_shutdown", "vm.force_reboot", "vm.start_recovery")
_PLACE: Group = ("vm.start_on", "vm.resume_on", "vm.migrate", "vm.migrate_with_storage")

CONTEXT: Mapping[str, tuple[Group, ...]] = {
    "root": (("server.connect", "pool.new"), ("server.connect_all", "server.disconnect_all")),
    "mixed": (("object.tags",),),
    "vm": (
        _POWER,
        _FORCE,
        _PLACE,
        ("vm.copy", "vm.move", "vm.snapshot", "vm.checkpoint", "vm.to_template", "vm.export"),
        ("vm.insert_cd", "vm.eject_cd", "vm.appliance", "vm.disable_cbt"),
        ("vm.delete",),
        ("object.rename", "object.tags", "object.folder", "object.custom_field", "object.properties"),
    ),
    "vms": (
        ("vm.shutdown", "vm.start", "vm.resume", "vm.suspend", "vm.reboot", "vm.pause", "vm.unpause"),
        ("vm.force_shutdown", "vm.force_reboot"),
        ("vm.start_on", "vm.resume_on", "vm.migrate", "vm.migrate_with_storage", "vm.export", "vm.appliance"),
        ("vm.eject_cd", "vm.disable_cbt"),
        ("vm.delete", "object.tags", "object.folder"),
    ),
    "template": (
        ("template.new_vm", "template.quick_create"),
        ("template.export", "template.copy"),
        ("template.delete",),
        ("object.rename", "object.tags", "object.folder", "object.properties"),
    ),
    "templates": (("template.delete", "object.tags"),),
    "vms_and_templates": (("vm.delete", "object.tags"),),
    "snapshot": (
        ("snapshot.revert",),
        ("snapshot.new_vm", "snapshot.new_template", "snapshot.export"),
        ("snapshot.delete",),
        ("object.rename", "object.properties"),
    ),
    "snapshots": (("snapshot.delete", "object.tags"),),
    "host": (
        ("vm.new", "sr.new", "vm.import"),
        ("host.enter_maintenance", "host.exit_maintenance"),
        ("host.reboot", "host.shutdown", "host.restart_toolstack", "host.rescan_nics"),
        ("host.join_pool", "host.eject"),
        ("server.disconnect", "server.reconnect_as"),
        ("object.rename", "object.tags", "object.folder", "object.properties"),
    ),
    "hosts": (
        ("host.join_pool", "server.disconnect", "host.reboot", "host.shutdown", "host.restart_toolstack"),
        ("object.tags",),
    ),
    "dead_host": (("host.power_on", "host.destroy"), ("object.properties",)),
    "pool": (
        ("vm.new", "sr.new", "vm.import"),
        ("pool.ha_configure", "pool.ha_disable", "pool.appliances"),
        ("pool.add_server", "server.disconnect", "server.reconnect_as"),
        ("pool.make_standalone",),
        ("object.rename", "object.tags", "object.properties"),
    ),
    "sr": (
        ("sr.rescan", "sr.repair", "sr.set_default"),
        ("sr.detach", "sr.reattach", "sr.forget", "sr.destroy"),
        ("object.rename", "object.tags", "object.folder", "object.properties"),
    ),
    "vdi": (("vdi.move", "vdi.migrate", "vdi.delete"), ("object.rename", "object.properties")),
    "network": (("network.delete",), ("object.rename", "object.tags", "object.properties")),
    "appliance": (
        ("appliance.start", "appliance.shutdown"),
        ("appliance.export",),
        ("object.rename", "object.properties"),
    ),
    "tag": (("tag.rename", "tag.delete"),),
    "folder": (("folder.new", "folder.rename", "folder.delete"),),
    "server": (("server.connect", "server.disconnect"), ("server.forget_password", "server.remove")),
}

MENU_BAR: Mapping[str, tuple[Group, ...]] = {
    "Pool": (
        ("pool.new", "pool.add_server", "host.eject"),
        ("server.reconnect_as", "server.disconnect"),
        ("pool.appliances", "pool.ha_configure", "pool.ha_disable"),
        ("pool.make_standalone",),
        ("object.properties",),
    ),
    "Server": (
        ("server.connect",),
        ("host.reboot", "host.power_on", "host.shutdown", "host.restart_toolstack"),
        ("server.disconnect", "server.reconnect_as", "server.connect_all", "server.disconnect_all"),
        ("host.join_pool", "host.eject"),
        ("host.enter_maintenance", "host.exit_maintenance", "host.rescan_nics"),
        ("host.destroy",),
        ("object.properties",),
    ),
    "VM": (
        ("vm.new",),
        (*_POWER, "vm.start_recovery", "vm.force_shutdown", "vm.force_reboot"),
        _PLACE,
        ("vm.appliance",),
        ("vm.copy", "vm.move", "vm.snapshot", "vm.checkpoint", "snapshot.revert", "vm.to_template", "vm.export"),
        ("vm.insert_cd", "vm.eject_cd", "vm.disable_cbt"),
        ("vm.delete",),
        ("object.properties",),
    ),
    "Storage": (
        ("sr.new",),
        ("sr.rescan", "sr.repair", "sr.set_default"),
        ("vdi.move", "vdi.migrate", "vdi.delete"),
        ("sr.detach", "sr.reattach", "sr.forget", "sr.destroy"),
        ("object.properties",),
    ),
    "Templates": (
        ("template.new_vm", "template.quick_create"),
        ("template.export", "template.copy"),
        ("template.delete",),
        ("object.properties",),
    ),
}

TOOLBAR: tuple[Group, ...] = (
    ("server.connect", "vm.new"),
    ("vm.start", "vm.shutdown", "vm.reboot", "vm.resume", "vm.suspend"),
    ("vm.migrate", "vm.snapshot"),
)
