"""Networks, NICs, bonds, VLANs, GPUs, USB and the other devices."""

from __future__ import annotations

from lifeguard.rules.sentences.sentence import table

NETWORKS = table("""
ADDRESS_VIOLATES_LOCKING_CONSTRAINT | the address {0} is not among those allowed on the interface | Allow it first.
BRIDGE_NAME_EXISTS | the bridge {0} is there already | Choose another name.
BRIDGE_NOT_AVAILABLE | the bridge {0} is not available | Check the server's network set-up.
CANNOT_ADD_TUNNEL_TO_BOND_SLAVE | {0} is part of a bond | Use the bond instead.
CANNOT_ADD_TUNNEL_TO_SRIOV_LOGICAL | {0} is an SR-IOV interface | Use a plain NIC.
CANNOT_ADD_TUNNEL_TO_VLAN_ON_SRIOV_LOGICAL | {0} is a VLAN on an SR-IOV interface | Use a plain NIC.
CANNOT_ADD_VLAN_TO_BOND_SLAVE | {0} is part of a bond | Use the bond instead.
CANNOT_CHANGE_PIF_PROPERTIES | {0} takes its properties from elsewhere | Change the bond or network it belongs to.
CANNOT_DESTROY_SYSTEM_NETWORK | {0} is needed by the system | It cannot be removed.
CANNOT_FORGET_SRIOV_LOGICAL | {0} is an SR-IOV interface | Disable SR-IOV instead.
CANNOT_PLUG_BOND_SLAVE | {0} is part of a bond | Connect the bond instead.
CANNOT_PLUG_VIF | {0} cannot be connected while the VM runs | Shut the VM down first.
COULD_NOT_FIND_NETWORK_INTERFACE_WITH_SPECIFIED_DEVICE_NAME_AND_MAC_ADDRESS | no NIC has that name and MAC address
    | Rescan the NICs.
COULD_NOT_UPDATE_IGMP_SNOOPING_EVERYWHERE | multicast filtering was not set on every server
    | Check that each server answers, then try again.
DUPLICATE_PIF_DEVICE_NAME | two NICs are called {0} | Rename one of them.
FEATURE_REQUIRES_HVM | this needs hardware virtualisation: {0} | Switch it on in the server's firmware.
GPU_GROUP_CONTAINS_NO_PGPUS | the GPU group {0} is empty | Choose another group.
GPU_GROUP_CONTAINS_PGPU | the GPU group still has GPUs: {0} | Move them first.
GPU_GROUP_CONTAINS_VGPU | the GPU group is in use: {0} | Detach those virtual GPUs first.
INCOMPATIBLE_PIF_PROPERTIES | the NICs have different properties | Bond only NICs that are alike.
INTERFACE_HAS_NO_IP | the interface {0} has no address | Give it one.
INVALID_CIDR_ADDRESS_SPECIFIED | {0} is no address range | Write it like 192.0.2.0/24.
INVALID_IP_ADDRESS_SPECIFIED | {0} is no address | Correct it.
INVALID_NTP_CONFIG | the time set-up is not valid: {0} | Correct it.
IS_TUNNEL_ACCESS_PIF | {0} is the end of a tunnel | Remove the tunnel first.
MAC_DOES_NOT_EXIST | no NIC has the MAC address {0} | Rescan the NICs.
MAC_INVALID | {0} is no MAC address | Write it like 02:00:00:00:00:01.
MAC_STILL_EXISTS | the NIC with MAC address {0} is still there | Remove the NIC first.
NETWORK_ALREADY_CONNECTED | {0} is connected there already, through {1}
NETWORK_CONTAINS_PIF | NICs are connected to the network: {all} | Disconnect them first.
NETWORK_CONTAINS_VIF | VMs are connected to the network: {all} | Disconnect them first.
NETWORK_HAS_INCOMPATIBLE_SRIOV_PIFS | {0} does not fit the SR-IOV network {1} | Use NICs of the same kind.
NETWORK_HAS_INCOMPATIBLE_VLAN_ON_SRIOV_PIFS | {0} does not fit the SR-IOV network {1} | Use NICs of the same kind.
NETWORK_INCOMPATIBLE_PURPOSES | a network cannot serve both {0} and {1} | Use two networks.
NETWORK_INCOMPATIBLE_WITH_BOND | {0} cannot carry a bond | Use another network.
NETWORK_INCOMPATIBLE_WITH_SRIOV | {0} cannot carry SR-IOV | Use another network.
NETWORK_INCOMPATIBLE_WITH_TRUNKS | {0} cannot carry trunks | Use another network.
NETWORK_INCOMPATIBLE_WITH_TUNNEL | {0} cannot carry a tunnel | Use another network.
NETWORK_INCOMPATIBLE_WITH_VLAN_ON_BRIDGE | {0} cannot carry a VLAN on a bridge | Use another network.
NETWORK_INCOMPATIBLE_WITH_VLAN_ON_SRIOV | {0} cannot carry a VLAN on SR-IOV | Use another network.
NETWORK_SRIOV_ALREADY_ENABLED | {0} has SR-IOV already
NETWORK_SRIOV_DISABLE_FAILED | SR-IOV could not be switched off on {0}: {1} | Reboot the server.
NETWORK_SRIOV_ENABLE_FAILED | SR-IOV could not be switched on on {0}: {1} | Check the NIC and the server's firmware.
NETWORK_SRIOV_INSUFFICIENT_CAPACITY | {0} has no SR-IOV function left there | Take another server.
NETWORK_UNMANAGED | {0} is not managed by the pool | Change it on the server.
OPENVSWITCH_NOT_ACTIVE | the server does not use the virtual switch this needs | Change its network back end.
PGPU_INSUFFICIENT_CAPACITY_FOR_VGPU | {0} has no room for a virtual GPU of type {1} | Take another GPU or type.
PGPU_IN_USE_BY_VM | the GPU is in use by {0} | Shut them down first.
PGPU_NOT_COMPATIBLE_WITH_GPU_GROUP | a GPU of type {0} does not fit a group of {1} | Choose another group.
PIF_ALLOWS_UNPLUG | {0} may be disconnected, which this does not want | Forbid it first.
PIF_ALREADY_BONDED | {0} is part of a bond already | Choose another NIC.
PIF_BOND_MORE_THAN_ONE_IP | several of the NICs have addresses | Leave an address on one only.
PIF_BOND_NEEDS_MORE_MEMBERS | a bond needs at least two NICs | Add another.
PIF_CANNOT_BOND_CROSS_HOST | the NICs are in different servers | Bond NICs of one server.
PIF_CONFIGURATION_ERROR | {0} could not be set up: {1} | Correct its settings.
PIF_DEVICE_NOT_FOUND | the NIC is not there | Rescan the NICs.
PIF_DOES_NOT_ALLOW_UNPLUG | {0} must not be disconnected | Move what uses it first.
PIF_HAS_FCOE_SR_IN_USE | {0} carries the storage {1} | Detach the storage first.
PIF_HAS_NO_NETWORK_CONFIGURATION | {0} has no address | Give it one.
PIF_HAS_NO_V6_NETWORK_CONFIGURATION | {0} has no IPv6 address | Give it one.
PIF_INCOMPATIBLE_PRIMARY_ADDRESS_TYPE | {0} uses the other kind of address | Use the same kind everywhere.
PIF_IS_MANAGEMENT_INTERFACE | {0} is the management interface | Move management to another interface first.
PIF_IS_NOT_PHYSICAL | {0} is no physical NIC | Choose a physical one.
PIF_IS_NOT_SRIOV_CAPABLE | {0} cannot do SR-IOV | Choose another NIC.
PIF_IS_PHYSICAL | {0} is a physical NIC | Choose a virtual one.
PIF_IS_SRIOV_LOGICAL | {0} is an SR-IOV interface | Choose a plain NIC.
PIF_IS_VLAN | {0} is a VLAN | Choose a plain NIC.
PIF_NOT_ATTACHED_TO_HOST | {0} is not in {1} | Choose a NIC of that server.
PIF_NOT_PRESENT | {0} has no NIC on {1} | Connect the network there.
PIF_SRIOV_STILL_EXISTS | {0} still carries SR-IOV | Disable it first.
PIF_TUNNEL_STILL_EXISTS | {0} still carries a tunnel | Remove it first.
PIF_UNMANAGED | {0} is not managed by the pool | Change it on the server.
PIF_VLAN_EXISTS | {0} has that VLAN already | Choose another number.
PIF_VLAN_STILL_EXISTS | {0} still carries a VLAN | Remove it first.
PVS_CACHE_STORAGE_ALREADY_PRESENT | {1} has a cache for {0} already
PVS_CACHE_STORAGE_IS_IN_USE | the cache {0} is in use | Stop the VMs that use it.
PVS_PROXY_ALREADY_PRESENT | read caching is on already: {0}
PVS_PROXY_PRESENT_ON_HIGHER_VIF_DEVICE | read caching is on for a later interface ({0}) | Remove it there first.
PVS_SERVER_ADDRESS_IN_USE | the address {0} belongs to another provisioning server | Choose another one.
PVS_SITE_CONTAINS_RUNNING_PROXIES | VMs use this provisioning site: {0} | Shut them down first.
PVS_SITE_CONTAINS_SERVERS | the site still has servers: {0} | Remove them first.
PVS_VIF_MUST_BE_FIRST_DEVICE | read caching works on the first network interface only | Use that one.
REQUIRED_PIF_IS_UNPLUGGED | {0} is needed and not connected | Connect it.
TOO_MANY_GROUPS | the object is in too many groups | Leave only one.
TRANSPORT_PIF_NOT_CONFIGURED | {0}, which carries the tunnel, has no address | Give it one.
USB_ALREADY_ATTACHED | {0} is attached to {1} already | Detach it there first.
USB_GROUP_CONFLICT | another VM has a device of the USB group {0} | Detach it there first.
USB_GROUP_CONTAINS_NO_PUSBS | the USB group {0} is empty | Choose another one.
USB_GROUP_CONTAINS_PUSB | the USB group still has devices: {0} | Remove them first.
USB_GROUP_CONTAINS_VUSB | the USB group is in use: {0} | Detach those devices first.
VGPU_TYPE_NOT_COMPATIBLE | the type {0} does not go with the VM's other virtual GPUs | Choose another type.
VGPU_TYPE_NOT_COMPATIBLE_WITH_RUNNING_TYPE | {0} runs virtual GPUs of type {2}, not of {1} | Take another GPU.
VGPU_TYPE_NOT_ENABLED | the type {0} is not enabled, only {1} | Enable it first.
VGPU_TYPE_NOT_SUPPORTED | the GPU does not offer the type {0}, only {1} | Choose another type.
VGPU_TYPE_NO_LONGER_SUPPORTED | the type {0} is no longer offered | Choose another type.
VIF_IN_USE | {1} uses {0} | Disconnect it first.
VIF_NOT_IN_MAP | no network was chosen for {0} | Choose one.
VLAN_IN_USE | VLAN {1} is in use on {0} | Choose another number.
VLAN_TAG_INVALID | {0} is no VLAN number | Choose one from 0 to 4094.
""")
