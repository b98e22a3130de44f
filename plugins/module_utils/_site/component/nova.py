"""Nova's services on a control host, and its schemas: what all of them are told, and what is to be of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from ..._core.errors import DeclareError
from .. import setting
from ..option import option
from . import nova_conf, part, privilege, shared, uwsgi
from .neutron import PHYSICAL_NETWORK

SERVICES = ("api", "metadata", "conductor", "scheduler", "console")
_BACKENDS = (
    "mariadb.service",
    "rabbitmq-server.service",
    "memcached.service",
    "keystone.service",
    "placement-api.service",
)
_PORTS = {"api": 8774, "metadata": 8775, "console": 6080}
_PATHS = {"api": "/v2.1", "metadata": "/", "console": "/vnc_lite.html"}
_ANYWHERE = "0.0.0.0"  # noqa: S104 - users connect to the consoles
# With Nova's own weight of 1 a few free megabytes count as much as what the user prefers.
_PREFERENCES = ("soft_affinity_weight_multiplier", "soft_anti_affinity_weight_multiplier")
_ABOVE_ALL = 1000.0


def _some(value: Any) -> str:
    return "" if value else "must name one at least"


@dataclass(frozen=True)
class NovaOptions:
    """What Nova's services on a control host are told, all of them alike, for they share one nova.conf."""

    host: str = option("The name of this host in Nova.", check=setting.name)
    address: str = option("The address of this host, C(my_ip).", check=setting.ipv4)
    database: shared.DatabaseAccess = option(shared.DATABASE)
    broker: shared.BrokerAccess = option(shared.BROKER)
    identity: shared.IdentityAccess = option(shared.IDENTITY)
    token_cache_key: str = shared.token_cache_key("nova")
    metadata_secret: str = option(
        "What neutron's metadata agent and Nova's metadata service prove themselves with.",
        secret=lambda _: shared.METADATA,
    )
    admin_password: Optional[str] = shared.admin_password()
    services: tuple[str, ...] = option(
        "Which of Nova's services this host runs, whose options C(nova.conf) has.",
        default=SERVICES,
        choices=SERVICES,
        check=_some,
    )
    api_url: Optional[str] = option(
        "The URL of nova-api for the catalog. Without it C(http://ADDRESS:8774/v2.1).", default=None, check=setting.url
    )
    metadata_url: Optional[str] = option(
        "The URL of the metadata service. Without it C(http://ADDRESS:8775/).", default=None, check=setting.url
    )
    console_url: Optional[str] = option(
        "The URL of the page with a server's screen. Without it C(http://ADDRESS:6080/vnc_lite.html).",
        default=None,
        check=setting.url,
    )
    workers: int = shared.workers()
    allow_resize_to_same_host: bool = option(
        "Whether a server may be resized where it is. A cloud with one compute host needs it.", default=False
    )
    compute: bool = option(
        "Whether M(novaform.compute.nova_compute) runs on this host as well, which may become root.", default=False
    )
    config: Optional[dict[str, Any]] = shared.config(
        "Further options of C(nova.conf), which win over ours.", "all", *SERVICES
    )
    beside: Optional[dict[str, Any]] = option(
        "What C(nova.conf) has besides, where M(novaform.compute.nova_compute) shares it on this host.\n"
        "As C({section: {option: value}}).\n"
        "Each of the two is to be told what the other reads, as the roles of a site do.",
        default=None,
        check=setting.sections,
    )

    def url(self, service: str) -> str:
        """Return where the API, the metadata service or the console is reached."""
        told = {"api": self.api_url, "metadata": self.metadata_url, "console": self.console_url}[service]
        return told or f"http://{self.address}:{_PORTS[service]}{_PATHS[service]}"


def _databases(wanted: NovaOptions) -> nova_conf.Sections:
    return {
        "api_database": {"connection": wanted.database.url("nova_api")},
        "database": {"connection": wanted.database.url("nova")},
    }


def _quota() -> nova_conf.Sections:
    """Return how quotas are kept: by the API alone.

    The conductor's second look buries a server that came too much, without the request that lists need from
    microversion 2.96 on: in Nova 31 each then fails with 500 until somebody deletes it. So a race may exceed a quota.
    """
    return {"quota": {"recheck_quota": False}}


def _web(wanted: NovaOptions) -> nova_conf.Sections:
    return {
        "api": {"auth_strategy": "keystone"},
        "keystone_authtoken": wanted.identity.authtoken(wanted.token_cache_key),
        "neutron": {"default_floating_pool": PHYSICAL_NETWORK},
    }


def _service(wanted: NovaOptions, service: str) -> nova_conf.Sections:
    metadata = {"service_metadata_proxy": True, "metadata_proxy_shared_secret": wanted.metadata_secret}
    workers = max(1, wanted.workers // 2)
    databases, peers = _databases(wanted), nova_conf.peers(wanted.identity)
    layers: dict[str, list[nova_conf.Sections]] = {
        "api": [peers, _web(wanted), nova_conf.resize(same_host=wanted.allow_resize_to_same_host), _quota()],
        "metadata": [peers, _web(wanted), {"neutron": metadata}],
        "conductor": [peers, _quota(), {"conductor": {"workers": workers}, "scheduler": {"max_attempts": 3}}],
        "scheduler": [
            peers,
            {"scheduler": {"max_attempts": 3, "workers": workers, "discover_hosts_in_cells_interval": -1}},
            {"filter_scheduler": dict.fromkeys(_PREFERENCES, _ABOVE_ALL)},
        ],
        "console": [{"vnc": {"novncproxy_host": _ANYWHERE, "novncproxy_port": _PORTS["console"]}}],
    }
    return part.merge(databases, *layers[service])


def _read_by(wanted: NovaOptions, service: str) -> nova_conf.Sections:
    """Return the options of nova.conf that one service reads."""
    return part.merge(
        nova_conf.of_all(wanted.host, wanted.address, wanted.broker, wanted.identity),
        _service(wanted, service),
        part.own(wanted.config, service),
    )


def reads(wanted: NovaOptions) -> nova_conf.Sections:
    """Return the options of nova.conf that any service of a control host reads."""
    return part.merge(*(_read_by(wanted, one) for one in wanted.services))


def files(wanted: NovaOptions) -> list[dict[str, Any]]:
    """Return the folders of Nova on its host, and nova.conf."""
    conf = nova_conf.file(part.merge(reads(wanted), wanted.beside or {}))
    return [*privilege.nova(compute=wanted.compute), conf]


def _control(wanted: NovaOptions, service: str, unit: str, **more: Any) -> dict[str, Any]:
    if service not in wanted.services:
        raise DeclareError(f"services leaves out {service}, which this module is for")
    dropin = part.survive(unit, _BACKENDS)
    extra = more.pop("files", [])
    inputs = [item["path"] for item in extra]
    return {
        "name": f"nova_{service}",
        "packages": more.pop("packages"),
        "files": [*files(wanted), *extra, dropin],
        "units": [
            part.unit(unit, {nova_conf.CONF: _read_by(wanted, service)}, *inputs, dropin["path"]),
            *more.pop("units", []),
        ],
        "proofs": [{"unit": f"{unit}.service"}],
        **more,
    }


def _policy() -> dict[str, Any]:
    """Return Nova's policy: neutron's account, by a role that no other has, may tell of events of any server.

    Nova 31 looks the server up in the caller's own context, and only an administrator's sees another project's server.
    So the role makes one, in Nova and nowhere else. To tell of events is for neutron alone.
    """
    rules = {
        "context_is_admin": f"role:admin or role:{shared.EVENTS_ROLE}",
        "os_compute_api:os-server-external-events:create": f"role:{shared.EVENTS_ROLE}",
    }
    text = "".join(f'"{name}": "{rule}"\n' for name, rule in rules.items())
    return part.text("/etc/nova/policy.d/50-novaform.yaml", f"# Written by Novaform.\n{text}", "0640", group="nova")


def api_parts(wanted: NovaOptions) -> dict[str, Any]:
    """Return what there is to be of nova-api, the service that users talk to."""
    entry = {"name": "nova", "type": "compute", "description": "OpenStack Compute", "url": wanted.url("api")}
    listed = shared.catalog(wanted.identity, wanted.admin_password, entry)
    return _control(
        wanted,
        "api",
        "nova-api",
        packages=["nova-api"],
        files=[uwsgi.uwsgi("nova", "nova-api", "/usr/bin/nova-api-wsgi", wanted.workers), _policy()],
        proofs=[
            {"unit": "nova-api.service"},
            wanted.identity.lists("compute", "/flavors?limit=1", "nova-api"),
        ],
        # keystone makes the account, for others sign in with it before nova-api is up.
        **{kind: {**value, "users": []} for kind, value in listed.items()},
    )


def metadata_parts(wanted: NovaOptions) -> dict[str, Any]:
    """Return what there is to be of the metadata service, reached by guests through neutron's proxy."""
    workers = max(2, wanted.workers // 2)
    web = uwsgi.uwsgi("nova", "nova-api-metadata", "/usr/bin/nova-metadata-wsgi", workers)
    return _control(
        wanted,
        "metadata",
        "nova-api-metadata",
        packages=["nova-api"],
        files=[web],
        proofs=[
            {"unit": "nova-api-metadata.service"},
            {"http": wanted.url("metadata"), "status": [200], "unit": "nova-api-metadata.service"},
        ],
    )


def _rpc(wanted: NovaOptions, service: str) -> dict[str, Any]:
    unit = f"nova-{service}"
    proofs = [{"unit": f"{unit}.service"}, wanted.broker.ping(f"{service}.{wanted.host}", "nova", unit)]
    return _control(wanted, service, unit, packages=[unit], proofs=proofs)


def conductor_parts(wanted: NovaOptions) -> dict[str, Any]:
    """Return what there is to be of nova-conductor, which stands between the compute hosts and the databases."""
    return _rpc(wanted, "conductor")


def scheduler_parts(wanted: NovaOptions) -> dict[str, Any]:
    """Return what there is to be of nova-scheduler."""
    return _rpc(wanted, "scheduler")


def console_parts(wanted: NovaOptions) -> dict[str, Any]:
    """Return what there is to be of the noVNC proxy. Debian starts the spice and serial ones instead: masked here."""
    chosen = part.text(
        "/etc/default/nova-consoleproxy",
        "# Written by Novaform.\nNOVA_CONSOLE_PROXY_TYPE=novnc\nNOVA_SERIAL_PROXY_START=false\n",
    )
    others = [{"name": f"{name}.service", "state": "masked"} for name in ("nova-spicehtml5proxy", "nova-serialproxy")]
    return _control(
        wanted,
        "console",
        "nova-novncproxy",
        packages=["nova-consoleproxy", "novnc"],
        files=[chosen],
        units=others,
        proofs=[
            {"unit": "nova-novncproxy.service"},
            {"http": wanted.url("console"), "status": [200], "unit": "nova-novncproxy.service"},
        ],
    )
