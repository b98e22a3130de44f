"""neutron's agents and the switch that they program, wherever traffic of guests passes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from .. import setting
from ..option import option
from . import neutron, part, privilege, shared, tap

OVS = "/etc/neutron/plugins/ml2/openvswitch_agent.ini"
_SWITCH = "neutron-openvswitch-agent"
_METADATA = "neutron-metadata-agent"
_METADATA_INI = "/etc/neutron/metadata_agent.ini"
_PLUGGING = (_SWITCH, "neutron-l3-agent", "neutron-dhcp-agent")
_TOPICS = {
    _SWITCH: "q-agent-notifier-tunnel-update",
    "neutron-l3-agent": "l3_agent",
    "neutron-dhcp-agent": "dhcp_agent",
}


@dataclass(frozen=True)
class Metadata:
    """Where guests' questions about themselves go."""

    url: str = option("The URL of Nova's metadata service, with its port.", check=setting.place)
    secret: str = option("What it and the agent prove themselves with.", secret=lambda _: shared.METADATA)


@dataclass(frozen=True)
class NeutronAgentOptions:
    """What a host's switch and agents are told."""

    host: str = option("The name of this host in neutron.", check=setting.name)
    tunnel_address: str = option(
        "Where other hosts send what their guests say to this host's. An interface of this host has it.",
        check=setting.ipv4,
    )
    broker: shared.BrokerAccess = option(shared.BROKER)
    metadata: Optional[Metadata] = option(
        "With it this host carries the network: its routers, DHCP and metadata. Without it its guests' ports alone.",
        default=None,
    )
    external_bridge: bool = option(
        "Whether the host has the bridge C(br-ex) to the network outside although it does not carry the network.",
        default=False,
    )
    external_interface: Optional[str] = option(
        "The interface that C(br-ex) takes.", default=None, check=setting.interface
    )
    datapath: str = option(
        "V(netdev) where the kernel has no Open vSwitch, which then switches in user space.",
        default="system",
        choices=("system", "netdev"),
    )
    compute: bool = option("Whether guests run on this host.", default=True)
    config: Optional[dict[str, Any]] = shared.config(
        "Further options of the agents' files, which win over ours. V(all) is for C(neutron.conf) as well.",
        *("all", "agent", "l3", "dhcp", "metadata"),
    )
    beside: Optional[dict[str, Any]] = option(
        "What C(neutron.conf) has besides, where M(novaform.compute.neutron_server) shares it on this host.\n"
        "As C({section: {option: value}}): what the server reads, as the roles of a site tell it.",
        default=None,
        check=setting.sections,
    )


def _files(wanted: NeutronAgentOptions) -> dict[str, dict[str, Any]]:
    """Return ``{agent: {path: options}}`` for every agent of the host."""
    mappings = f"{neutron.PHYSICAL_NETWORK}:br-ex" if wanted.metadata is not None else ""
    switch = part.merge(
        {
            "ovs": {
                "datapath_type": wanted.datapath,
                "local_ip": wanted.tunnel_address,
                "bridge_mappings": mappings,
            },
            "agent": {"tunnel_types": "vxlan", "l2_population": True},
            "securitygroup": {"firewall_driver": "openvswitch", "enable_security_group": True},
        },
        part.own(wanted.config, "agent"),
    )
    agents: dict[str, dict[str, Any]] = {_SWITCH: {OVS: switch}}
    if wanted.metadata is not None:
        dhcp = {"DEFAULT": {"enable_isolated_metadata": True}}
        agents["neutron-l3-agent"] = {"/etc/neutron/l3_agent.ini": part.own(wanted.config, "l3")}
        agents["neutron-dhcp-agent"] = {
            "/etc/neutron/dhcp_agent.ini": part.merge(dhcp, part.own(wanted.config, "dhcp"))
        }
        agents[_METADATA] = {_METADATA_INI: part.merge(_proxy(wanted.metadata), part.own(wanted.config, "metadata"))}
    return agents


def _proxy(metadata: Metadata) -> dict[str, dict[str, Any]]:
    scheme, _, place = metadata.url.rstrip("/").partition("://")
    host, _, port = place.partition(":")
    return {
        "DEFAULT": {
            "nova_metadata_host": host,
            "nova_metadata_port": int(port),
            "nova_metadata_protocol": scheme,
            "metadata_proxy_shared_secret": metadata.secret,
            "metadata_workers": 1,
        }
    }


def _bridges(wanted: NeutronAgentOptions) -> list[dict[str, Any]]:
    bridges = [{"name": "br-int", "datapath": wanted.datapath, "ports": []}]
    if wanted.metadata is not None or wanted.external_bridge:
        ports = [wanted.external_interface] if wanted.external_interface else []
        bridges.append({"name": "br-ex", "datapath": wanted.datapath, "ports": ports})
    return bridges


def _inner(read: dict[str, dict[str, Any]]) -> str:
    """Return the bridge into which guests, routers and DHCP are plugged."""
    return str(read["ovs"].get("integration_bridge", "br-int"))


def _programmed_bridges(read: dict[str, dict[str, Any]]) -> list[str]:
    """Return the bridges that the switch's agent programs, by the options that it reads."""
    tunnels = [str(read["ovs"].get("tunnel_bridge", "br-tun"))] if read["agent"]["tunnel_types"] else []
    mapped = (one.partition(":")[2].strip() for one in str(read["ovs"]["bridge_mappings"]).split(","))
    return [_inner(read), *tunnels, *filter(None, mapped)]


def _proofs(wanted: NeutronAgentOptions, agents: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what only a working agent does: it answers on its own queue, and for metadata on its socket, too."""
    proofs = [
        wanted.broker.proof(),
        *(wanted.broker.ping(f"{_TOPICS[name]}.{wanted.host}", "neutron", name) for name in agents if name in _TOPICS),
    ]
    proofs.append(
        {
            "what": "the network in Open vSwitch",
            "switch": _programmed_bridges(agents[_SWITCH][OVS]),
            "unit": f"{_SWITCH}.service",
        }
    )
    if _METADATA in agents:
        read = agents[_METADATA][_METADATA_INI]["DEFAULT"]
        place = f"{read['nova_metadata_protocol']}://{read['nova_metadata_host']}:{read['nova_metadata_port']}"
        secret = read["metadata_proxy_shared_secret"]
        proofs += [
            {"what": "metadata", "metadata": place, "secret": secret},
            {
                "what": "metadata by neutron's agent",
                "metadata_agent": "/var/lib/neutron/metadata_proxy",
                "unit": f"{_METADATA}.service",
            },
        ]
    return proofs


def _files_and_units(
    wanted: NeutronAgentOptions, agents: dict[str, Any]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the files and the units of the agents."""
    ours = neutron.shared_options(wanted.host, wanted.broker)
    folders = privilege.neutron(network=wanted.metadata is not None, compute=wanted.compute)
    files, units = [*folders, neutron.file(ours, wanted.config, wanted.beside or {})], []
    for name, read in agents.items():
        dropin = part.survive(name, (*neutron.BACKENDS, "openvswitch-switch.service"))
        files += [*(part.ini(path, sections, "neutron") for path, sections in read.items()), dropin]
        unit = part.unit(name, {neutron.CONF: ours, **read}, dropin["path"])
        units.append({**unit, "bridges": [_inner(agents[_SWITCH][OVS])]} if name in _PLUGGING else unit)
    return files, units


def parts(wanted: NeutronAgentOptions) -> dict[str, Any]:
    """Return the switch of a host and the agents that program it; routers, DHCP and metadata on network hosts."""
    agents = _files(wanted)
    files, units = _files_and_units(wanted, agents)
    other = {}
    if wanted.datapath == "netdev":
        other = {"userspace-tso-enable": "true"}
        kept, keeper = tap.keeper()
        files += kept
        units.append(keeper)
    return {
        "name": "neutron_agent",
        "packages": ["openvswitch-switch", *agents],
        "files": files,
        "bridges": {"bridges": _bridges(wanted), "other_config": other},
        "units": units,
        "proofs": [{"unit": unit["name"]} for unit in units] + _proofs(wanted, agents),
    }
