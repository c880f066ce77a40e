"""Storage: repositories, virtual disks, drives, import and export of VMs."""

from __future__ import annotations

from lifeguard.rules.sentences.sentence import table

STORAGE = table("""
ACTIVATION_WHILE_NOT_FREE | a disk is still active elsewhere | Try again in a minute.
BOOT_DEVICE_PASSTHROUGH_DISALLOWED | {0} is what the server boots from | Choose another device.
CANNOT_CREATE_STATE_FILE | the heartbeat disk could not be made | Check that the storage is shared and has room.
CANNOT_DESTROY_DISASTER_RECOVERY_TASK | the recovery task cannot be ended: {0} | Detach its storage first.
DEFAULT_SR_NOT_FOUND | the pool's default storage {0} is not there | Set another default.
DEVICE_ALREADY_ATTACHED | {0} is attached already
DEVICE_ALREADY_DETACHED | {0} is detached already
DEVICE_ALREADY_EXISTS | position {0} is taken | Choose another position.
DEVICE_ATTACH_TIMEOUT | {1} was not attached in time | Look at the guest, then try again.
DEVICE_DETACH_REJECTED | the guest keeps {1}: {2} | Stop using it inside the guest.
DEVICE_DETACH_TIMEOUT | {1} was not given up in time | Stop using it inside the guest.
DEVICE_NOT_ATTACHED | {0} is not attached | Attach it first.
DISK_VBD_MUST_BE_READWRITE_FOR_HVM | {0} is read-only, which this kind of VM cannot use | Make it writable.
ILLEGAL_VBD_DEVICE | {0} cannot be at position {1} | Choose another position.
IMPORT_ERROR | the import failed: {0} | Check the file, then try again.
IMPORT_ERROR_ATTACHED_DISKS_NOT_FOUND | the import lacks disks of the VM | Export it again with all disks.
IMPORT_ERROR_CANNOT_HANDLE_CHUNKED | the server wants to know the size of the upload first | Try again with a file.
IMPORT_ERROR_FAILED_TO_FIND_OBJECT | the import refers to {0}, which it does not contain | Export it again.
IMPORT_ERROR_PREMATURE_EOF | the file ends too early | Export or copy it again.
IMPORT_ERROR_SOME_CHECKSUMS_FAILED | parts of the file are damaged | Export or copy it again.
IMPORT_ERROR_UNEXPECTED_FILE | the import has {1} where {0} belongs | Export it again.
IMPORT_INCOMPATIBLE_VERSION | the VM was exported by a newer version | Import it on a newer pool.
INCOMPATIBLE_STATEFILE_SR | storage of type {0} cannot hold the heartbeat disk | Use another shared storage.
INVALID_DEVICE | there is no position {0} | Choose another position.
LOCATION_NOT_UNIQUE | {0} holds two disks at {1} | Remove one of them.
MIRROR_FAILED | copying the disk {0} while it is in use failed
    | The VM stays where it was; check the storage and try again.
NO_LOCAL_STORAGE | the server has no local storage | Choose other storage.
OUT_OF_SPACE | no room is left on {0} | Free some space.
PBD_EXISTS | {1} is connected to {0} already
PROVISION_FAILED_OUT_OF_SPACE | there is no room for its disks | Free some space, or use other storage.
PUSB_VDI_CONFLICT | the USB device {0} is in use as the disk {1} | Detach the disk first.
SM_PLUGIN_COMMUNICATION_FAILURE | the storage driver {0} does not answer | Restart the server's toolstack.
SR_ATTACHED | the storage is attached | Detach it first.
SR_ATTACH_FAILED | {0} could not be attached | Check the storage server, the path to it and the credentials.
SR_BACKEND_FAILURE | the storage reported: {1} {2} | Check the storage server and the server's log.
SR_DEVICE_IN_USE | that device already holds storage in use | Choose another device.
SR_DOES_NOT_SUPPORT_MIGRATION | {0} cannot take or give disks while they are in use
    | Shut the VM down, or use other storage.
SR_FULL | {0:bytes} wanted, {1:bytes} left on the storage | Free some space, or use other storage.
SR_HAS_MULTIPLE_PBDS | several servers are connected to the storage: {0} | Detach it from the others first.
SR_HAS_NO_PBDS | no server is connected to {0} | Connect it first.
SR_HAS_PBD | servers are still connected to {0} | Detach it first.
SR_INDESTRUCTIBLE | {0} is marked as not to be destroyed | Remove the mark first.
SR_IS_CACHE_SR | {0} uses this storage as its cache | Switch caching off first.
SR_NOT_ATTACHED | {0} is not attached | Attach it first.
SR_NOT_EMPTY | there are disks on the storage | Delete or move them first.
SR_NOT_SHARABLE | {0} cannot be shared with {1} | Use another kind of storage.
SR_NOT_SHARED | the storage is not shared | Use shared storage.
SR_OPERATION_NOT_SUPPORTED | {0} cannot do this | Use another kind of storage.
SR_REQUIRES_UPGRADE | {0} is of an old format | Upgrade it first.
SR_SOURCE_SPACE_INSUFFICIENT | {0} has too little room to begin | Free some space there.
SR_SUSPEND_SPACE_INSUFFICIENT | {0} has too little room for the VM's memory
    | Free some space there, or shut the VM down instead.
SR_UNHEALTHY | {0} is in state {1} | Remedy: {2}
SR_UNKNOWN_DRIVER | there is no storage driver {0} | Install it on every server.
SR_UUID_EXISTS | the storage {0} is known already | Attach that one.
SR_VDI_LOCKING_FAILED | a disk could not be locked | Try again in a minute.
SUSPEND_IMAGE_NOT_ACCESSIBLE | the saved memory on {0} cannot be reached | Repair its storage.
SUSPEND_VDI_REPLACEMENT_IS_NOT_IDENTICAL | the other disk does not hold the same memory | Choose the right one.
UNIMPLEMENTED_IN_SM_BACKEND | the storage cannot do this: {0} | Use another kind of storage.
VBD_CDS_MUST_BE_READONLY | a CD drive is always read-only | Add it as read-only.
VBD_IS_EMPTY | {0} is empty
VBD_MISSING | the drive is not there any more
VBD_NOT_EMPTY | {0} has a disc in it | Eject it first.
VBD_NOT_REMOVABLE_MEDIA | {0} is no CD drive | Discs go into CD drives only.
VBD_NOT_UNPLUGGABLE | {0} cannot be detached while the VM runs | Shut the VM down first.
VBD_TRAY_LOCKED | the guest has locked {0} | Eject the disc inside the guest.
VDI_CBT_ENABLED | the changes of {0} are being tracked | Disable changed-block tracking first.
VDI_CONTAINS_METADATA_OF_THIS_POOL | {0} holds the metadata of {1} | Switch replication of metadata off first.
VDI_CONTENT_ID_MISSING | the disk has no content mark | Copy it whole.
VDI_COPY_FAILED | the disk could not be copied | Check room and health of both storages.
VDI_HAS_RRDS | {0} holds performance data | It cannot be deleted.
VDI_INCOMPATIBLE_TYPE | {0} is of type {1}, which this does not take | Choose another disk.
VDI_IN_USE | {0} is in use | Detach it, or shut its VM down first.
VDI_IO_ERROR | the disk cannot be read or written | Check its storage.
VDI_IS_A_PHYSICAL_DEVICE | {0} is a physical device | It cannot be deleted from here.
VDI_IS_ENCRYPTED | {0} is encrypted | This works on plain disks only.
VDI_IS_NOT_ISO | {0} is no disc image but of type {1} | Choose a disc image.
VDI_IS_SHARABLE | the disk may be used by several VMs | This works on disks of one VM only.
VDI_LOCATION_MISSING | {0} has nothing at {1} | Rescan the storage.
VDI_MISSING | {1} is missing from {0} | Rescan the storage; if it was a disc, eject it.
VDI_NEEDS_VM_FOR_MIGRATE | {0} belongs to no running VM | Copy it instead.
VDI_NOT_AVAILABLE | {0} cannot be reached now | Repair its storage.
VDI_NOT_IN_MAP | no storage was chosen for {0} | Choose one.
VDI_NOT_MANAGED | {0} is not managed by the pool | Rescan the storage.
VDI_NOT_SPARSE | {0} is not a sparse disk | Copy it instead.
VDI_NO_CBT_METADATA | {0} has no record of changes | Take a full copy.
VDI_ON_BOOT_MODE_INCOMPATIBLE_WITH_OPERATION | one of its disks is reset at each boot, which rules this out
    | Let the disk keep its changes first.
VDI_READONLY | {0} is read-only | Attach it read-only, or copy it.
VDI_TOO_LARGE | {0} is larger than {1:bytes}, the most the storage takes | Use other storage.
VDI_TOO_SMALL | {0} is smaller than {1:bytes} | Choose a larger disk.
VMPP_ARCHIVE_MORE_FREQUENT_THAN_BACKUP | the policy archives more often than it backs up | Archive less often.
VMPP_HAS_VM | the policy has VMs | Take them out first.
VMSS_HAS_VM | the schedule has VMs | Take them out first.
""")
