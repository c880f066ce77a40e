"""Where a VM can run and what stands in its way there; power, migration, memory, guests."""

from __future__ import annotations

from lifeguard.rules.sentences.sentence import table

PLACING = table("""
already_there | it already runs there
disk_is_a_lun | one of its disks is a whole LUN of its own | Copy what is on it to an ordinary disk first.
several_pools | the VMs belong to several pools | Select VMs of one pool.
only_one_host | there is no other server to choose | Start or resume it without choosing one.
another_pool | {there} belongs to another pool | Move it there with the migration to another pool.
BALLOONING_DISABLED | dynamic memory control is switched off | Give minimum and maximum memory the same value.
BALLOONING_TIMEOUT_BEFORE_MIGRATION | {0} did not give up memory in time to be moved
    | Reduce its load, or make its dynamic minimum larger, then try again.
BOOTLOADER_FAILED | the boot loader of {0} failed: {1} | Check its boot disk and boot options.
CANNOT_RESET_CONTROL_DOMAIN | {0} is the control domain of a server that runs | Only a VM can be reset.
CANNOT_RESTART_DEVICE_MODEL | the device model of {0} cannot be restarted now | Reboot the VM, or migrate it.
DOMAIN_BUILDER_ERROR | the hypervisor could not build the VM: {2} (code {1} in {0})
    | Check its kernel, memory and devices.
DOMAIN_EXISTS | {0} still has domain {1} on its server | Shut it down instead of resetting it.
DUPLICATE_MAC_SEED | another VM has the MAC seed {0} | Clear the seed of one of them.
DUPLICATE_VM | {0} is there already | Remove the copy, or import under a new identity.
DYNAMIC_MEMORY_CONTROL_UNAVAILABLE | dynamic memory control is not available here
    | Give minimum and maximum memory the same value.
FAILED_TO_START_EMULATOR | the device emulator {1} of {0} did not start: {2} | Try again; the server's log says more.
HOST_CANNOT_ATTACH_NETWORK | {0} cannot attach the network {1}
    | Connect the network's NIC on that server, or take another server.
HOST_DISABLED | {0} is in maintenance mode or still starting up
    | Bring it back from maintenance mode, or take another server.
HOST_DISABLED_INDEFINITELY | {0} was disabled until further notice | Enable it by hand when its updates are done.
HOST_DISABLED_UNTIL_REBOOT | {0} stays disabled until it is rebooted | Reboot it.
HOST_EVACUATE_IN_PROGRESS | {0} is being emptied | Wait for its end, or take another server.
HOST_EVACUATE_VM_NOT_HA_PROTECTED | {0} is not protected by high availability and cannot be moved by it
    | Protect it, or shut it down first.
HOST_NOT_ENOUGH_FREE_MEMORY | {there} has {1:bytes} of memory free, {0:bytes} needed
    | Free memory there, or take another server.
HOST_NOT_ENOUGH_PCPUS | {there} has {1} processors, {0} virtual ones wanted
    | Take a larger server, or give the VM fewer virtual CPUs.
HOST_NOT_LIVE | {there} cannot be reached | Check its power and its management network.
MEMORY_CONSTRAINT_VIOLATION | its memory limits contradict each other ({all})
    | Keep static minimum, dynamic minimum, dynamic maximum and static maximum in ascending order.
MEMORY_CONSTRAINT_VIOLATION_MAXPIN | its dynamic maximum must equal its static maximum: {0}
    | Set both to the same value.
MEMORY_CONSTRAINT_VIOLATION_ORDER | its memory limits are not in ascending order
    | Keep static minimum, dynamic minimum, dynamic maximum and static maximum in this order.
NO_HOSTS_AVAILABLE | no server of the pool can take it now
    | Look at each server's reason, then free memory or connect its storage and networks.
NOT_SYSTEM_DOMAIN | {0} is no system domain | Only system domains offer services.
OPERATION_BLOCKED | this operation is blocked for {0}: {1} | Remove the block in its properties.
OPERATION_NOT_ALLOWED | this is not possible now: {0}
OTHER_OPERATION_IN_PROGRESS | {1} is busy: {2:operation} | Wait until it has ended, or cancel it.
PROVISION_ONLY_ALLOWED_ON_TEMPLATE | only a template can be provisioned | Begin with a template.
REVERT_ONLY_ALLOWED_ON_SNAPSHOT | only a snapshot can be reverted to | Choose one of its snapshots.
SYSPREP | preparing {0} for cloning failed: {1} | Check its tools and its answer file.
TOO_MANY_STORAGE_MIGRATES | {0} storage migrations run already, the most a server takes | Wait until one has ended.
TOO_MANY_VUSBS | {0} USB devices are attached, the most a VM takes | Detach one first.
UNKNOWN_BOOTLOADER | {0} names an unknown boot loader: {1} | Correct its boot options.
VCPU_MAX_NOT_CORES_PER_SOCKET_MULTIPLE | {0} virtual CPUs do not fill sockets of {1} cores
    | Choose a multiple of the cores per socket.
VGPU_DESTINATION_INCOMPATIBLE | the virtual GPU {1} does not fit {2}: {0}
    | Take a server with the same kind of GPU and driver.
VGPU_GUEST_DRIVER_LIMIT | the GPU driver inside {1} is too old for {2}: {0} | Update the driver in the guest.
VGPU_SUSPENSION_NOT_SUPPORTED | the virtual GPU {1} cannot be suspended on {2}: {0} | Shut the VM down instead.
VMS_FAILED_TO_COOPERATE | some VMs did not give up memory in time | Check their tools, or free memory on the server.
VM_ASSIGNED_TO_PROTECTION_POLICY | {0} belongs to the protection policy {1} | Take it out of the policy first.
VM_ASSIGNED_TO_SNAPSHOT_SCHEDULE | {0} belongs to the snapshot schedule {1} | Take it out of the schedule first.
VM_ATTACHED_TO_MORE_THAN_ONE_VDI_WITH_TIMEOFFSET_MARKED_AS_RESET_ON_BOOT
    | several of its disks reset at boot and hold a clock offset
    | Let only one of them do so.
VM_BAD_POWER_STATE | {0} is {2:states}, this needs it {1:states} | Change its power state first.
VM_BIOS_STRINGS_ALREADY_SET | its BIOS strings are set already | They can be set only once.
VM_CALL_PLUGIN_RATE_LIMIT | {0} was asked too often, only once every {1} s | Try again in {2} s.
VM_CANNOT_DELETE_DEFAULT_TEMPLATE | {0} is one of the vendor's templates | Hide it instead of deleting it.
VM_CHECKPOINT_RESUME_FAILED | {0} did not resume after its memory was saved | Force it off and start it again.
VM_CHECKPOINT_SUSPEND_FAILED | {0} could not be suspended for the snapshot | Take a snapshot of its disks only.
VM_CRASHED | {0} crashed meanwhile | Look at its console and start it again.
VM_DUPLICATE_VBD_DEVICE | two disks of {0} claim position {2} | Give one of them another position.
VM_FAILED_SHUTDOWN_ACKNOWLEDGMENT | {0} did not answer the request to shut down | Look at its console, or force it off.
VM_FAILED_SUSPEND_ACKNOWLEDGMENT | {0} did not answer the request to suspend | Look at its console and its tools.
VM_HALTED | {0} shut down meanwhile | Start it if you still need it.
VM_HAS_CHECKPOINT | {0} has a snapshot with memory | Delete that snapshot before moving its disks.
VM_HAS_NO_SUSPEND_VDI | {0} has no saved memory to resume from | Force it off, then start it.
VM_HAS_PCI_ATTACHED | {0} uses a PCI device of its server | Shut it down and detach the device first.
VM_HAS_SRIOV_VIF | {0} has a network interface with SR-IOV | Replace that interface first.
VM_HAS_TOO_MANY_SNAPSHOTS | {0} has too many snapshots to be moved with its disks | Keep at most one.
VM_HAS_VGPU | {0} has a virtual GPU that cannot be moved or saved | Shut it down first.
VM_HAS_VUSBS | {0} uses a USB device of its server | Detach the device first.
VM_HOST_INCOMPATIBLE_VERSION | {0} runs an older version than {1} came from | Take a server that is already upgraded.
VM_HOST_INCOMPATIBLE_VERSION_MIGRATE | {0} runs an older version than the server of {1}
    | Take a server of the same or a newer version.
VM_HOST_INCOMPATIBLE_VIRTUAL_HARDWARE_PLATFORM_VERSION | {0} offers virtual hardware of versions {1}, this VM wants {3}
    | Take a newer server.
VM_HVM_REQUIRED | {there} has no hardware virtualisation, which this VM needs
    | Switch it on in the server's firmware, or take another server.
VM_INCOMPATIBLE_WITH_THIS_HOST | the processors of {1} do not have what it uses now
    | Take another server, or shut it down and start it there.
VM_IS_IMMOBILE | {0} is set up in a way that cannot be moved or saved | Shut it down first.
VM_IS_PART_OF_AN_APPLIANCE | {0} belongs to the vApp {1} | Take it out of the vApp first.
VM_IS_PROTECTED | {0} is protected by high availability | Change its restart priority first.
VM_IS_SNAPSHOT | this is a snapshot, not a VM | Create a VM from it first.
VM_IS_TEMPLATE | {0} is a template, not a VM | Create a VM from it first.
VM_IS_USING_NESTED_VIRT | {0} runs VMs of its own | Shut it down first.
VM_LACKS_FEATURE | {0} has no guest tools that could do this | Install the guest tools, or force it.
VM_LACKS_FEATURE_SHUTDOWN | {0} has no guest tools that could shut it down | Install the guest tools, or force it off.
VM_LACKS_FEATURE_SUSPEND | {0} has no guest tools that could suspend it | Install the guest tools, or shut it down.
VM_LACKS_FEATURE_STATIC_IP_SETTING | {0} has no guest tools that could set an address | Install the guest tools.
VM_LACKS_FEATURE_VCPU_HOTPLUG | {0} has no guest tools that could change its CPUs while it runs
    | Shut it down first, or install the guest tools.
VM_MEMORY_SIZE_TOO_LOW | {0} has too little memory to start | Give it more.
VM_MEMORY_TARGET_WAIT_TIMEOUT | the VM did not reach its memory target in time | Check the tools inside it.
VM_MIGRATE_CONTACT_REMOTE_SERVICE_FAILED | the other server did not answer | Check the network between both servers.
VM_MIGRATE_FAILED | {0} could not be moved from {1} to {2}: {3} | It stays where it was; see to the cause and try again.
VM_MISSING_PV_DRIVERS | {0} has no guest tools | Install the guest tools, or force it.
VM_NON_SUSPENDABLE | {0} cannot be suspended now: {1} | Shut it down instead, or see to the cause inside it.
VM_NOT_RESIDENT_HERE | {0} does not run on {1} | Wait a moment and try again.
VM_NO_CRASHDUMP_SR | {0} has no storage for a crash dump | Choose one in the pool's settings.
VM_NO_EMPTY_CD_VBD | {0} has no empty CD drive | Eject a disc, or add a drive.
VM_NO_SUSPEND_SR | {0} has no storage for its memory | Choose one in the pool's settings, or shut it down instead.
VM_NO_VCPUS | {0} has no virtual CPU | Give it at least one.
VM_OLD_PV_DRIVERS | the guest tools in {0} are too old ({1}.{2}) | Update the guest tools.
VM_PCI_BUS_FULL | {0} has no place for another PCI device | Detach one first.
VM_PV_DRIVERS_IN_USE | {0} uses its guest drivers, which this needs to be without | Shut it down first.
VM_REBOOTED | {0} rebooted meanwhile | Try again.
VM_REQUIRES_GPU | no GPU of group {1} there | Take a server with such a GPU, or detach it from the VM.
VM_REQUIRES_IOMMU | {0} cannot pass devices through: it has no I/O memory management
    | Switch it on in the server's firmware, or take another server.
VM_REQUIRES_NETWORK | {there} does not see the network {1} | Connect the network there, or take another server.
VM_REQUIRES_SR | {there} does not see the storage {1}
    | Repair the storage there, move the disk, or eject the disc if it is one.
VM_REQUIRES_VDI | the disk {1} is not there | Repair its storage, or detach it from the VM.
VM_REQUIRES_VGPU | no GPU of group {1} has room for a virtual one of type {2} | Take another server, or another type.
VM_REQUIRES_VUSB | no USB device of group {1} there | Take the server that has it, or detach it from the VM.
VM_REVERT_FAILED | {0} could not be taken back to {1} | Its state may be half-way; look at its disks before starting it.
VM_SHUTDOWN_TIMEOUT | {0} did not shut down within {1} s | Look at its console, or force it off.
VM_SNAPSHOT_FAILED | the snapshot could not be taken | See the server's log, and whether the storage is full.
VM_SNAPSHOT_WITH_QUIESCE_FAILED | {0} could not be brought to rest for the snapshot | Take an ordinary snapshot.
VM_SNAPSHOT_WITH_QUIESCE_NOT_SUPPORTED | this server no longer brings {0} to rest for a snapshot
    | Take an ordinary snapshot.
VM_SNAPSHOT_WITH_QUIESCE_PLUGIN_DEOS_NOT_RESPOND | the snapshot service in {0} did not answer
    | Check the tools inside it, or take an ordinary snapshot.
VM_SNAPSHOT_WITH_QUIESCE_TIMEOUT | {0} did not come to rest in time for the snapshot | Take an ordinary snapshot.
VM_SUSPEND_TIMEOUT | {0} did not suspend within {1} s | Look at its console and its tools.
VM_TOO_MANY_VCPUS | {0} has more virtual CPUs than are allowed | Give it fewer.
VM_TO_IMPORT_IS_NOT_NEWER_VERSION | {0} is here in version {1}, which is not older than {2} | Import it as a new VM.
VM_UNSAFE_BOOT | {0} may still run elsewhere; a second start could ruin its disks
    | Make sure that it is off everywhere, then start it by force.
VTPM_MAX_AMOUNT_REACHED | it has {0} virtual TPM already, the most there may be | Remove that one first.
XEN_INCOMPATIBLE | the hypervisors do not work together | Bring both servers to the same version.
XEN_VSS_REQ_ERROR_ADDING_VOLUME_TO_SNAPSET_FAILED | the snapshot service in {0} did not accept a volume (code {1})
    | Take an ordinary snapshot.
XEN_VSS_REQ_ERROR_CREATING_SNAPSHOT | the snapshot service in {0} failed (code {1}) | Take an ordinary snapshot.
XEN_VSS_REQ_ERROR_CREATING_SNAPSHOT_XML_STRING | the snapshot service in {0} did not describe its work (code {1})
    | Take an ordinary snapshot.
XEN_VSS_REQ_ERROR_INIT_FAILED | the snapshot service in {0} did not begin (code {1}) | Check the tools inside it.
XEN_VSS_REQ_ERROR_NO_VOLUMES_SUPPORTED | no volume of {0} can be brought to rest (code {1}) | Take an ordinary snapshot.
XEN_VSS_REQ_ERROR_PREPARING_WRITERS | programs in {0} did not come to rest (code {1}) | Take an ordinary snapshot.
XEN_VSS_REQ_ERROR_PROV_NOT_LOADED | the snapshot provider in {0} is not installed (code {1})
    | Install it with the guest tools.
XEN_VSS_REQ_ERROR_START_SNAPSHOT_SET_FAILED | the snapshot service in {0} could not begin a set (code {1})
    | Try again later.
""")
