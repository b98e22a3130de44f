"""neutron's server: its API, its RPC server, and the network that leads outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from ..._core.errors import DeclareError
from .. import setting
from ..option import option
from . import neutron, part, privilege, shared, uwsgi

ML2 = "/etc/neutron/plugins/ml2/ml2_conf.ini"
_WEB: dict[str, Any] = {"start-time": "%t", "paste": "config:/etc/neutron/api-paste.ini"}
_NAMES = ("neutron-api", "neutron-rpc-server")
_ML2 = {
    "ml2": {
        "type_drivers": "flat,vlan,vxlan",
        "tenant_network_types": "vxlan",
        "mechanism_drivers": "openvswitch,l2population",
        "extension_drivers": "port_security,qos",
    },
    "ml2_type_flat": {"flat_networks": neutron.PHYSICAL_NETWORK},
    "ml2_type_vxlan": {"vni_ranges": "1:65535"},
    "securitygroup": {"enable_security_group": True, "enable_ipset": True},
}


def _pool(value: Any) -> str:
    return setting.pool(value) if value else ""


@dataclass(frozen=True)
class ExternalNetwork:
    """The network C(external), which leads outside."""

    cidr: str = option("Its addresses.", check=setting.network)
    gateway: Optional[str] = option("The router out of it.", default=None, check=setting.ipv4)
    pool: tuple[str, ...] = option(
        "The first and the last address that neutron gives away. Without them any of it.", default=(), check=_pool
    )


@dataclass(frozen=True)
class NeutronServerOptions:
    """What neutron's server is told."""

    host: str = option("The name of this host in neutron.", check=setting.name)
    url: str = option("The URL under which it is reached, for the catalog.", check=setting.url)
    database: shared.DatabaseAccess = option(shared.DATABASE)
    broker: shared.BrokerAccess = option(shared.BROKER)
    identity: shared.IdentityAccess = option(shared.IDENTITY)
    nova: shared.IdentityAccess = option("The account with which Nova will ask, as which it is proved.")
    token_cache_key: str = shared.token_cache_key("neutron")
    admin_password: Optional[str] = option(
        "The password of keystone's administrator, who puts the service into the catalog and makes O(external)."
        "\nWithout it neither is looked at.",
        default=None,
        secret=lambda _: shared.ADMIN,
    )
    external: Optional[ExternalNetwork] = option(
        "The network that leads outside. Without it none is made.", default=None
    )
    agents: tuple[str, ...] = option(
        "Of M(novaform.compute.neutron_agent), which agents this host runs beside the server. They may become root.",
        default=(),
        choices=("network", "compute"),
    )
    workers: int = shared.workers()
    config: Optional[dict[str, Any]] = shared.config(
        "Further options of C(neutron.conf), which win over ours. V(all) is for agents of this host as well.",
        *("all", "server"),
    )


def reads(wanted: NeutronServerOptions) -> dict[str, dict[str, Any]]:
    """Return what only the server reads of neutron.conf.

    The database and the account that tells Nova of ports are on no other host.
    """
    return part.merge(
        {
            "DEFAULT": {
                "auth_strategy": "keystone",
                "notify_nova_on_port_status_changes": True,
                "notify_nova_on_port_data_changes": True,
                "allow_automatic_dhcp_failover": True,
                "rpc_workers": 1,
                "rpc_state_report_workers": 1,
            },
            "database": {"connection": wanted.database.url("neutron")},
            "keystone_authtoken": wanted.identity.authtoken(wanted.token_cache_key),
            "nova": {**wanted.identity.peer(), "endpoint_type": "internal"},
            "placement": wanted.identity.peer(),
        },
        part.own(wanted.config, "server"),
    )


def _policy() -> dict[str, Any]:
    """Return neutron's defaults, widened for Nova's account where they would have it be an administrator.

    Without it, Nova plugs no port of others, forgets the addresses of its servers, and knows no physical network.
    """
    service, own = "rule:admin_only or rule:service_api", "project_id:%(project_id)s"
    wide = {
        "create_port:device_id": f"{service} or (role:member and {own})",
        "update_port:device_id": f"{service} or (role:member and {own})",
        "get_floatingip": f"{service} or (role:reader and {own})",
        "get_subnet": f"{service} or (role:reader and {own}) or (role:reader and rule:network_owner) or rule:shared"
        " or rule:external_network",
        "get_network:provider:network_type": service,
        "get_network:provider:physical_network": service,
    }
    rules = "".join(f'"{name}": "{rule}"\n' for name, rule in wide.items())
    return part.text(
        "/etc/neutron/policy.d/50-novaform.yaml", f"# Written by Novaform.\n{rules}", "0640", group="neutron"
    )


def parts(wanted: NeutronServerOptions) -> dict[str, Any]:
    """Return what there is to be of neutron's API, its RPC server and its periodic work."""
    ours = neutron.shared_options(wanted.host, wanted.broker)
    own = reads(wanted)
    conf = neutron.file(ours, wanted.config, own)
    plugin = part.ini(ML2, _ML2, "neutron")
    web = uwsgi.uwsgi("neutron", "neutron-api", "/usr/bin/neutron-api", wanted.workers, **_WEB)
    policy = _policy()
    dropins = [part.survive(name, neutron.BACKENDS) for name in _NAMES]
    inputs = {neutron.CONF: part.merge(ours, own), ML2: _ML2}
    folders = privilege.neutron(network="network" in wanted.agents, compute="compute" in wanted.agents)
    return {
        "name": "neutron_server",
        "packages": list(_NAMES),
        "files": [*folders, conf, plugin, web, policy, *dropins],
        **wanted.database.parts("neutron"),
        "migrations": [{"name": "neutron", "connection": wanted.database.url("neutron")}],
        "units": [
            part.unit(name, inputs, web["path"], policy["path"], dropin["path"])
            for name, dropin in zip(_NAMES, dropins)
        ],
        **shared.catalog(
            wanted.identity,
            wanted.admin_password,
            {"name": "neutron", "type": "network", "description": "OpenStack Networking", "url": wanted.url},
            shared.EVENTS_ROLE,
        ),
        "proofs": [*({"unit": f"{name}.service"} for name in _NAMES), *_proofs(wanted)],
        "networks": _networks(wanted),
    }


def _proofs(wanted: NeutronServerOptions) -> list[dict[str, Any]]:
    return [
        wanted.database.proof("neutron"),
        wanted.nova.lists("network", "/networks?limit=1", "neutron-api"),
        wanted.broker.ping(f"q-plugin.{wanted.host}", "neutron", "neutron-rpc-server"),
    ]


def _networks(wanted: NeutronServerOptions) -> dict[str, Any]:
    """Return the way outside; nothing where there is none, or nobody who may make it."""
    if wanted.external is None or not wanted.admin_password:
        return {}
    outside, name = wanted.external, neutron.PHYSICAL_NETWORK
    if not all(setting.inside(one, outside.cidr) for one in (*outside.pool, *filter(None, [outside.gateway]))):
        raise DeclareError(f"external.gateway and external.pool must be inside external.cidr, {outside.cidr}")
    subnet = {"cidr": outside.cidr, "gateway": outside.gateway or "", "pool": list(outside.pool)}
    network = {"name": name, "type": "flat", "physical_network": name, "subnet": subnet}
    administrator = shared.administrator(wanted.identity.url, wanted.admin_password)
    return {"auth": administrator, "region": wanted.identity.region, "networks": [network]}
