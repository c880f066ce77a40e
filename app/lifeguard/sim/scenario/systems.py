"""The operating systems that run on a site's VMs, as templates and guest tools name them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """`distro` and `uname` are what the tools inside report; a Windows has no `uname`."""

    template: str
    name: str
    distro: str
    major: str
    minor: str = ""
    uname: str = ""
    is_uefi: bool = False
    needs_tpm: bool = False

    @property
    def is_windows(self) -> bool:
        return self.distro == "windows"


SYSTEMS: dict[str, System] = {
    "debian11": System(template="Debian Bullseye 11", name="Debian GNU/Linux 11 (bullseye)", distro="debian",
                       major="11", minor="9", uname="5.10.0-28-amd64"),
    "debian12": System(template="Debian Bookworm 12", name="Debian GNU/Linux 12 (bookworm)", distro="debian",
                       major="12", minor="8", uname="6.1.0-28-amd64"),
    "ubuntu22": System(template="Ubuntu Jammy Jellyfish 22.04", name="Ubuntu 22.04.5 LTS", distro="ubuntu",
                       major="22", minor="04", uname="5.15.0-126-generic"),
    "ubuntu24": System(template="Ubuntu Noble Numbat 24.04", name="Ubuntu 24.04.1 LTS", distro="ubuntu",
                       major="24", minor="04", uname="6.8.0-49-generic", is_uefi=True),
    "rocky9": System(template="Rocky Linux 9", name="Rocky Linux 9.5 (Blue Onyx)", distro="rocky",
                     major="9", minor="5", uname="5.14.0-503.15.1.el9_5.x86_64", is_uefi=True),
    "alma8": System(template="AlmaLinux 8", name="AlmaLinux 8.10 (Cerulean Leopard)", distro="almalinux",
                    major="8", minor="10", uname="4.18.0-553.el8_10.x86_64"),
    "suse15": System(template="SUSE Linux Enterprise 15 (64-bit)", name="SUSE Linux Enterprise Server 15 SP6",
                     distro="sles", major="15", minor="6", uname="6.4.0-150600.23-default"),
    "freebsd": System(template="Other install media", name="FreeBSD 14.1-RELEASE", distro="freebsd",
                      major="14", minor="1", uname="14.1-RELEASE-p6"),
    "win2016": System(template="Windows Server 2016 (64-bit)", name="Microsoft Windows Server 2016 Standard",
                      distro="windows", major="10", minor="0"),
    "win2019": System(template="Windows Server 2019 (64-bit)", name="Microsoft Windows Server 2019 Standard",
                      distro="windows", major="10", minor="0"),
    "win2022": System(template="Windows Server 2022 (64-bit)", name="Microsoft Windows Server 2022 Standard",
                      distro="windows", major="10", minor="0", is_uefi=True),
    "win10": System(template="Windows 10 (64-bit)", name="Microsoft Windows 10 Enterprise",
                    distro="windows", major="10", minor="0"),
    "win11": System(template="Windows 11 (64-bit)", name="Microsoft Windows 11 Enterprise",
                    distro="windows", major="10", minor="0", is_uefi=True, needs_tpm=True),
}  # fmt: skip
