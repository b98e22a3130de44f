"""What the services stand on: MariaDB, RabbitMQ and memcached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..component import shared
from ..component.memcached import MemcachedOptions
from ..component.mysql import MysqlOptions
from ..component.rabbitmq import BrokerAccount, RabbitmqOptions
from . import endpoint, reach
from . import site as sites

if TYPE_CHECKING:
    from .site import Host, Site

# Processes that each keep a pool of connections (5, and as many again under load), for every API worker.
_CONNECTIONS_PER_WORKER = 60
_CONNECTIONS_LEAST = 400
# A queue for answers may be anybody's: its name is a long random number. To publish is to name an exchange, and the
# unnamed one counts as amq.default.
_OWN = r"compute|compute\..+|compute_fanout.*|reply_.+"
_SERVERS = r"q-(plugin|l3-plugin|reports-plugin|metering-plugin|server-resource-versions)"
_RIGHTS = {
    # What nova-compute listens to, and the ways on which it calls conductor, scheduler and its peers.
    "nova-compute": {
        "configure": rf"^({_OWN}|nova|scheduler_fanout)$",
        "write": rf"^({_OWN}|nova|scheduler_fanout|amq\.default)$",
        "read": rf"^({_OWN}|nova)$",
    },
    # Agents have a queue for each kind of thing, all but those from which the server takes.
    "neutron-agent": {"configure": rf"^(?!{_SERVERS}).*$", "write": ".*", "read": rf"^(?!{_SERVERS}).*$"},
}


def mysql(site: Site, host: Host) -> MysqlOptions:
    """Return the database server: sized by the workers that connect to it."""
    connections = max(_CONNECTIONS_LEAST, _CONNECTIONS_PER_WORKER * sites.workers(site, host))
    return MysqlOptions(address=host.address, max_connections=connections)


def mysql_ports(site: Site, _: Host) -> list[dict[str, Any]]:
    """Return who reaches the database server: the control hosts alone."""
    return [reach.port(endpoint.PORTS["mysql"], "mysql", [host.address for host in site.having("control")])]


def rabbitmq(site: Site, host: Host) -> RabbitmqOptions:
    """Return the broker with a virtual host for each service and an account for each kind of host."""
    accounts = tuple(
        BrokerAccount(
            name=user,
            password=f"<secret:{shared.broker_secret(user)}>",
            vhost=endpoint.BROKER_VHOSTS[service],
            **_RIGHTS.get(user, {}),
        )
        for user, service in endpoint.BROKER_USERS.items()
    )
    return RabbitmqOptions(
        address=host.address,
        client_address=endpoint.control_address(site),
        admin_password="<secret:broker_admin>",  # noqa: S106 - a placeholder
        vhosts=tuple(endpoint.BROKER_VHOSTS.values()),
        accounts=accounts,
    )


def rabbitmq_ports(site: Site, _: Host) -> list[dict[str, Any]]:
    """Return who reaches the broker: all hosts, but nobody its port mapper and distribution."""
    return [
        reach.port(endpoint.PORTS["rabbitmq"], "rabbitmq", [one.address for one in site.hosts]),
        *(reach.port(number, "rabbitmq", reach.NOBODY) for number in endpoint.ERLANG_PORTS),
    ]


def memcached(site: Site, host: Host) -> MemcachedOptions:
    """Return the token cache, which nobody but this host's own services reaches."""
    del site, host
    return MemcachedOptions(address=endpoint.LOOPBACK, port=endpoint.PORTS["memcached"])


def memcached_ports(_: Site, __: Host) -> list[dict[str, Any]]:
    """Return who reaches the token cache: nobody."""
    return [reach.port(endpoint.PORTS["memcached"], "memcached", reach.NOBODY)]
