"""What a company runs: each service with its VMs' size, system, place in the folders and on the networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Store = Literal["gold", "silver", "nfs", "archive", "local"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One kind of VM. `weight` is its share among all VMs; `disks_gib` the sizes of its disks, the first with the
    system; `order` its place when its appliance starts; `busy` how hard its VMs work, 0 to 1."""

    name: str
    system: str
    description: str
    folder: str
    network: str
    weight: int = 1
    vcpus: int = 2
    memory_gib: int = 4
    disks_gib: tuple[int, ...] = (20,)
    store: Store = "gold"
    tags: tuple[str, ...] = ()
    owner: str = "Platform"
    appliance: str = ""
    order: int = 0
    priority: str = ""


_WEB, _DATA, _OFFICE = "/Production/Shop", "/Production/Data", "/Production/Office"

SERVICES: tuple[Service, ...] = (
    Service(name="shop-web", system="debian12", description="Shop front end behind the load balancers", folder=_WEB,
            network="DMZ", weight=12, memory_gib=4, tags=("production", "web"), owner="Shop", appliance="Shop",
            order=2, priority="restart"),
    Service(name="shop-app", system="rocky9", description="Order and basket services", folder=_WEB,
            network="Servers", weight=8, vcpus=4, memory_gib=8, tags=("production", "java"), owner="Shop",
            appliance="Shop", order=1, priority="restart"),
    Service(name="shop-db", system="rocky9", description="PostgreSQL of the shop: primary and standbys", folder=_WEB,
            network="Servers", weight=3, vcpus=8, memory_gib=32, disks_gib=(20, 400), tags=("production", "database"),
            owner="Shop", appliance="Shop", order=0, priority="restart"),
    Service(name="lb", system="debian12", description="HAProxy load balancer", folder=_WEB, network="DMZ", weight=3,
            memory_gib=2, disks_gib=(10,), tags=("production", "network"), priority="restart"),
    Service(name="erp-app", system="win2022", description="ERP application server", folder="/Production/ERP",
            network="Servers", weight=5, vcpus=4, memory_gib=16, disks_gib=(80, 60), store="silver",
            tags=("production", "erp"), owner="Finance", appliance="ERP", order=1, priority="restart"),
    Service(name="erp-sql", system="win2019", description="SQL Server of the ERP", folder="/Production/ERP",
            network="Servers", weight=2, vcpus=8, memory_gib=48, disks_gib=(80, 500, 200), store="gold",
            tags=("production", "erp", "database"), owner="Finance", appliance="ERP", order=0, priority="restart"),
    Service(name="dc", system="win2022", description="Active Directory domain controller", folder=_OFFICE,
            network="Servers", weight=3, memory_gib=4, disks_gib=(60,), store="silver",
            tags=("production", "identity"), owner="IT services", priority="restart"),
    Service(name="file", system="win2019", description="File shares of the departments", folder=_OFFICE,
            network="Servers", weight=2, memory_gib=8, disks_gib=(60, 2000), store="silver", tags=("production",),
            owner="IT services", priority="best-effort"),
    Service(name="mail", system="win2019", description="Exchange mailbox server", folder=_OFFICE, network="Servers",
            weight=3, vcpus=6, memory_gib=32, disks_gib=(80, 800), store="silver", tags=("production",),
            owner="IT services", priority="restart"),
    Service(name="print", system="win2016", description="Print server, to be replaced this year", folder=_OFFICE,
            network="Servers", memory_gib=4, disks_gib=(50,), store="silver", tags=("legacy",), owner="IT services"),
    Service(name="desktop", system="win11", description="Pooled desktop for the call centre", folder="/Desktops",
            network="Desktops", weight=22, memory_gib=4, disks_gib=(50,), store="nfs", tags=("desktop",),
            owner="IT services"),
    Service(name="desktop-old", system="win10", description="Desktop waiting for its upgrade", folder="/Desktops",
            network="Desktops", weight=8, memory_gib=3, disks_gib=(40,), store="nfs", tags=("desktop", "legacy"),
            owner="IT services"),
    Service(name="k8s-node", system="ubuntu24", description="Kubernetes worker", folder="/Production/Kubernetes",
            network="Servers", weight=12, vcpus=8, memory_gib=16, disks_gib=(60,), tags=("production", "kubernetes"),
            priority="best-effort"),
    Service(name="k8s-master", system="ubuntu24", description="Kubernetes control plane with etcd on local flash",
            folder="/Production/Kubernetes", network="Servers", weight=3, vcpus=4, memory_gib=8, disks_gib=(40,),
            store="local", tags=("production", "kubernetes")),
    Service(name="kafka", system="rocky9", description="Kafka broker", folder=_DATA, network="Servers", weight=3,
            vcpus=4, memory_gib=16, disks_gib=(20, 300), tags=("production", "streaming"), owner="Data"),
    Service(name="elastic", system="debian12", description="Log search", folder=_DATA, network="Servers", weight=5,
            vcpus=4, memory_gib=16, disks_gib=(20, 250), store="silver", tags=("production", "logging"), owner="Data"),
    Service(name="warehouse", system="suse15", description="Data warehouse, loads every night", folder=_DATA,
            network="Servers", weight=1, vcpus=16, memory_gib=96, disks_gib=(40, 1500), tags=("production", "database"),
            owner="Data", priority="restart"),
    Service(name="redis", system="debian12", description="Session cache", folder=_DATA, network="Servers", weight=3,
            memory_gib=8, disks_gib=(10,), tags=("production", "cache"), owner="Shop"),
    Service(name="proxy", system="debian12", description="Outbound web proxy", folder="/Infrastructure", network="DMZ",
            weight=2, memory_gib=2, disks_gib=(20,), tags=("production", "network"), priority="restart"),
    Service(name="dns", system="debian12", description="Resolver", folder="/Infrastructure", network="Servers",
            weight=3, vcpus=1, memory_gib=1, disks_gib=(8,), tags=("production", "network"), priority="restart"),
    Service(name="firewall", system="freebsd", description="Edge firewall of the test networks", weight=2,
            folder="/Infrastructure", network="DMZ", memory_gib=2, disks_gib=(10,), tags=("network",)),
    Service(name="monitor", system="debian12", description="Prometheus, Grafana, Alertmanager", weight=2,
            folder="/Infrastructure", network="Management VMs", vcpus=4, memory_gib=8, disks_gib=(20, 200),
            tags=("production", "monitoring")),
    Service(name="backup", system="debian12", description="Backup proxy with its repository", weight=3,
            folder="/Infrastructure", network="Backup", vcpus=4, memory_gib=8, disks_gib=(20, 1000), store="archive",
            tags=("backup",)),
    Service(name="git", system="debian12", description="Source code and reviews", folder="/Engineering",
            network="Servers", vcpus=4, memory_gib=16, disks_gib=(20, 200), tags=("production",), owner="Engineering",
            priority="restart"),
    Service(name="ci-runner", system="ubuntu22", description="Build agent, disposable", folder="/Engineering",
            network="Dev and test", weight=12, vcpus=4, memory_gib=8, disks_gib=(60,), store="nfs", tags=("ci",),
            owner="Engineering"),
    Service(name="wiki", system="alma8", description="Documentation and tickets", folder="/Engineering",
            network="Servers", memory_gib=6, disks_gib=(20, 80), store="silver", tags=("production",),
            owner="Engineering"),
    Service(name="test", system="debian11", description="Throw-away test machine", folder="/Engineering/Test",
            network="Dev and test", weight=14, memory_gib=2, disks_gib=(16,), store="nfs", tags=("test",),
            owner="Engineering"),
    Service(name="staging-web", system="debian12", description="Staging of the shop", folder="/Engineering/Staging",
            network="Dev and test", weight=5, memory_gib=4, store="nfs", tags=("staging", "web"), owner="Shop"),
    Service(name="staging-db", system="rocky9", description="Staging database, masked data",
            folder="/Engineering/Staging", network="Dev and test", weight=2, vcpus=4, memory_gib=16,
            disks_gib=(20, 200), store="nfs", tags=("staging", "database"), owner="Shop"),
    Service(name="archive", system="alma8", description="Records kept by law", folder="/Production/Archive",
            network="Servers", weight=2, memory_gib=4, disks_gib=(20, 600), store="archive", tags=("compliance",),
            owner="Finance"),
    Service(name="voice", system="debian11", description="Telephony gateway", folder=_OFFICE, network="Voice",
            weight=2, memory_gib=2, disks_gib=(16,), store="silver", tags=("production",), owner="IT services"),
    Service(name="cache", system="debian12", description="Package and image mirror", folder="/Engineering",
            network="Dev and test", weight=3, vcpus=1, memory_gib=1, disks_gib=(100,), store="nfs", tags=("ci",),
            owner="Engineering"),
)  # fmt: skip


def shares(total: int) -> list[tuple[Service, int]]:
    """How many VMs of each service among `total`: by weight, the rounding given to the weightiest."""
    weights = sum(service.weight for service in SERVICES)
    counts = [total * service.weight // weights for service in SERVICES]
    by_weight = sorted(range(len(SERVICES)), key=lambda at: (counts[at] > 0, -SERVICES[at].weight))
    missing = total - sum(counts)
    for turn in range(missing):
        counts[by_weight[turn % len(SERVICES)]] += 1
    return list(zip(SERVICES, counts, strict=True))
