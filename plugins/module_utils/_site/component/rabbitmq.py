"""RabbitMQ: the broker through which services call each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from .. import setting
from ..option import option
from . import part, shared

_API = "http://127.0.0.1:15672"
_ERLANG = """\
# Written by Novaform.
NODENAME=rabbit@localhost
ERL_EPMD_ADDRESS=127.0.0.1
SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
CTL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
"""


@dataclass(frozen=True)
class BrokerAccount:
    """An account, and what it may do in its virtual host."""

    name: str = option("The name of the account.", check=setting.name)
    password: str = option(
        "Its password.", secret=lambda given: shared.broker_secret(given["name"]), check=shared.in_broker_url
    )
    vhost: str = option("Its virtual host.", check=setting.vhost)
    configure: str = option("What it may declare, as a regular expression of names.", default=".*")
    write: str = option("Where it may publish, likewise.", default=".*")
    read: str = option("What it may consume, likewise.", default=".*")


@dataclass(frozen=True)
class RabbitmqOptions:
    """What RabbitMQ is told."""

    address: str = option("The address on which it listens.", check=setting.ipv4)
    admin_password: str = option("The password of its administrator C(novaform).", secret=lambda _: "broker_admin")
    client_address: Optional[str] = option(
        "The address under which clients reach it. Without it O(address).", default=None, check=setting.address
    )
    port: int = option("The port on which it listens.", default=5672, check=setting.integer(1, 65535))
    vhosts: tuple[str, ...] = option(
        "Virtual hosts that there are to be.", default=(), check=setting.each(setting.vhost)
    )
    accounts: tuple[BrokerAccount, ...] = option("Accounts that there are to be.", default=())


def parts(wanted: RabbitmqOptions) -> dict[str, Any]:
    """Return what there is to be of it on its host: its management API on loopback, and no password in its files.

    With definitions to load, be they none, it makes no guest. rabbitmq.conf has no way to write every password.
    There is one broker, so that nothing needs to find it by its port mapper or to join it: both listen on loopback,
    and the node's name is one that always leads there.
    """
    definitions = part.text("/etc/rabbitmq/definitions.json", "{}\n")
    conf = part.text(
        "/etc/rabbitmq/rabbitmq.conf",
        "# Written by Novaform.\n"
        f"listeners.tcp.1 = {wanted.address}:{wanted.port}\n"
        "management.tcp.ip = 127.0.0.1\n"
        "management.tcp.port = 15672\n"
        f"load_definitions = {definitions['path']}\n",
    )
    environment = part.text("/etc/rabbitmq/rabbitmq-env.conf", _ERLANG)
    plugins = part.text("/etc/rabbitmq/enabled_plugins", "[rabbitmq_management].\n")
    admin = {"name": "novaform", "password": wanted.admin_password}
    return {
        "name": "rabbitmq",
        "packages": ["rabbitmq-server", "python3-amqp"],  # to prove it as the accounts of its clients
        "files": [definitions, conf, environment, plugins],
        # The broker brings its own epmd; Debian's socket for one fails where that has been quicker, and stays failed.
        "units": [
            {"name": "epmd.socket", "state": "masked"},
            part.unit("rabbitmq-server", conf["path"], environment["path"], plugins["path"]),
        ],
        "broker": {
            "api": _API,
            "admin": admin,
            "vhosts": sorted(wanted.vhosts),
            "users": list(map(_user, wanted.accounts)),
        },
        "proofs": [
            {"tcp": f"{wanted.address}:{wanted.port}", "unit": "rabbitmq-server.service"},
            {"unit": "rabbitmq-server.service"},
            {"what": "the broker", "alarms": _API, "user": admin["name"], "password": admin["password"]},
            *({"what": f"the broker for {one.name}", "broker": _url(wanted, one)} for one in wanted.accounts),
        ],
    }


def _user(account: BrokerAccount) -> dict[str, Any]:
    rights = {"configure": account.configure, "write": account.write, "read": account.read}
    return {"name": account.name, "password": account.password, "vhost": account.vhost, **rights}


def _url(wanted: RabbitmqOptions, account: BrokerAccount) -> str:
    """Return the URL by which an account's clients reach the broker."""
    return shared.BrokerAccess(
        address=wanted.client_address or wanted.address,
        user=account.name,
        password=account.password,
        vhost=account.vhost,
        port=wanted.port,
    ).url
