"""Nova: its services on the control hosts, its schemas, and the compute hosts of its cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import endpoint, neutron, part, privilege, uwsgi
from . import nova_options as options
from . import site as sites

if TYPE_CHECKING:
    from .site import Host, Site

_BACKENDS = (
    "mariadb.service",
    "rabbitmq-server.service",
    "memcached.service",
    "keystone.service",
    "placement-api.service",
)


def _control(site: Site, host: Host, component: str, unit: str, **more: Any) -> dict[str, Any]:
    dropin = part.survive(unit, _BACKENDS)
    extra = more.pop("files", [])
    inputs = [item["path"] for item in extra]
    return {
        "name": f"nova_{component}",
        "packages": more.pop("packages"),
        "files": [*privilege.nova(host), options.conf(site, host), *extra, dropin],
        "units": [
            part.unit(unit, {options.CONF: options.read_by(site, host, component)}, *inputs, dropin["path"]),
            *more.pop("units", []),
        ],
        "ports": [],
        "proofs": [{"unit": f"{unit}.service"}],
        **more,
    }


def _policy() -> dict[str, Any]:
    """Return Nova's policy: neutron's account, by a role that no other has, may tell of events of any server.

    Nova 31 looks the server up in the caller's own context, and only an administrator's sees another project's server.
    So the role makes one, in Nova and nowhere else. To tell of events is for neutron alone.
    """
    rules = {
        "context_is_admin": f"role:admin or role:{part.EVENTS_ROLE}",
        "os_compute_api:os-server-external-events:create": f"role:{part.EVENTS_ROLE}",
    }
    text = "".join(f'"{name}": "{rule}"\n' for name, rule in rules.items())
    return part.text("/etc/nova/policy.d/50-novaform.yaml", f"# Written by Novaform.\n{text}", "0640", group="nova")


def api(site: Site, host: Host) -> dict[str, Any]:
    """Return nova-api, the service that users talk to."""
    web = uwsgi.uwsgi("nova", "nova-api", "/usr/bin/nova-api-wsgi", sites.workers(site, host))
    return _control(
        site,
        host,
        "api",
        "nova-api",
        packages=["nova-api"],
        files=[web, _policy()],
        catalog={**part.catalog(site, "nova", "compute", "OpenStack Compute"), "users": []},
        ports=[part.port(endpoint.PORTS["nova"], "nova_api", part.ANYBODY)],
        proofs=[
            {"unit": "nova-api.service"},
            part.api_proof(site, "nova", "compute", "/flavors?limit=1", "nova-api"),
        ],
    )


def metadata(site: Site, host: Host) -> dict[str, Any]:
    """Return the metadata service, reached by guests through neutron's proxy."""
    web = uwsgi.uwsgi(
        "nova", "nova-api-metadata", "/usr/bin/nova-metadata-wsgi", max(2, sites.workers(site, host) // 2)
    )
    network = [one.address for one in site.having("network")]
    return _control(
        site,
        host,
        "metadata",
        "nova-api-metadata",
        packages=["nova-api"],
        files=[web],
        ports=[part.port(endpoint.PORTS["metadata"], "nova_metadata", network)],
        proofs=[
            {"unit": "nova-api-metadata.service"},
            {"http": endpoint.url(site, "metadata", "/"), "status": [200], "unit": "nova-api-metadata.service"},
        ],
    )


def _rpc(site: Site, host: Host, component: str) -> dict[str, Any]:
    unit = f"nova-{component}"
    proofs = [{"unit": f"{unit}.service"}, part.ping_proof(site, "nova", f"{component}.{host.name}", unit)]
    return _control(site, host, component, unit, packages=[unit], proofs=proofs)


def conductor(site: Site, host: Host) -> dict[str, Any]:
    """Return nova-conductor, which stands between the compute hosts and the databases."""
    return _rpc(site, host, "conductor")


def scheduler(site: Site, host: Host) -> dict[str, Any]:
    """Return nova-scheduler."""
    return _rpc(site, host, "scheduler")


def console(site: Site, host: Host) -> dict[str, Any]:
    """Return the noVNC proxy. Debian starts the spice and serial ones instead, which are masked here."""
    chosen = part.text(
        "/etc/default/nova-consoleproxy",
        "# Written by Novaform.\nNOVA_CONSOLE_PROXY_TYPE=novnc\nNOVA_SERIAL_PROXY_START=false\n",
    )
    others = [{"name": f"{name}.service", "state": "masked"} for name in ("nova-spicehtml5proxy", "nova-serialproxy")]
    return _control(
        site,
        host,
        "console",
        "nova-novncproxy",
        packages=["nova-consoleproxy", "novnc"],
        files=[chosen],
        units=others,
        ports=[part.port(endpoint.PORTS["novnc"], "nova_console", part.ANYBODY)],
        proofs=[
            {"unit": "nova-novncproxy.service"},
            {"http": endpoint.console_url(site), "status": [200], "unit": "nova-novncproxy.service"},
        ],
    )


def database(site: Site, host: Host) -> dict[str, Any]:
    """Return Nova's schemas and its cells: the API database, cell0 for servers that never got a host, and cell1."""
    return {
        "name": "nova_database",
        "packages": ["nova-api", "nova-conductor"],
        "files": [*privilege.nova(host), options.conf(site, host)],
        "databases": part.databases(site, "nova", "nova_api", "nova_cell0", "nova"),
        "schemas": {
            "api": endpoint.database(site, "nova_api", "nova"),
            "cell0": endpoint.database(site, "nova_cell0", "nova"),
            "cells": [{"name": endpoint.CELL, "database": endpoint.database(site, "nova", "nova")}],
            "mappings": {
                "cell0": {"database": endpoint.CELL_DATABASE.format("nova_cell0"), "transport": "none:///"},
                endpoint.CELL: {
                    "database": endpoint.CELL_DATABASE.format("{path}"),
                    "transport": endpoint.CELL_TRANSPORT,
                },
            },
        },
        "ports": [],
        "proofs": [
            {
                "what": "Nova's cells",
                "cells": endpoint.database(site, "nova_api", "nova"),
                "database": endpoint.database(site, "nova", "nova"),
                "transport": endpoint.broker(site, "nova"),
            }
        ],
    }


def cell_host(site: Site, host: Host) -> dict[str, Any]:
    """Return which compute hosts belong to which cell, by their exact names; one that is away is mapped later."""
    del host
    programs = {one.name: [*options.programs(one), *neutron.programs(one)] for one in site.hosts}
    return {
        "name": "nova_cell_host",
        "cell_hosts": {
            "api": endpoint.database(site, "nova_api", "nova"),
            "cell": {"name": endpoint.CELL, "database": endpoint.database(site, "nova", "nova")},
            "hosts": [one.name for one in site.having("compute") if not one.away],
        },
        "ports": [],
        "proofs": [
            {
                "what": "the site",
                "fleet": programs,
                "auth": part.administrator(site),
                "region": site.cloud.region,
                "within": 90,
            }
        ],
    }
