"""Who we are and where the cloud is, from clouds.yaml; no secret leaves this value but into the request for a token.

Every word that says where or as whom to act is heeded or refused by its name: none is passed over in silence.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from .._core.errors import ObserveError
from .check import is_bare, readable
from .clouds_file import entry, find_file, mapping, merge, read

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Credential", "find_file", "load", "read"]

USER = ("username", "user_id", "user_domain_id", "user_domain_name", "password", "token", "trust_id")
PROJECT = ("project_name", "project_id", "tenant_name", "tenant_id", "project_domain_id", "project_domain_name")
DOMAIN = ("domain_id", "domain_name", "default_domain", "default_domain_id", "default_domain_name")
APPLICATION = ("application_credential_id", "application_credential_name", "application_credential_secret")
AUTH = ("auth_url", *USER, *PROJECT, *DOMAIN, *APPLICATION)
METHODS = {
    "password": "password",
    "v3password": "password",
    "token": "token",
    "v3token": "token",
    "v3applicationcredential": "application_credential",
}
"""How those sign in that need nothing but a request to Keystone; all others go by keystoneauth1."""
NO = frozenset({"false", "no", "off", "0", ""})
SERVICES = {
    "compute": "compute",
    "network": "network",
    "image": "image",
    "placement": "placement",
    "identity": "identity",
    **dict.fromkeys(("volume", "volumev3", "block_storage", "block_store"), "volume"),
}
OVERRIDE = re.compile(r"(\w+?)_endpoint(?:_override)?")
REFUSED = re.compile(r"\w+_(?:service_type|service_name|region_name|interface|endpoint_type)|system_scope|vendor_hook")
"""What would be somewhere else, or somebody else, and is not done."""


class Credential(NamedTuple):
    """One cloud of clouds.yaml. ``auth`` holds secrets: ``repr`` does not show it.

    ``file`` is empty for a cloud of OS_* variables. ``method`` is Keystone's own, empty where keystoneauth1 has to sign
    in. ``client`` are the files of a certificate and its key. ``endpoints`` are addresses in place of the catalog's.
    ``proxied``: whether the proxies of the environment are used.
    """

    cloud: str
    file: str
    auth: Mapping[str, Any]
    auth_type: str = "password"
    region: Optional[str] = None
    interface: str = "public"
    cacert: Optional[str] = None
    client: Optional[tuple[str, Optional[str]]] = None
    endpoints: Mapping[str, str] = {}
    proxied: bool = False

    @property
    def method(self) -> str:
        """Keystone's name of the way to sign in; empty for one that is not this program's own."""
        if (
            self.auth_type == "password"
            and "application_credential_secret" in self.auth
            and "password" not in self.auth
        ):
            return METHODS["v3applicationcredential"]
        if self.auth_type == "password" and "token" in self.auth and "password" not in self.auth:
            return METHODS["token"]
        return METHODS.get(self.auth_type, "")

    @property
    def place(self) -> str:
        """Where it stands, for people."""
        return f"cloud {self.cloud} of {self.file}" if self.file else "the cloud of OS_* variables"

    def __repr__(self) -> str:
        return f"Credential({self.cloud} of {self.file})"


def load(cloud: Optional[str] = None, file: Optional[str] = None) -> Credential:
    """Read one cloud's entry, see ``clouds_file``. Raises ``ObserveError`` with the place."""
    name, path, raw = entry(cloud, file)
    where = f"{path}: cloud {name}" if path else "the OS_* variables"
    found = {one.replace("-", "_"): value for one, value in raw.items()}
    chosen = _region_of(found, where)
    found = merge(found, mapping(chosen.get("values"), f"{where}: regions"))
    auth = _auth_of(found, where)
    _check(found, where)
    folder = Path(path).parent if path else Path.cwd()
    cert, key = (_file_of(found.get(one), folder) for one in ("cert", "key"))
    interface = str(found.get("interface") or found.get("endpoint_type") or "public").replace("URL", "")
    return Credential(
        name,
        path,
        auth,
        str(found.get("auth_type") or found.get("auth_plugin") or "password"),
        chosen.get("name"),
        interface,
        _file_of(found.get("cacert") or os.environ.get("OS_CACERT"), folder),
        (cert, key) if cert else None,
        _overrides(found),
        proxied=True,
    )


def _file_of(named: Optional[str], folder: Path) -> Optional[str]:
    """Return a file's path; relative ones are beside clouds.yaml."""
    return str(folder / Path(named).expanduser()) if named else None


def _region_of(found: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return ``{name, values}`` of the region: as OS_REGION_NAME or region_name says, else the first of ``regions``.

    Where none is named there is no name; only a region of ``regions`` can have values of its own.
    """
    named = os.environ.get("OS_REGION_NAME") or found.get("region_name") or None
    listed = found.get("regions") or []
    if not isinstance(listed, list) or (named is not None and not isinstance(named, str)):
        raise ObserveError(f"{where}: regions must be a list, and region_name a word")
    known = [one if isinstance(one, dict) else {"name": one} for one in listed]
    if not all(isinstance(one.get("name"), str) for one in known):
        raise ObserveError(f"{where}: each of regions must be a name, or have one")
    if not known:
        return {"name": named}
    chosen = next((one for one in known if named in {None, one["name"]}), None)
    if chosen is None:
        raise ObserveError(f"{where} has no region {named}; it has {readable(', '.join(one['name'] for one in known))}")
    return chosen


def _auth_of(found: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return who signs in and where, also of what stands beside ``auth``, as in variables it must."""
    auth = {one.replace("-", "_"): value for one, value in mapping(found.get("auth"), f"{where}: auth").items()}
    auth = {**{one: found[one] for one in AUTH if found.get(one) is not None}, **auth}
    if found.get("auth_token") and "token" not in auth:
        auth["token"] = found["auth_token"]
    others = str(found.get("auth_type") or "password") not in METHODS  # keystoneauth1 knows its own words
    for name, value in auth.items():
        if others and isinstance(value, list):
            continue
        if isinstance(value, (list, dict)):
            raise ObserveError(f"{where}: auth: {readable(name, 80)} must be a word")
        if not others and name not in AUTH:
            raise ObserveError(f"{where}: auth: {readable(name, 80)} is not known here")
    auth = {name: value if isinstance(value, list) else str(value) for name, value in auth.items() if value is not None}
    return {**auth, "auth_url": _address_of(auth.get("auth_url"), where)}


def _address_of(url: Optional[str], where: str) -> str:
    """Return Keystone's address without what is often at its end. Raises ``ObserveError`` for that of its version 2."""
    told = (url or "").strip()
    if not told:
        raise ObserveError(f"{where} has no auth_url")
    if not is_bare(told):
        raise ObserveError(f"{where}: auth_url must be an address alone, without a user, password, query or blank")
    base = told.rstrip("/")
    if base.endswith("/v2.0"):
        raise ObserveError(
            f"{where}: auth_url ends with /v2.0, a version that Keystone has no more: give {base[:-5]}/v3"
        )
    return base


def _check(found: Mapping[str, Any], where: str) -> None:
    """Refuse what would not be done as it is written. Raises ``ObserveError``."""
    if str(found.get("verify", "true")).lower() in NO or str(found.get("insecure", "no")).lower() not in NO:
        raise ObserveError(f"{where} turns TLS verification off; give cacert instead")
    for name, value in found.items():
        if name == "identity_api_version" and str(value).startswith("2"):
            raise ObserveError(f"{where}: identity_api_version {value}: Keystone has version 3 only")
        if REFUSED.fullmatch(name):
            raise ObserveError(f"{where}: {name} is not heeded here: take it out, or use another entry")
        word = name in {"cacert", "cert", "key", "interface", "endpoint_type", "auth_type"} or OVERRIDE.fullmatch(name)
        if word and isinstance(value, (list, dict)):
            raise ObserveError(f"{where}: {name} must be a word")


def _overrides(found: Mapping[str, Any]) -> dict[str, str]:
    """Return addresses that stand in place of the catalog's, by service."""
    told = ((OVERRIDE.fullmatch(name), value) for name, value in found.items())
    return {SERVICES[one[1]]: str(value).strip() for one, value in told if one and value and one[1] in SERVICES}
