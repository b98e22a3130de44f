"""The table of instances.yml: every section and field, with its type, default and meaning."""

from __future__ import annotations

from novaform import core
from novaform.declare.form import demand
from novaform.declare.form.address import Address, Cidr, IcmpType, Ports, PublicKey
from novaform.declare.form.field import List, Map
from novaform.declare.form.record import Either, Field, Record, Several
from novaform.declare.form.scalar import (
    Boolean,
    Choice,
    CloudName,
    Duration,
    Integer,
    Name,
    Pattern,
    Size,
    Text,
    Variable,
    Zone,
)

PAIR_NAME = Pattern("a name of letters, digits, spaces and _ - : .", r"[A-Za-z0-9_:. -]{1,255}")
METADATA_NAME = Pattern(
    "a name of letters, digits, spaces and _ - : . (novaform... is for our marks)",
    r"(?!novaform)[A-Za-z0-9_:. -]{1,255}",
)
METADATA_VALUE = Text("a text").keeping()
METADATA = Map(METADATA_NAME, METADATA_VALUE, most=120)
PAIRS = Map(PAIR_NAME, Text("a text"), most=120)
"""Nova takes 128; the others are for our own marks."""
TAG = Pattern("a tag without /, comma and space (novaform... is for our marks)", r"(?!novaform)[^/,\s]{1,60}")
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
USER_DATA_BYTES = 49149
"""Nova takes 65535 characters of base64."""
USER_TEXT = Text("a text", USER_DATA_BYTES, lines=True, secret=True).keeping()
SPREADS = {"host": "anti-affinity", "prefer-host": "soft-anti-affinity"}
COUNT = 10_000

HEALTH = Record(
    "When a server counts as up: one of tcp, http, console.",
    {
        "tcp": Field(Integer(1, 65535), "A port that takes connections."),
        "http": Field(Pattern("a path such as /healthz", "/[!-~]*"), "A path that answers with less than 400."),
        "port": Field(Integer(1, 65535), "The port for http.", default=80),
        "console": Field(Text("a text", 200), "A text that its console shows."),
        "within": Field(Duration(), "How long that may take.", default="120s"),
    },
    demand.HEALTH,
)

FLAVOR = Record(
    "A flavor: the sizes of a server.",
    {
        "vcpus": Field(Integer(1, 1024), "Virtual processors.", required=True, aka=("cpus", "cpu", "vcpu")),
        "ram": Field(Size("MiB"), "Memory.", required=True, aka=("memory", "ram_mb", "mem")),
        "disk": Field(Size("GiB"), "Root disk; 0GiB takes the image's size.", required=True, aka=("disk_gb", "root")),
        "ephemeral": Field(Size("GiB"), "A second, empty disk.", default="0GiB"),
        "swap": Field(Size("MiB"), "A swap disk.", default="0MiB"),
        "public": Field(Boolean(), "Whether every project may use it.", default=True),
        "extra_specs": Field(PAIRS, "Nova's extra specs, such as hw:cpu_policy."),
    },
)
KEY = Record(
    "An SSH key pair, by its public half.",
    {
        "public_key": Field(PublicKey(), "The public key, one line.", aka=("key",)),
        "public_key_file": Field(Text("a path", 4096), "A .pub file, relative to this one.", aka=("file", "path")),
    },
    demand.KEY,
)
PROVIDER = Record(
    "Where a network is on the wire; for administrators.",
    {
        "type": Field(Choice("flat", "vlan", "vxlan", "geneve", "gre", "local"), "The kind.", required=True),
        "physical_network": Field(Name(64), "The name in the agents' bridge mappings."),
        "segment": Field(Integer(1, 16_777_215), "VLAN id or VNI."),
    },
)
NETWORK = Record(
    "A network with one subnet.",
    {
        "cidr": Field(Cidr(), "The subnet.", required=True, aka=("subnet",)),
        "router": Field(CloudName(), "The router that its gateway address is on, declared or in the cloud."),
        "gateway": Field(Address(), "The gateway address; the first address of the subnet."),
        "external": Field(Boolean(), "Whether floating addresses come from it.", default=False),
        "shared": Field(Boolean(), "Whether every project may use it.", default=False),
        "dhcp": Field(Boolean(), "Whether Neutron serves DHCP.", default=True),
        "dns": Field(List(Address(), 8), "Name servers told to the guests.", aka=("dns_nameservers",)),
        "pool": Field(List(Address(), 2), "The addresses to hand out: [first, last].", aka=("allocation_pool",)),
        "mtu": Field(Integer(68, 9216), "Largest packet."),
        "port_security": Field(Boolean(), "Whether security groups and anti-spoofing hold.", default=True),
        "provider": Field(PROVIDER, "Where it is on the wire; for administrators."),
    },
)
ROUTER = Record("A router.", {"external": Field(CloudName(), "The external network its gateway is on.")})
RULE = Record(
    "One thing that may pass. Exactly one of tcp, udp, icmp, any.",
    {
        "tcp": Field(Ports(), "Ports: 80, 8000-8100 or all."),
        "udp": Field(Ports(), "Ports: 53, 8000-8100 or all."),
        "icmp": Field(IcmpType(), "all, or one type."),
        "any": Field(Choice("all"), "Every protocol."),
        "from": Field(Cidr(), "Addresses that it may come from.", default="0.0.0.0/0"),
        "from_group": Field(CloudName(), "A security group whose members it may come from."),
        "to": Field(Cidr(), "Addresses that it may go to: makes it a rule for leaving."),
    },
    demand.RULE,
)
IMAGE = Record(
    "An image to upload.",
    {
        "file": Field(Text("a path", 4096), "The image, relative to this file.", aka=("path", "source")),
        "builtin": Field(Choice("tiny"), "tiny: the guest that Novaform makes itself, on demand.", aka=("guest",)),
        "format": Field(
            Choice("qcow2", "raw", "vmdk", "vdi", "iso"),
            "Its format, if the cloud takes it.",
            default="qcow2",
        ),
        "min_disk": Field(Size("GiB"), "Least root disk.", default="0GiB"),
        "min_ram": Field(Size("MiB"), "Least memory.", default="0MiB"),
        "sha256": Field(Pattern("64 hexadecimal digits", "[0-9a-f]{64}"), "Checksum; another file is refused."),
        "public": Field(Boolean(), "Whether every project may use it.", default=False),
        "properties": Field(PAIRS, "Glance properties, such as hw_disk_bus."),
    },
    demand.IMAGE,
)
VOLUME = Record(
    "A volume. Used by an instance with count, it is made once for each server: data-1, data-2...",
    {
        "size": Field(Size("GiB"), "Its size; it can grow, never shrink.", required=True, aka=("size_gb",)),
        "type": Field(CloudName(), "Cinder's volume type."),
        "zone": Field(Zone(), "Availability zone.", aka=("availability_zone",)),
        "image": Field(CloudName(), "An image to fill it from."),
        "protect": Field(Boolean(), "Never delete it.", default=False),
    },
)
SERVER_GROUP = Record(
    "A server group.",
    {"policy": Field(Choice(*core.model.GROUP_POLICIES), "Who may share a host.", required=True)},
)
PORT = Record(
    "A network interface.",
    {
        "network": Field(CloudName(), "The network, declared or in the cloud.", required=True, aka=("name",)),
        "fixed_ip": Field(Address(), "A fixed address on it; not with count.", aka=("ip", "address")),
        "floating": Field(CloudName(), "The external network to take a floating address from."),
        "security_groups": Field(List(CloudName(), 32), "Its own security groups, instead of the server's."),
    },
)
USER_DATA = Record(
    "What cloud-init gets.",
    {
        "file": Field(Text("a path", 4096), "A file, relative to this one."),
        "text": Field(USER_TEXT, "The text itself."),
    },
    demand.USER_DATA,
)
ADOPT = Record(
    "A server that somebody else made, to be taken over by novaform adopt.",
    {
        "id": Field(Pattern("the id of a server", UUID), "Its id.", aka=("uuid",)),
        "name": Field(CloudName(), "Its name, with unique: true."),
        "unique": Field(Boolean(), "With name: no other server has it.", default=False),
    },
    demand.ADOPT,
)
HINTS = Map(PAIR_NAME, Several(Text("a text", 1024)), most=32)
ON_CHANGE = Record(
    "What to do about a change that Nova cannot make in place.",
    {
        name: Field(Choice(*words), f"When {name} changes.", default=getattr(core.model.OnChange(), name))
        for name, words in core.model.POLICIES.items()
    },
)
ROLLING = Record(
    "How a disruptive change goes through the servers of one instance.",
    {
        "max_unavailable": Field(Integer(1, COUNT), "So many away at once.", default=1),
        "pause": Field(Duration(), "How long between two.", default="0s"),
    },
)
SHARED = {
    "image": Field(CloudName("an image's name"), "The image, declared or in the cloud.", aka=("image_name", "os")),
    "flavor": Field(CloudName("a flavor's name"), "The flavor, declared or in the cloud.", aka=("size", "type")),
    "networks": Field(
        List(Either(CloudName("a network's name"), PORT), 32), "Interfaces, in order.", aka=("nics", "network")
    ),
    "key": Field(CloudName("a key's name"), "SSH key pair, declared or in the cloud.", aka=("keypair", "key_name")),
    "security_groups": Field(List(CloudName(), 32), "Security groups of every interface.", aka=("firewall",)),
    "user_data": Field(
        Either(USER_TEXT, USER_DATA),
        "What cloud-init gets: a text, or {file: path}. Never shown.",
        aka=("userdata", "user-data", "cloud_init"),
    ),
    "metadata": Field(METADATA, "Metadata; added to that of defaults, name by name.", aka=("meta",)),
    "tags": Field(List(TAG, 40), "Tags beside our own."),
    "zone": Field(Zone(), "Availability zone.", aka=("availability_zone", "az")),
    "config_drive": Field(Boolean(), "Give metadata on a drive too.", default=False),
    "state": Field(Choice(*core.model.STATES), "What it should be doing.", default="active", aka=("status",)),
    "on_change": Field(ON_CHANGE, "What to do about a change that Nova cannot make in place."),
    "rolling": Field(ROLLING, "How a disruptive change goes through the servers of one instance."),
    "health": Field(HEALTH, "When a server counts as up."),
    "protect": Field(Boolean(), "Never delete, rebuild or replace it.", default=False),
    "hold": Field(Boolean(), "Leave it alone, whatever differs.", default=False, aka=("pause", "ignore")),
}
INSTANCE = Record(
    "A server, or with count several alike.",
    {
        "count": Field(Integer(1, COUNT), "So many: web becomes web-1 to web-N.", aka=("replicas", "number")),
        "name": Field(CloudName(), "The name on the API; with count, -1 to -N follow it. The key otherwise."),
        **SHARED,
        "floating_ip": Field(CloudName("true or an external network's name"), "A floating address for the first one."),
        "volumes": Field(List(Name(), 26), "Declared volumes to attach, in order.", aka=("disks",)),
        "spread": Field(Choice(*SPREADS), "host: no two on one host, kept so; prefer-host: where possible."),
        "server_group": Field(CloudName(), "A server group, declared or in the cloud, instead of spread."),
        "hints": Field(HINTS, "Scheduler hints for its creation, such as different_host; a text or a list of texts."),
        "adopt": Field(ADOPT, "The existing server that this is: {id: ...}, or {name: ..., unique: true}."),
        "host": Field(Name(255), "The compute host it must be on; for administrators."),
    },
    demand.GROUP,
)
DEFAULTS = Record("Fields for every instance that does not give its own.", SHARED)
SECTIONS = {
    "defaults": Field(DEFAULTS, "Fields for every instance that does not give its own."),
    "flavors": Field(Map(Name(), FLAVOR), "Flavors to make."),
    "keys": Field(Map(Name(), KEY), "SSH key pairs to register.", aka=("keypairs",)),
    "networks": Field(Map(Name(), NETWORK), "Networks to make."),
    "routers": Field(Map(Name(), ROUTER), "Routers to make."),
    "security_groups": Field(Map(Name(), List(RULE)), "Security groups to make: lists of rules."),
    "images": Field(Map(Name(), IMAGE), "Images to upload."),
    "volumes": Field(Map(Name(), VOLUME), "Volumes to make."),
    "server_groups": Field(Map(Name(), SERVER_GROUP), "Server groups to make."),
    "instances": Field(Map(Name(), INSTANCE), "Servers to make.", aka=("servers", "vms")),
}
STACK = Record(
    "A stack: servers and what they need, kept as declared.",
    {
        "stack": Field(Name(32), "The owner's name, part of every mark.", required=True, aka=("name", "project")),
        "include": Field(List(Text("a path", 4096), 100), "More files with sections, relative to this one."),
        "vars": Field(Map(Name(), Variable(), 1000), "Values for {from_var: name}.", aka=("variables",)),
        "environments": Field(Map(Name(), Map(Name(), Variable(), 1000), 100), "Other values of vars."),
        **SECTIONS,
    },
)
INCLUDED = Record("A further file of a stack: sections only.", SECTIONS)
