"""A token and the catalog from Keystone v3: asked once per run, and once more when it stops being accepted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from .._core.errors import ObserveError
from .answer import loaded, member
from .form import is_ident

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .credential import Credential
    from .wire import Transport


class Token(NamedTuple):
    """Leave to ask, and whom to ask. ``catalog`` maps a service's type to its address. ``repr`` hides the secret."""

    secret: str
    catalog: Mapping[str, str]
    project: str
    user: str
    roles: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Token({self.user} in {self.project})"


TYPES = {"compute": ("compute",), "network": ("network",), "image": ("image",), "identity": ("identity",)}


def domain(auth: Mapping[str, Any], who: str) -> dict[str, Any]:
    """Return the domain of a user or project as Keystone wants it."""
    ident = auth.get(f"{who}_domain_id") or auth.get("default_domain") or auth.get("domain_id")
    name = auth.get(f"{who}_domain_name") or auth.get("domain_name")
    return {"name": name} if name and not auth.get(f"{who}_domain_id") else {"id": ident or "default"}


def request_of(credential: Credential) -> dict[str, Any]:
    """Return the body of the request for a token."""
    auth = credential.auth
    if "application_credential_secret" in auth:
        one: dict[str, Any] = {"secret": auth["application_credential_secret"]}
        if auth.get("application_credential_id"):
            one["id"] = auth["application_credential_id"]
        else:
            one.update(name=auth.get("application_credential_name"), user=user_of(auth))
        return {"auth": {"identity": {"methods": ["application_credential"], "application_credential": one}}}
    if "token" in auth:
        identity: dict[str, Any] = {"methods": ["token"], "token": {"id": auth["token"]}}
    else:
        user = {**user_of(auth), "password": str(auth.get("password") or "")}
        identity = {"methods": ["password"], "password": {"user": user}}
    return {"auth": {"identity": identity, "scope": {"project": project_of(credential)}}}


def user_of(auth: Mapping[str, Any]) -> dict[str, Any]:
    """Return the user as Keystone wants it."""
    if auth.get("user_id"):
        return {"id": auth["user_id"]}
    return {"name": auth.get("username"), "domain": domain(auth, "user")}


def project_of(credential: Credential) -> dict[str, Any]:
    """Return the project as Keystone wants it."""
    auth = credential.auth
    if auth.get("project_id") or auth.get("tenant_id"):
        return {"id": auth.get("project_id") or auth.get("tenant_id")}
    name = auth.get("project_name") or auth.get("tenant_name")
    if not name:
        raise ObserveError(f"{credential.file}: cloud {credential.cloud} names no project")
    return {"name": name, "domain": domain(auth, "project")}


def authenticate(transport: Transport, credential: Credential) -> Token:
    """Ask for a token. Raises ``ObserveError`` without ever repeating what was sent."""
    try:
        base = address(str(credential.auth["auth_url"]))
    except ValueError as error:
        raise ObserveError(f"{credential.file}: auth_url of cloud {credential.cloud} is no address") from error
    url = (base if base.endswith("/v3") else f"{base}/v3") + "/auth/tokens"
    body = json.dumps(request_of(credential)).encode()
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    answer = transport.send("POST", url, headers, body)
    if answer.status == 401:
        where = f"cloud {credential.cloud} of {credential.file}"
        raise ObserveError(f"{url}: Keystone does not accept the credentials of {where}")
    if answer.status != 201:
        raise ObserveError(f"{url}: Keystone answered {answer.status}", status=answer.status)
    try:
        told = member(url, loaded(answer), "token")
        return Token(
            answer.headers["x-subject-token"],
            catalog_of(told.get("catalog") or [], credential),
            named(told["project"]),
            named(told["user"]),
            tuple(str(role["name"]) for role in told.get("roles") or ()),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ObserveError(f"{url}: Keystone's answer is no token with a catalog") from error


def named(thing: Mapping[str, Any]) -> str:
    """Return a thing's id. Raises ``ValueError`` where it has none."""
    if not is_ident(thing["id"]):
        raise ValueError("no id")
    return str(thing["id"])


def address(url: str) -> str:
    """Return an endpoint's address. Raises ``ValueError`` for what is none."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0 or not url.isascii():
        raise ValueError("no address")
    return url.rstrip("/")


def catalog_of(entries: list[Mapping[str, Any]], credential: Credential) -> dict[str, str]:
    """Return one address per service type, for the wanted interface and region. Raises for a garbled one."""
    found: dict[str, str] = {}
    for entry in entries:
        for endpoint in entry["endpoints"]:
            fits = credential.region in {None, endpoint.get("region_id"), endpoint.get("region")}
            if fits and endpoint["interface"] == credential.interface:
                found.setdefault(str(entry["type"]), address(endpoint["url"]))
    found.pop("volume", None)  # what bore this name was the API's first version
    cinder = found.get("block-storage") or found.get("volumev3")
    return {**found, **({"volume": cinder} if cinder else {})}
