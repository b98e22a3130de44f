"""What several components are told alike: a database, a broker, an identity, and what follows from each.

A password is a placeholder. Its name follows from its account, so that whoever declares the account and whoever uses
it mean the same secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Optional

from ..._core import secret
from .. import setting
from ..option import option

if TYPE_CHECKING:
    from collections.abc import Mapping

MEMCACHED = "127.0.0.1:11211"
"""The token cache, which only this host's own services reach."""
ADMIN = "keystone_admin"
METADATA = "metadata_proxy"
DATABASE = "Its account at the database server."
BROKER = "Its account at the broker."
IDENTITY = "Its account at keystone."
EVENTS_ROLE = "novaform_events"
"""Who may tell Nova that a port is up; the role is neutron's alone."""


def broker_secret(user: str) -> str:
    """Return the name of the secret that is an account's password at the broker."""
    return f"broker_{user.replace('-', '_')}"


def identity_secret(user: str) -> str:
    """Return the name of the secret that is a service's password at keystone."""
    return f"identity_{user.replace('-', '_')}"


def database_secret(user: str) -> str:
    """Return the name of the secret that is an account's password at the database server."""
    return f"database_{user}"


def token_cache_secret(user: str) -> str:
    """Return the name of the secret under which an API keeps tokens."""
    return f"token_cache_{user}"


def in_broker_url(value: Any) -> str:
    """Check a password for the broker, which oslo.messaging passes on to kombu with its slashes as they are."""
    return "must have no slash, which oslo.messaging cannot carry" if "/" in str(value) else ""


@dataclass(frozen=True)
class DatabaseAccess:
    """With which account a service signs in to its database, and where."""

    address: str = option("The address of the database server.", check=setting.address)
    user: str = option("The account of the service.", check=setting.name)
    password: str = option("Its password.", secret=lambda given: database_secret(given["user"]))
    port: int = option("The port of the database server.", default=3306, check=setting.integer(1, 65535))
    clients: tuple[str, ...] = option(
        "Where the account may sign in from, as MariaDB matches it. The database server is this host's then, and the"
        " schemas and the account are made there.\nWithout any they are left to whoever made them.",
        default=(),
    )

    def url(self, schema: str) -> str:
        """Return the SQLAlchemy URL of a schema."""
        return (
            f"mysql+pymysql://{self.user}:{secret.in_url(self.password)}@{self.address}:{self.port}/{schema}"
            "?charset=utf8mb4"
        )

    def parts(self, *schemas: str) -> dict[str, Any]:
        """Return the schemas and the account to be made, as ``{databases: ...}``; nothing where others do."""
        if not self.clients:
            return {}
        user = {"name": self.user, "password": self.password, "hosts": list(self.clients), "schemas": list(schemas)}
        return {"databases": {"schemas": list(schemas), "users": [user]}}

    def proof(self, schema: str) -> dict[str, Any]:
        """Return the proof that the account is let into a schema."""
        return {"what": f"database {schema} for {self.user}", "database": self.url(schema)}


@dataclass(frozen=True)
class BrokerAccess:
    """With which account a service signs in to the broker, and where."""

    address: str = option("The address of the broker.", check=setting.address)
    user: str = option("The account of the service.", check=setting.name)
    password: str = option("Its password.", secret=lambda given: broker_secret(given["user"]), check=in_broker_url)
    vhost: str = option("The virtual host of the service.", check=setting.vhost)
    port: int = option("The port of the broker.", default=5672, check=setting.integer(1, 65535))

    @property
    def url(self) -> str:
        """Return the transport URL."""
        return f"rabbit://{self.user}:{secret.in_url(self.password)}@{self.address}:{self.port}/{self.vhost}"

    def proof(self) -> dict[str, Any]:
        """Return the proof that the account can use the broker from this host."""
        return {"what": f"the broker for {self.user}", "broker": self.url}

    def ping(self, topic: str, exchange: str, unit: str) -> dict[str, Any]:
        """Return the proof that somebody answers the account on ``topic``, a kind of service and a host."""
        return {
            "what": f"RPC ping of {topic}",
            "ping": topic,
            "exchange": exchange,
            "broker": self.url,
            "unit": f"{unit}.service",
        }


RABBIT = {"rabbit_quorum_queue": True, "heartbeat_timeout_threshold": 60}
"""How services use the broker: queues that survive its restart."""


@dataclass(frozen=True)
class IdentityAccess:
    """With which account a service signs in to keystone, and where."""

    url: str = option("The URL of keystone, with its version.", check=setting.url)
    user: str = option("The account of the service, in the project C(service).", check=setting.name)
    password: str = option("Its password.", secret=lambda given: identity_secret(given["user"]))
    region: str = option("The region of the service.", default="RegionOne", check=setting.name)

    def account(self) -> dict[str, Any]:
        """Return keystoneauth options with which the service signs in as itself."""
        return {
            "auth_type": "password",
            "auth_url": self.url,
            "project_name": "service",
            "project_domain_name": "Default",
            "username": self.user,
            "user_domain_name": "Default",
            "password": self.password,
        }

    def peer(self) -> dict[str, Any]:
        """Return how the service reaches another one: as itself, on the internal interface of its region."""
        return {**self.account(), "region_name": self.region, "valid_interfaces": "internal"}

    def authtoken(self, key: str) -> dict[str, Any]:
        """Return the options with which an API checks its callers' tokens; ``key`` is for the cache."""
        return {
            **self.account(),
            "region_name": self.region,
            "interface": "internal",
            "www_authenticate_uri": self.url,
            "memcached_servers": MEMCACHED,
            # Without it, whoever reaches the cache says what a token is good for.
            "memcache_security_strategy": "ENCRYPT",
            "memcache_secret_key": key,
            "service_token_roles": "service",
            "service_token_roles_required": True,
        }

    def lists(self, kind: str, path: str, unit: str) -> dict[str, Any]:
        """Return the proof that an API answers the account with a list."""
        return api_proof(kind, path, unit, self.account(), self.region)


_NAMES = {
    "identity": "keystone",
    "image": "glance",
    "placement": "placement",
    "network": "neutron",
    "compute": "nova",
}


def user_of(name: str, password: str, *roles: str) -> dict[str, Any]:
    """Return the account with which a service signs in, and its roles besides the one for calls between services."""
    return {"name": name, "password": password, "project": "service", "roles": ["service", *roles]}


def administrator(url: str, password: str) -> dict[str, Any]:
    """Return keystoneauth options of the administrator."""
    return {
        "auth_url": url,
        "project_name": "admin",
        "project_domain_name": "Default",
        "username": "admin",
        "user_domain_name": "Default",
        "password": password,
    }


def catalog(identity: IdentityAccess, password: Optional[str], entry: Mapping[str, Any], *roles: str) -> dict[str, Any]:
    """Return ``{catalog: ...}``: a service's account, and its entry with the same address for all three interfaces.

    ``entry`` is ``{name, type, description, url}``, and ``password`` the administrator's: without nothing is made.
    """
    if not password:
        return {}
    address = entry["url"]
    service = {key: entry[key] for key in ("name", "type", "description")}
    return {
        "catalog": {
            "auth_url": identity.url,
            "admin": {"user": "admin", "password": password, "project": "admin", "domain": "Default"},
            "region": identity.region,
            "services": [{**service, "endpoints": {"public": address, "internal": address, "admin": address}}],
            "users": [user_of(identity.user, identity.password, *roles)],
        }
    }


def api_proof(kind: str, path: str, unit: str, auth: Mapping[str, Any], region: str) -> dict[str, Any]:
    """Return the proof that the API of a kind answers an account with a list; ``path`` ends with its name."""
    listed = path.partition("?")[0].rpartition("/")[2].replace("-", "_")
    return {
        "what": f"the list of {listed} of {_NAMES[kind]}",
        "api": kind,
        "path": path,
        "list": listed,
        "auth": dict(auth),
        "region": region,
        "unit": f"{unit}.service",
    }


def admin_password() -> Any:
    """Return the option that is the administrator's password."""
    text = "The password of keystone's administrator, who puts the service into the catalog.\nWithout it nobody does."
    return option(text, default=None, secret=lambda _: ADMIN)


def token_cache_key(user: str) -> Any:
    """Return the option that is the key under which an API keeps the tokens of its callers in memcached."""
    return option(
        "The key under which it keeps its callers' tokens in this host's memcached.",
        secret=lambda _: token_cache_secret(user),
    )


def workers() -> Any:
    """Return the option that says how many processes an API has."""
    return option("How many processes answer requests.", default=2, check=setting.integer(1, 128))


def config(text: str, *readers: str) -> Any:
    """Return the option of further options of a service's file.

    They are ``{section: {option: value}}``, or that for each reader where there are several of one file.
    """
    if not readers:
        return option(f"{text}\nAs C({{section: {{option: value}}}}).", default=None, check=setting.sections)
    known = ", ".join(f"V({one})" for one in readers)
    shape = f"As C({{reader: {{section: {{option: value}}}}}}), with reader one of {known}."
    return option(f"{text}\n{shape}", default=None, check=setting.sections_of(*readers))
