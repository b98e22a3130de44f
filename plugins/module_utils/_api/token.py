"""A token and the catalog from Keystone v3: asked once per run, and once more when it stops being accepted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from .._core.errors import ObserveError
from . import signin
from .answer import complaint, load_json, member
from .check import is_bare, is_ident, readable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .credential import Credential
    from .wire import Answer, Transport


class Token(NamedTuple):
    """Leave to ask, and whom to ask. ``catalog`` maps a service's type to its address. ``repr`` hides the secret."""

    secret: str
    catalog: Mapping[str, str]
    project: str
    user: str
    roles: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Token({self.user} in {self.project})"


SECRETS = ("password", "token", "application_credential_secret")


def _domain(auth: Mapping[str, Any], who: str) -> dict[str, Any]:
    """Return the domain of a user or project as Keystone wants it."""
    ident = auth.get(f"{who}_domain_id") or auth.get("default_domain") or auth.get("domain_id")
    name = auth.get(f"{who}_domain_name") or auth.get("domain_name")
    return {"name": name} if name and not auth.get(f"{who}_domain_id") else {"id": ident or "default"}


def _request_of(credential: Credential) -> dict[str, Any]:
    """Return the body of the request for a token."""
    auth, method = credential.auth, credential.method
    if method == "application_credential":
        one: dict[str, Any] = {"secret": auth.get("application_credential_secret") or ""}
        if auth.get("application_credential_id"):
            one["id"] = auth["application_credential_id"]
        else:
            one.update(name=auth.get("application_credential_name"), user=_user_of(auth))
        return {"auth": {"identity": {"methods": ["application_credential"], "application_credential": one}}}
    if method == "token":
        identity: dict[str, Any] = {"methods": ["token"], "token": {"id": auth.get("token") or ""}}
    else:
        user = {**_user_of(auth), "password": str(auth.get("password") or "")}
        identity = {"methods": ["password"], "password": {"user": user}}
    if auth.get("trust_id"):
        return {"auth": {"identity": identity, "scope": {"OS-TRUST:trust": {"id": auth["trust_id"]}}}}
    return {"auth": {"identity": identity, "scope": {"project": _project_of(credential)}}}


def _user_of(auth: Mapping[str, Any]) -> dict[str, Any]:
    """Return the user as Keystone wants it."""
    if auth.get("user_id"):
        return {"id": auth["user_id"]}
    return {"name": auth.get("username"), "domain": _domain(auth, "user")}


def _project_of(credential: Credential) -> dict[str, Any]:
    """Return the project as Keystone wants it."""
    auth = credential.auth
    if auth.get("project_id") or auth.get("tenant_id"):
        return {"id": auth.get("project_id") or auth.get("tenant_id")}
    name = auth.get("project_name") or auth.get("tenant_name")
    if not name:
        raise ObserveError(f"{credential.place} names no project")
    return {"name": name, "domain": _domain(auth, "project")}


def authenticate(transport: Transport, credential: Credential) -> Token:
    """Ask for a token. Raises ``ObserveError`` without ever repeating what was sent."""
    if not credential.method:
        return _to_token(signin.sign_in(credential), credential, f"auth_type {credential.auth_type}")
    try:
        base = _address(str(credential.auth["auth_url"]))
    except ValueError as error:
        raise ObserveError(f"auth_url of {credential.place} is not an address") from error
    url = (base if base.endswith("/v3") else f"{base}/v3") + "/auth/tokens"
    body = json.dumps(_request_of(credential)).encode()
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    answer = transport.send("POST", url, headers, body)
    if answer.status != 201:
        raise ObserveError(f"{url}: {_refusal(answer, credential)}", status=answer.status)
    try:
        return _to_token({"secret": answer.headers["x-subject-token"], "body": load_json(answer)}, credential, url)
    except (ValueError, KeyError) as error:
        raise ObserveError(f"{url}: Keystone's answer is not a token with a catalog") from error


def _refusal(answer: Answer, credential: Credential) -> str:
    """Say why Keystone gives no token, in its own words, without the secrets that it was sent."""
    told = complaint(answer, [str(credential.auth[one]) for one in SECRETS if credential.auth.get(one)])
    who = f"Keystone does not accept the credentials of {credential.place}"
    if answer.status == 401:
        return f"{who} ({told})"
    moved = ": set auth_url to where it is" if 300 <= answer.status < 400 else ""
    if answer.status < 300:
        return (
            f"what answers is not Keystone ({told.partition(':')[0]}, no token): correct auth_url of {credential.place}"
        )
    return f"Keystone answered {told.removeprefix('HTTP ')}{moved} ({credential.place})"


def _to_token(told: Mapping[str, Any], credential: Credential, where: str) -> Token:
    """Return a token of what Keystone said: ``secret``, and the ``body`` of its answer. Raises ``ObserveError``."""
    try:
        found = member(where, told["body"], "token")
        return Token(
            str(told["secret"]),
            _catalog_of(found.get("catalog") or [], credential, where),
            _id_of(found["project"]),
            _id_of(found["user"]),
            tuple(str(role["name"]) for role in found.get("roles") or ()),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ObserveError(f"{where}: Keystone's answer is not a token with a catalog") from error


def _id_of(thing: Mapping[str, Any]) -> str:
    """Return a thing's id. Raises ``ValueError`` where it has none."""
    if not is_ident(thing["id"]):
        raise ValueError("no id")
    return str(thing["id"])


def _address(url: str) -> str:
    """Return an endpoint's address. Raises ``ValueError`` for what is none."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0 or not is_bare(url):
        raise ValueError("no address")
    return url.rstrip("/")


def _catalog_of(entries: list[Mapping[str, Any]], credential: Credential, where: str) -> dict[str, str]:
    """Return one address per service type, for the wanted interface and region. Raises for a garbled one.

    Where no region is wanted and there are several, nobody can tell which is meant. Raises ``ObserveError`` for that.
    """
    found: dict[str, str] = {}
    regions: set[str] = set()
    for entry in entries:
        for endpoint in entry["endpoints"]:
            fits = credential.region in {None, endpoint.get("region_id"), endpoint.get("region")}
            if fits and endpoint["interface"] == credential.interface:
                found.setdefault(str(entry["type"]), _address(endpoint["url"]))
                regions |= {str(endpoint.get("region_id") or endpoint.get("region") or "")} - {""}
    if credential.region is None and len(regions) > 1:
        names = readable(" and ".join(sorted(regions)))
        told = f"the catalog has {names}: give region_name, or set OS_REGION_NAME"
        raise ObserveError(f"{where}: {told} ({credential.place})")
    found.pop("volume", None)  # what bore this name was the API's first version
    cinder = found.get("block-storage") or found.get("volumev3")
    found.update({"volume": cinder} if cinder else {})
    return {**found, **{service: _override(service, url, credential) for service, url in credential.endpoints.items()}}


def _override(service: str, url: str, credential: Credential) -> str:
    """Return an address that stands in place of the catalog's. Raises ``ObserveError`` for what is none."""
    try:
        return _address(url)
    except ValueError as error:
        raise ObserveError(f"the endpoint of {service} of {credential.place} is not an address") from error
