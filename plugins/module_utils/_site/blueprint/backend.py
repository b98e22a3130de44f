"""What the services stand on: MariaDB, RabbitMQ and memcached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import endpoint, part
from . import site as sites

if TYPE_CHECKING:
    from .site import Host, Site

# Processes that each keep a pool of connections (5, and as many again under load), for every API worker.
_CONNECTIONS_PER_WORKER = 60
_CONNECTIONS_LEAST = 400
_ALL = dict.fromkeys(("configure", "write", "read"), ".*")
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
_ERLANG = """\
# Written by Novaform.
NODENAME=rabbit@localhost
ERL_EPMD_ADDRESS=127.0.0.1
SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
CTL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
"""


def mysql(site: Site, host: Host) -> dict[str, Any]:
    """Return the database server: sized by the workers that connect to it, durable on every commit.

    MariaDB 11.6.2 and newer refuse to write a row that another transaction has changed since this one began to read
    (error 1020). The services of 2025.1 are not written for that: under load builds fail and APIs answer 500.
    """
    connections = max(_CONNECTIONS_LEAST, _CONNECTIONS_PER_WORKER * sites.workers(site, host))
    listen = sorted({"127.0.0.1", host.address})
    conf = part.text(
        "/etc/mysql/mariadb.conf.d/90-novaform.cnf",
        "# Written by Novaform.\n"
        "[mysqld]\n"
        f"bind-address = {','.join(listen)}\n"
        f"max_connections = {connections}\n"
        "innodb_flush_log_at_trx_commit = 1\n"
        "innodb_buffer_pool_size = 256M\n"
        "loose_innodb_snapshot_isolation = OFF\n"
        "character-set-server = utf8mb4\n"
        "max_allowed_packet = 64M\n"
        "skip-name-resolve\n",
    )
    return {
        "name": "mysql",
        "packages": ["mariadb-server", "python3-pymysql"],
        "files": [conf],
        "units": [part.unit("mariadb", conf["path"])],
        "ports": [part.port(endpoint.PORTS["mysql"], "mysql", _control_addresses(site))],
        "proofs": [
            {"tcp": f"{host.address}:{endpoint.PORTS['mysql']}", "unit": "mariadb.service"},
            {"unit": "mariadb.service"},
        ],
    }


def _broker_users() -> list[dict[str, Any]]:
    return [
        {
            "name": user,
            "password": f"<secret:{endpoint.broker_secret(user)}>",
            "vhost": endpoint.BROKER_VHOSTS[service],
            **_RIGHTS.get(user, _ALL),
        }
        for user, service in endpoint.BROKER_USERS.items()
    ]


def _broker_proofs(site: Site, host: Host, api: str, admin: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"tcp": f"{host.address}:{endpoint.PORTS['rabbitmq']}", "unit": "rabbitmq-server.service"},
        {"unit": "rabbitmq-server.service"},
        {"what": "the broker", "alarms": api, "user": admin["name"], "password": admin["password"]},
        *(part.broker_proof(site, user) for user in endpoint.BROKER_USERS),
    ]


def rabbitmq(site: Site, host: Host) -> dict[str, Any]:
    """Return the broker: its management API for this host only, and no password in its files.

    With definitions to load, be they none, it makes no guest. rabbitmq.conf has no way to write every password.
    There is one broker, so that nothing needs to find it by its port mapper or to join it: both listen on loopback,
    and the node's name is one that always leads there.
    """
    definitions = part.text("/etc/rabbitmq/definitions.json", "{}\n")
    conf = part.text(
        "/etc/rabbitmq/rabbitmq.conf",
        "# Written by Novaform.\n"
        f"listeners.tcp.1 = {host.address}:{endpoint.PORTS['rabbitmq']}\n"
        "management.tcp.ip = 127.0.0.1\n"
        "management.tcp.port = 15672\n"
        f"load_definitions = {definitions['path']}\n",
    )
    environment = part.text("/etc/rabbitmq/rabbitmq-env.conf", _ERLANG)
    plugins = part.text("/etc/rabbitmq/enabled_plugins", "[rabbitmq_management].\n")
    api, admin = "http://127.0.0.1:15672", {"name": "novaform", "password": "<secret:broker_admin>"}
    return {
        "name": "rabbitmq",
        "packages": ["rabbitmq-server"],
        "files": [definitions, conf, environment, plugins],
        # The broker brings its own epmd; Debian's socket for one fails where that has been quicker, and stays failed.
        "units": [
            {"name": "epmd.socket", "state": "masked"},
            part.unit("rabbitmq-server", conf["path"], environment["path"], plugins["path"]),
        ],
        "broker": {
            "api": api,
            "admin": admin,
            "vhosts": sorted(endpoint.BROKER_VHOSTS.values()),
            "users": _broker_users(),
        },
        "ports": [
            part.port(endpoint.PORTS["rabbitmq"], "rabbitmq", [one.address for one in site.hosts]),
            *(part.port(number, "rabbitmq", part.NOBODY) for number in endpoint.ERLANG_PORTS),
        ],
        "proofs": _broker_proofs(site, host, api, admin),
    }


def memcached(site: Site, host: Host) -> dict[str, Any]:
    """Return the token cache, which nobody but this host's own services reaches."""
    del site, host
    conf = part.text(
        "/etc/memcached.conf",
        f"# Written by Novaform.\n-d\nlogfile /var/log/memcached.log\n-m 64\n-p {endpoint.PORTS['memcached']}\n"
        f"-u memcache\n-l {endpoint.LOOPBACK}\n-P /var/run/memcached/memcached.pid\n",
    )
    return {
        "name": "memcached",
        "packages": ["memcached", "python3-memcache", "python3-cryptography"],
        "files": [conf],
        "units": [part.unit("memcached", conf["path"])],
        "ports": [part.port(endpoint.PORTS["memcached"], "memcached", part.NOBODY)],
        "proofs": [{"tcp": endpoint.memcached(), "unit": "memcached.service"}],
    }


def _control_addresses(site: Site) -> list[str]:
    return [host.address for host in site.having("control")]
