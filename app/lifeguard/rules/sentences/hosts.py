"""Hosts, pools, joining, high availability, licences."""

from __future__ import annotations

from lifeguard.rules.sentences.sentence import table

HOSTS = table("""
BACKUP_SCRIPT_FAILED | the server's backup failed: {0} | See the server's log, and whether its disk is full.
CANNOT_CONTACT_HOST | {0} does not answer | Check its power and its management network.
CANNOT_EVACUATE_HOST | not every VM can leave the server: {errors} | See to each of them, then try again.
CLUSTERED_SR_DEGRADED | the clustered storage {0} lacks some of its servers | Bring every one of them back first.
CLUSTERING_DISABLED | clustering is switched off on {0} | Enable it there.
CLUSTERING_ENABLED | clustering is in use: {0} | Disable it first.
CLUSTER_ALREADY_EXISTS | the pool has a cluster already | A pool can have one only.
CLUSTER_CREATE_IN_PROGRESS | a cluster is being created | Wait until it has ended.
CLUSTER_DOES_NOT_HAVE_ONE_NODE | the cluster has {0} members, this needs exactly one | Let the others leave first.
CLUSTER_FORCE_DESTROY_FAILED | the cluster {0} could not be removed everywhere | Check every server, then try again.
CLUSTER_HAS_NO_CERTIFICATE | the cluster has no certificate | Renew the pool's certificates.
CLUSTER_HOST_IS_LAST | {0} is the last member of its cluster | Destroy the cluster instead.
CLUSTER_HOST_NOT_JOINED | {0} has not joined its cluster | Let it join first.
CLUSTER_STACK_IN_USE | the cluster software {0} is in use | Destroy the cluster first.
CPU_FEATURE_MASKING_NOT_SUPPORTED | its processors cannot hide features: {0}
    | Only servers of the same kind can share the pool.
DESIGNATE_NEW_MASTER_IN_PROGRESS | the pool is changing its coordinator | Wait a minute and try again.
HA_ABORT_NEW_MASTER | the new coordinator was not accepted: {0} | Check that every server answers.
HA_CANNOT_CHANGE_BOND_STATUS_OF_MGMT_IFACE | high availability uses the management interface
    | Disable high availability first.
HA_CONSTRAINT_VIOLATION_NETWORK_NOT_SHARED | the network {0} does not reach every server
    | Connect it everywhere, or lower the VM's restart priority.
HA_CONSTRAINT_VIOLATION_SR_NOT_SHARED | the storage {0} does not reach every server
    | Move the disk to shared storage, or lower the VM's restart priority.
HA_DISABLE_IN_PROGRESS | high availability is being switched off | Wait until it has ended.
HA_ENABLE_IN_PROGRESS | high availability is being switched on | Wait until it has ended.
HA_FAILED_TO_FORM_LIVESET | the servers did not find each other | Check the heartbeat network and storage.
HA_HEARTBEAT_DAEMON_STARTUP_FAILED | the heartbeat service did not start | See the server's log.
HA_HOST_CANNOT_ACCESS_STATEFILE | a server cannot reach the heartbeat disk | Repair the heartbeat storage there.
HA_HOST_CANNOT_SEE_PEERS | {0} sees only {2} of {1} | Check its network.
HA_HOST_IS_ARMED | {0} is guarded by high availability | Disable high availability first.
HA_IS_ENABLED | high availability is switched on | Disable it first.
HA_LOST_STATEFILE | the heartbeat disk is lost | Repair its storage.
HA_NOT_ENABLED | high availability is switched off | Enable it first.
HA_NOT_INSTALLED | {0} has no high-availability software | Install it there.
HA_NO_PLAN | the protected VMs would not all find a place after a failure
    | Lower the number of failures to tolerate, or protect fewer VMs.
HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN | then the protected VMs would not all find a place after a failure
    | Lower the number of failures to tolerate by one, then try again.
HA_POOL_IS_ENABLED_BUT_HOST_IS_DISABLED | the pool has high availability, this server has it switched off
    | Enable the server.
HA_SHOULD_BE_FENCED | {0} lost touch and must restart | Wait until it is back.
HA_TOO_FEW_HOSTS | the pool has too few servers for this | Add a server, or tolerate fewer failures.
HOSTS_FAILED_TO_DISABLE_CACHING | some servers could not stop caching | Shut down the VMs that use the cache.
HOSTS_FAILED_TO_ENABLE_CACHING | some servers could not begin caching | Check their local storage.
HOSTS_NOT_COMPATIBLE | their processors come from different vendors | Only servers of one vendor can share a pool.
HOSTS_NOT_HOMOGENEOUS | the servers differ: {0} | Bring both to the same version and updates.
HOST_BROKEN | the server's toolstack could not start | See the server's log, then restart its toolstack.
HOST_CANNOT_DESTROY_SELF | {0} cannot remove itself from the pool | Make another server the coordinator first.
HOST_CANNOT_READ_METRICS | the server's measurements cannot be read | Try again in a moment.
HOST_CANNOT_SEE_SR | the server does not see that storage | Repair the storage there.
HOST_CD_DRIVE_EMPTY | the server's CD drive is empty | Insert a disc.
HOST_DRIVER_NO_HARDWARE | no hardware here needs the driver {0} | Choose another driver.
HOST_EVACUATION_IS_REQUIRED | {0} still runs VMs | Move them away first.
HOST_HAS_NO_MANAGEMENT_IP | the server has no management address | Set one at its console.
HOST_HAS_RESIDENT_VMS | {0} still counts VMs as running there | Reset or move them first.
HOST_IN_EMERGENCY_MODE | the server has lost its coordinator | Bring the coordinator back, or name another one.
HOST_IN_USE | {0} is needed by {2} | Stop that first.
HOST_IS_LIVE | {0} is up | Shut it down first.
HOST_IS_SLAVE | this server is a member; its coordinator (master) is {0} | Connect to that address.
HOST_ITS_OWN_SLAVE | the server believes to be its own member | Repair the pool from another server.
HOST_MASTER_CANNOT_TALK_BACK | the coordinator (master) does not reach the server at {0}
    | Check routes and firewalls between them.
HOST_NAME_INVALID | this is no name for a server: {0} | Use letters, digits and hyphens.
HOST_NOT_DISABLED | the server is not in maintenance mode | Enter maintenance mode first.
HOST_OFFLINE | {0} does not answer | Check its power and its management network.
HOST_PENDING_MANDATORY_GUIDANCE_NOT_EMPTY | {0} has updates that are not complete
    | Do what its updates page asks for first.
HOST_POWER_ON_MODE_DISABLED | the server cannot be switched on from afar | Set a power-on mode in its properties.
HOST_STILL_BOOTING | the server's toolstack is still starting | Try again in a minute.
HOST_UNKNOWN_TO_MASTER | the coordinator does not know {0} | Let the server join the pool again.
HOST_XAPI_VERSION_HIGHER_THAN_COORDINATOR | the server's toolstack {0} is newer than its coordinator's
    | Update the coordinator first.
INCOMPATIBLE_CLUSTER_STACK_ACTIVE | the cluster software {0} is active | Stop it first.
INVALID_CLUSTER_STACK | there is no cluster software {0} | Choose another one.
INVALID_EDITION | there is no edition {0} | Choose another one.
JOINING_HOST_CANNOT_BE_MASTER_OF_OTHER_HOSTS | the server is the coordinator of a pool
    | Remove the other servers from that pool first.
JOINING_HOST_CANNOT_CONTAIN_SHARED_SRS | the server has shared storage of its own | Detach it first.
JOINING_HOST_CANNOT_HAVE_RUNNING_OR_SUSPENDED_VMS | the server has running or suspended VMs | Shut them down first.
JOINING_HOST_CANNOT_HAVE_RUNNING_VMS | the server has running VMs | Shut them down first.
JOINING_HOST_CANNOT_HAVE_VMS_WITH_CURRENT_OPERATIONS | something is being done to VMs of the server
    | Wait until it has ended.
JOINING_HOST_CONNECTION_FAILED | the servers cannot reach each other | Check the network between them.
JOINING_HOST_SERVICE_FAILED | a service of the server failed while joining | Restart its toolstack, then try again.
LICENCE_RESTRICTION | the licence does not include this: {0} | Use an edition that has it.
LICENSE_CANNOT_DOWNGRADE_WHILE_IN_POOL | a member's licence cannot be lowered | Change it for the whole pool.
LICENSE_CHECKOUT_ERROR | no licence was given out: {1} (code {0}) | Check the licence server.
LICENSE_DOES_NOT_SUPPORT_POOLING | the licence does not allow pools | Use an edition that does.
LICENSE_DOES_NOT_SUPPORT_XHA | the licence does not include high availability | Use an edition that does.
LICENSE_EXPIRED | the licence has expired | Renew it.
LICENSE_FILE_DEPRECATED | this kind of licence file is no longer used | Use a licence server.
LICENSE_HOST_POOL_MISMATCH | the server's licence differs from the pool's | Give both the same edition.
LICENSE_PROCESSING_ERROR | the licence could not be read | Get it again and retry.
NOT_ALLOWED_ON_OEM_EDITION | {0} is not for this edition
NOT_ALLOWED_WHEN_NTP_IS_ENABLED | {0} takes its time from the network | Switch that off before setting the clock.
NOT_IN_EMERGENCY_MODE | the server has its coordinator and needs no rescue
NOT_SUPPORTED_DURING_UPGRADE | this cannot be done while the pool is being upgraded
    | Finish the upgrade of every server first.
NO_CLUSTER_HOSTS_REACHABLE | no member of the cluster {0} answers | Check their network.
NO_COMPATIBLE_CLUSTER_HOST | {0} has no suitable cluster membership | Let it join the cluster first.
NVIDIA_SRIOV_MISCONFIGURED | the GPU {1} of {0} is not set up for sharing | Set up SR-IOV in its driver.
NVIDIA_TOOLS_ERROR | the GPU tools of {0} failed | See the server's log.
ONLY_ALLOWED_ON_OEM_EDITION | {0} is for another edition only
POOL_JOINING_EXTERNAL_AUTH_MISMATCH | server and pool use different directories for their users
    | Set up the same one on both.
POOL_JOINING_HOST_CA_CERTIFICATES_CONFLICT | server and pool trust different certificates under the same name
    | Remove one of them.
POOL_JOINING_HOST_HAS_BONDS | the server has bonded NICs | Remove the bonds first.
POOL_JOINING_HOST_HAS_NETWORK_SRIOVS | the server has SR-IOV networks | Remove them first.
POOL_JOINING_HOST_HAS_NON_MANAGEMENT_VLANS | the server has VLANs beside its management one | Remove them first.
POOL_JOINING_HOST_HAS_TUNNELS | the server has tunnels | Remove them first.
POOL_JOINING_HOST_MANAGEMENT_VLAN_DOES_NOT_MATCH | the server is managed on {0:vlan}, the pool on {1:vlan}
    | Use the same VLAN on both.
POOL_JOINING_HOST_MUST_HAVE_ONLY_ONE_IP_ON_CLUSTERING_NETWORK | the server has several addresses on the cluster network
    | Leave only one.
POOL_JOINING_HOST_MUST_HAVE_PHYSICAL_MANAGEMENT_NIC | the server does not manage through a plain NIC
    | Move its management to one.
POOL_JOINING_HOST_MUST_HAVE_SAME_API_VERSION | the server speaks API {0}, the pool {1} | Bring both to the same version.
POOL_JOINING_HOST_MUST_HAVE_SAME_DB_SCHEMA | the server's database has version {0}, the pool's {1}
    | Bring both to the same version.
POOL_JOINING_HOST_MUST_HAVE_SAME_PRODUCT_VERSION | server and pool run different versions
    | Bring both to the same version.
POOL_JOINING_HOST_MUST_ONLY_HAVE_PHYSICAL_PIFS | the server has bonds or VLANs | Remove them first.
POOL_JOINING_HOST_TLS_VERIFICATION_MISMATCH | only one of server and pool verifies certificates | Set both alike.
POOL_JOINING_HOST_TRUSTED_CERTIFICATES_CONFLICT | server ({1}) and pool ({0}) trust different certificates
    | Remove one of them.
POOL_JOINING_MASTER_CERTIFICATE_NOT_IN_POOL_BUNDLE | the coordinator's certificate is missing from the pool's bundle
    | Renew the pool's certificates.
POOL_JOINING_POOL_BUNDLE_EMPTY_AFTER_IMPORT | the pool's certificates did not arrive ({0})
    | Renew the pool's certificates.
POOL_JOINING_POOL_CANNOT_ENABLE_CLUSTERING_ON_VLAN_NETWORK | the pool's cluster cannot use VLAN {0}
    | Use a plain network for it.
POOL_JOINING_SM_FEATURES_INCOMPATIBLE | server ({1}) and pool ({0}) have different storage drivers
    | Bring both to the same version.
POOL_SECRET_ROTATION_PENDING | the pool's secret is being changed | Wait until it has ended.
REDO_LOG_IS_ENABLED | the pool's redo log is in use | Switch it off first.
CANNOT_ENABLE_REDO_LOG | the redo log cannot be switched on: {0} | Check its storage.
NO_MORE_REDO_LOGS_ALLOWED | the pool has as many redo logs as it may | Switch one off first.
RESTORE_INCOMPATIBLE_VERSION | the backup is of another version | Install that version first.
RESTORE_SCRIPT_FAILED | the restore failed: {0} | See the server's log.
RESTORE_TARGET_MGMT_IF_NOT_IN_BACKUP | the backup does not know the server's management interface
    | Restore on the same hardware.
RESTORE_TARGET_MISSING_DEVICE | the server lacks the device {0} of the backup | Restore on the same hardware.
SLAVE_REQUIRES_MANAGEMENT_INTERFACE | a pool member cannot be without a management interface
    | Choose another interface for it first.
SYSTEM_STATUS_MUST_USE_TAR_ON_OEM | this edition gives status reports as a tar archive only | Choose that format.
SYSTEM_STATUS_RETRIEVAL_FAILED | the status report could not be made: {0} | See whether the server's disk is full.
V6D_FAILURE | the licence service failed | Restart the server's toolstack.
WLB_AUTHENTICATION_FAILED | the workload balancing server did not accept the login | Check its user name and password.
WLB_CONNECTION_REFUSED | the workload balancing server refused the connection | Check that it runs.
WLB_CONNECTION_RESET | the workload balancing server broke off | Try again.
WLB_DISABLED | workload balancing is switched off | Enable it first.
WLB_INTERNAL_ERROR | the workload balancing server failed | See its log.
WLB_MALFORMED_REQUEST | the workload balancing server did not understand | Bring both to matching versions.
WLB_MALFORMED_RESPONSE | the workload balancing server gave no sound answer to {0}: {1}
    | Bring both to matching versions.
WLB_NOT_INITIALIZED | the pool has no workload balancing server | Connect one first.
WLB_TIMEOUT | the workload balancing server did not answer within {0} s | Check its load and the network.
WLB_UNKNOWN_HOST | the workload balancing server was not found | Check its name.
WLB_URL_INVALID | {0} is no address of a workload balancing server | Correct it.
WLB_XENSERVER_AUTHENTICATION_FAILED | the workload balancing server could not log in to the pool
    | Give it valid credentials.
WLB_XENSERVER_CONNECTION_REFUSED | the pool refused the workload balancing server | Check the network between them.
WLB_XENSERVER_MALFORMED_RESPONSE | the workload balancing server did not understand the pool
    | Bring both to matching versions.
WLB_XENSERVER_TIMEOUT | the pool did not answer the workload balancing server in time | Check the network between them.
WLB_XENSERVER_UNKNOWN_HOST | the workload balancing server does not find the pool | Check names and addresses.
XAPI_HOOK_FAILED | the server's own script {0} failed ({1}, code {3}): {2} | Mend the script on the server.
""")
