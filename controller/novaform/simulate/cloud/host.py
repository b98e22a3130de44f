"""The KVM hosts of the simulated cloud: their guests as libvirt tells of them, with Nova's block, or without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from novaform import core

if TYPE_CHECKING:
    from .cloud import Cloud

STATES = {
    "active": "running",
    "rescued": "running",
    "resized": "running",
    "error": "running",
    "paused": "paused",
    "stopped": "shut off",
    "suspended": "shut off",
}
"""How the guest of a server in this vm_state is; in any other state it has none."""
OFF = 4
BLOCK = """<metadata><nova:instance xmlns:nova="http://openstack.org/xmlns/libvirt/nova/1.1">
<nova:package version="31.0.0"/><nova:name>{name}</nova:name><nova:creationTime>2026-01-01 00:00:00</nova:creationTime>
<nova:flavor name={flavor}><nova:memory>{memory}</nova:memory><nova:disk>{disk}</nova:disk><nova:swap>0</nova:swap>
<nova:ephemeral>0</nova:ephemeral><nova:vcpus>{vcpus}</nova:vcpus></nova:flavor>
<nova:owner><nova:user uuid="u">me</nova:user><nova:project uuid="p">p</nova:project></nova:owner>
<nova:root type="image" uuid={image}/><nova:ports>{ports}</nova:ports></nova:instance></metadata>"""
DOMAIN = """<domain type='kvm'><name>{domain}</name><uuid>{uuid}</uuid>{block}
<memory unit='MiB'>{memory}</memory><vcpu>{vcpus}</vcpu><devices>
<disk type='file' device='disk'><source file='/var/lib/nova/instances/{uuid}/disk'/>
<target dev='vda' bus='virtio'/></disk>{disks}{interfaces}</devices></domain>"""
DISK = """<disk type='block' device='disk'><serial>{serial}</serial></disk>"""
LEG = """<interface type='bridge'><virtualport type='openvswitch'><parameters interfaceid={port}/></virtualport>
<target dev={tap}/></interface>"""


class Guest(NamedTuple):
    """One guest: its definition, its state as virsh names it, and where it is."""

    host: str
    xml: str
    state: str


class SimulatedHosts:
    """What libvirt says on every host.

    ``lost`` are servers whose guest was undefined behind Nova, ``states`` guests that somebody switched, ``sizes`` the
    processors and MiB of those that somebody changed, ``moved`` those that are on another host than Nova says,
    ``doubled`` those that run on a second host as well, ``strangers`` guests beside those of Nova's servers, ``silent``
    hosts that do not answer.
    """

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.lost: set[str] = set()
        self.states: dict[str, str] = {}
        self.moved: dict[str, str] = {}
        self.doubled: dict[str, str] = {}
        self.sizes: dict[str, tuple[int, int]] = {}
        self.strangers: dict[str, Guest] = {}
        self.silent: set[str] = set()

    def define(self, host: str, name: str) -> str:
        """Define a guest that is none of Nova's, as ``virsh define`` does, and return its uuid."""
        uuid = self.cloud.id(name)
        text = DOMAIN.format(domain=escape(name), uuid=uuid, block="", memory=256, vcpus=1, disks="", interfaces="")
        self.strangers[uuid] = Guest(host, text, "running")
        return uuid

    def orphan(self, server: dict[str, Any]) -> None:
        """Keep the guest of a server although Nova forgets it now."""
        self.strangers[server["id"]] = Guest(server["host"], self.definition_of(server), "running")
        del self.cloud.nova.servers[server["id"]]
        self.cloud.neutron.unplug(server["id"])

    def renew(self, ident: str) -> None:
        """Let Nova define a server's guest anew: what somebody did to it on its host is gone."""
        self.lost.discard(ident)
        self.states.pop(ident, None)
        self.sizes.pop(ident, None)

    def guests(self) -> dict[str, list[dict[str, Any]]]:
        """Return for each host that answers what ``kvm_domains_info`` returns as ``domains``."""
        self.cloud.nova.ripen()
        found: dict[str, list[dict[str, Any]]] = {host: [] for host in self.cloud.nova.hosts if host not in self.silent}
        for guest in [*self.of_servers(), *self.strangers.values()]:
            if guest.host in found:
                found[guest.host].append(to_module_row(guest))
        return {host: sorted(guests, key=lambda one: str(one["name"])) for host, guests in found.items()}

    def of_servers(self) -> list[Guest]:
        """Return the guests of Nova's servers."""
        guests = []
        for ident, server in self.cloud.nova.servers.items():
            state = STATES.get(server["vm_state"])
            if state is None or not server["launched"] or ident in self.lost or server["host"] is None:
                continue
            state = "shut off" if server["power"] == OFF else self.states.get(ident, state)
            defined = self.definition_of(server)
            guests.append(Guest(self.moved.get(ident, server["host"]), defined, state))
            if ident in self.doubled:
                guests.append(Guest(self.doubled[ident], defined, state))
        return guests

    def definition_of(self, server: dict[str, Any]) -> str:
        """Return the definition of a server's guest."""
        flavor = server["flavor"]
        vcpus, memory = self.sizes.get(server["id"], (flavor["vcpus"], flavor["ram"]))
        ports = [one for one in self.cloud.neutron.store["ports"].values() if one.get("device_id") == server["id"]]
        block = BLOCK.format(
            name=escape(server["name"]),
            flavor=quoteattr(flavor["name"]),
            memory=flavor["ram"],
            disk=flavor["disk"],
            vcpus=flavor["vcpus"],
            image=quoteattr(server["image"]),
            ports="".join(f"<nova:port uuid={quoteattr(port['id'])}/>" for port in ports),
        )
        disks = "".join(DISK.format(serial=one["id"]) for one in self.cloud.cinder.of(server["id"]))
        legs = "".join(LEG.format(port=quoteattr(one["id"]), tap=quoteattr("tap" + one["id"][-11:])) for one in ports)
        domain = f"instance-{int(server['id'][-8:], 16):08x}"
        sizes = {"memory": memory, "vcpus": vcpus}
        return DOMAIN.format(domain=domain, uuid=server["id"], block=block, **sizes, disks=disks, interfaces=legs)


def to_module_row(guest: Guest) -> dict[str, Any]:
    """Return one guest as the module tells of it."""
    definition = core.domain.to_definition(guest.xml)
    active = guest.state != "shut off"
    shared = {name: definition[name] for name in ("uuid", "name", "vcpus", "memory_kib", "nova")}
    return {
        **shared,
        "state": guest.state,
        "reason": "booted" if active else "destroyed",
        "active": active,
        "persistent": True,
        "live": definition if active else None,
        "persistent_definition": definition,
    }
