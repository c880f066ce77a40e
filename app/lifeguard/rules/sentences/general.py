"""The rest: calls, values, tasks, events, plug-ins, and our own refusals that have no code."""

from __future__ import annotations

from lifeguard.rules.sentences.sentence import table

GENERAL = table("""
? | the server refused with {code} ({all})
not_for_this | this is not for objects of this kind
nothing_selected | nothing is selected | Select an object first.
one_at_a_time | several objects are selected | Select one.
not_connected | {0} is not connected now | It goes on as soon as the connection is back.
saved_database | this is a saved database: it can be read, not changed
is_master | it is the coordinator (master) of its pool | Make another server the coordinator first.
not_in_a_pool | it stands alone | Only a member of a pool can leave one.
in_a_pool | it belongs to a pool already | Remove it from that pool first.
runs_vms | VMs run on it: {0} | Move or shut them down first.
in_maintenance | it is in maintenance mode already
not_in_maintenance | it is not in maintenance mode
ha_on_master | it is the coordinator of a pool with high availability
    | Disable high availability first, or make another server the coordinator.
needs_live_host | it cannot be reached | Check its power and its management network.
host_is_up | it is up
no_power_on_mode | it cannot be switched on from afar | Set a power-on mode in its properties.
no_cd | no disc is inserted
no_cd_drive | it has no CD drive | Add one first.
no_cbt | none of its disks has changed-block tracking
no_snapshot | it has no snapshot | Take one first.
no_instant_template | it needs settings before a VM can be made from it | Use the wizard for a new VM.
no_parent_vm | the VM it was taken from is gone | Create a new VM from it.
is_default_sr | it is the default already
sr_is_fine | nothing about it needs repair
sr_is_detached | no server is connected to it
sr_is_attached | servers are connected to it | Detach it first.
sr_runs_vms | running VMs have disks on it: {0} | Shut them down, or move the disks first.
sr_kind_is_fixed | storage of type {0} cannot be removed from here
sr_has_tools | it holds the guest tools, which every pool keeps
sr_cannot_hold_disks | disks cannot be created on it
sr_not_shared | only one of the servers sees it | The default has to be shared by all servers.
vdi_is_snapshot | it is part of a snapshot | Delete the snapshot.
vdi_is_special | the pool itself needs it
vdi_is_attached | it is in use by a running VM | Shut the VM down, or detach the disk first.
network_is_in_use | NICs or VMs are connected to it | Disconnect them first.
pool_has_members | the pool has several servers | Only a pool of one can be dissolved.
pool_is_unnamed | it stands alone already
ha_is_on | high availability is on already
ha_is_off | high availability is off already
appliance_is_up | all its VMs run already
appliance_is_down | none of its VMs runs
empty_appliance | it has no VMs
folder_inside_itself | a folder cannot go into itself
folder_exists | there is a folder of that name already
folders_apart | the folders are not all in the same one | Move those of one folder at a time.
root_folder | it is the top of all folders
in_no_folder | it is in no folder
same_place | it is there already
already_tagged | it has that tag already
CLIENT_ERROR | the client made a mistake | Report this.
COULD_NOT_IMPORT_DATABASE | the database could not be taken in: {0} | Check the file.
DB_UNIQUENESS_CONSTRAINT_VIOLATION | another {0} has the same {1}: {2} | Choose another value.
EVENTS_LOST | the server has forgotten some of its events | The view is read anew.
EVENT_FROM_TOKEN_PARSE_FAILURE | the server did not understand where to go on ({0}) | The view is read anew.
EVENT_SUBSCRIPTION_PARSE_FAILURE | the server did not understand which events are wanted ({0}) | Report this.
EXTENSION_PROTOCOL_FAILURE | a plug-in of the server broke its protocol | Mend the plug-in on the server.
FEATURE_RESTRICTED | this pool's licence or settings do not allow this | Use an edition that has it.
FIELD_TYPE_ERROR | the field {0} got a value of another type | Report this.
HANDLE_INVALID | the {0} in question is gone | Look again: somebody else may have removed it.
INTERNAL_ERROR | the server had trouble of its own: {0} | Try again; the server's log says more.
INVALID_FEATURE_STRING | the feature list cannot be read: {0} | Correct it.
INVALID_VALUE | {1} is no valid value for {0} | Choose another one.
MAP_DUPLICATE_KEY | {1} of {2} has a value for {3} already | Remove it first.
MESSAGE_DEPRECATED | this server no longer offers that call | Update the console.
MESSAGE_METHOD_UNKNOWN | this server does not know the call {0} | It needs a newer server.
MESSAGE_PARAMETER_COUNT_MISMATCH | {0} takes {1} values on this server, {2} were sent
    | It needs another version of the server.
MESSAGE_REMOVED | this server no longer offers that call | Update the console.
MISSING_CONNECTION_DETAILS | address or credentials are missing | Fill them in.
NOT_IMPLEMENTED | this server cannot do {0} yet
OBJECT_NOLONGER_EXISTS | the object is gone
OPERATION_PARTIALLY_FAILED | only a part of {0:operation} was done | See what is missing, then try again.
TASK_CANCELLED | it was cancelled
TOO_BUSY | the server has too much to do | Try again in a minute.
TOO_MANY_PENDING_TASKS | the server has too many tasks waiting | Try again in a minute.
UUID_INVALID | no {0} has the identifier {1} | Look again: somebody else may have removed it.
VALUE_NOT_SUPPORTED | {1} is not supported for {0}: {2} | Choose another value.
XENAPI_MISSING_PLUGIN | the server has no plug-in {0} | Install it there.
XENAPI_PLUGIN_FAILURE | a plug-in of the server failed ({0}): {1} {2} | See the server's log.
XMLRPC_UNMARSHAL_FAILURE | the server could not read a value: {0} expected, {1} received | Report this.
""")
