"""The order and grouping of commands in menus, as data; `menus` fills it in."""

from __future__ import annotations

from collections.abc import Mapping

Group = tuple[str, ...]

_POWER: Group = (
    "vm.start", "vm.shutdown", "vm.suspend", "vm.resume", "vm.reboot", "vm.pause", "vm.unpause", "vm.start_recovery",
)  # fmt: skip
_FORCE: Group = ("vm.force_shutdown", "vm.force_reboot")
_PLACE: Group = ("vm.resume_on", "vm.start_on", "vm.migrate", "vm.migrate_with_storage")
_MAKE: Group = ("vm.copy", "vm.move", "vm.snapshot", "vm.checkpoint", "vm.to_template", "vm.export")
_DEVICES: Group = ("vm.disable_cbt", "vm.insert_cd", "vm.eject_cd")
_OF_ANY: Group = (
    "object.rename", "object.tags", "object.folder", "object.out_of_folder", "object.custom_field",
    "object.properties",
)  # fmt: skip
_SESSION: Group = ("server.disconnect", "server.reconnect_as")

CONTEXT: Mapping[str, tuple[Group, ...]] = {
    "root": (("server.connect", "pool.new"), ("server.connect_all", "server.disconnect_all")),
    "mixed": (("object.tags",),),
    "vm": (
        _POWER,
        _FORCE,
        _PLACE,
        ("vm.appliance",),
        _MAKE,
        _DEVICES,
        ("vm.delete",),
        _OF_ANY,
    ),
    "vms": (
        ("vm.shutdown", "vm.start", "vm.resume", "vm.suspend", "vm.reboot", "vm.pause", "vm.unpause"),
        ("vm.force_shutdown", "vm.force_reboot"),
        ("vm.start_on", "vm.resume_on", "vm.migrate", "vm.migrate_with_storage", "vm.export", "vm.appliance"),
        ("vm.disable_cbt", "vm.insert_cd", "vm.eject_cd"),
        ("vm.delete", "object.tags", "object.folder", "object.custom_field"),
    ),
    "template": (
        ("template.new_vm", "template.quick_create"),
        ("template.export", "template.copy"),
        ("template.delete",),
        _OF_ANY,
    ),
    "templates": (("template.delete", "object.tags"),),
    "vms_and_templates": (("vm.delete", "object.tags"),),
    "snapshot": (
        ("snapshot.revert",),
        ("snapshot.new_vm", "snapshot.new_template", "snapshot.export", "snapshot.delete"),
        ("object.rename", "object.tags", "object.properties"),
    ),
    "snapshots": (("snapshot.delete", "object.tags"),),
    "host": (
        ("vm.new", "sr.new", "vm.import"),
        ("host.enter_maintenance", "host.exit_maintenance"),
        ("host.reboot", "host.shutdown", "host.restart_toolstack", "host.rescan_nics"),
        ("host.eject",),
        _OF_ANY,
    ),
    "standalone_host": (
        ("vm.new", "sr.new", "vm.import"),
        ("host.enter_maintenance", "host.exit_maintenance"),
        ("host.reboot", "host.shutdown", "host.power_on", "host.restart_toolstack", "host.rescan_nics"),
        ("host.join_pool",),
        _SESSION,
        _OF_ANY,
    ),
    "hosts": (
        ("host.join_pool", "server.disconnect", "host.reboot", "host.shutdown", "host.restart_toolstack"),
        ("object.tags",),
    ),
    "dead_host": (("host.power_on", "host.destroy"), ("object.properties",)),
    "pool": (
        ("vm.new", "sr.new", "vm.import"),
        ("pool.ha_configure", "pool.ha_disable", "pool.appliances"),
        ("pool.add_server", *_SESSION),
        ("pool.make_standalone",),
        ("object.rename", "object.tags", "object.custom_field", "object.properties"),
    ),
    "sr": (
        ("sr.repair", "sr.set_default", "sr.rescan"),
        ("sr.detach", "sr.reattach", "sr.forget", "sr.destroy"),
        _OF_ANY,
    ),
    "vdi": (("vdi.move", "vdi.migrate", "vdi.delete"), ("object.rename", "object.tags", "object.properties")),
    "network": (("network.delete",), _OF_ANY),
    "appliance": (
        ("appliance.start", "appliance.shutdown"),
        ("appliance.export",),
        ("object.rename", "object.properties"),
    ),
    "message": (("message.dismiss",),),
    "tag": (("tag.rename", "tag.delete"),),
    "folder": (("folder.new", "folder.rename", "object.folder", "folder.delete"),),
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
        (*_POWER, *_FORCE),
        (*_PLACE, "vm.diagnose_start"),
        ("vm.appliance",),
        _MAKE,
        ("snapshot.revert", "snapshot.new_vm", "snapshot.new_template", "snapshot.delete"),
        _DEVICES,
        ("vm.delete",),
        _OF_ANY,
    ),
    "Storage": (
        ("sr.new",),
        ("sr.repair", "sr.set_default", "sr.rescan"),
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
    ("pool.new", "sr.new", "vm.new"),
    (
        "vm.shutdown", "host.shutdown", "host.power_on", "vm.start", "vm.reboot", "host.reboot", "vm.resume",
        "vm.suspend", "vm.force_shutdown", "vm.force_reboot",
    ),
    ("host.enter_maintenance", "host.exit_maintenance"),
    ("vm.migrate", "vm.snapshot"),
)  # fmt: skip
