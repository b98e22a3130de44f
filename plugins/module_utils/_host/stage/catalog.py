"""keystone's users, roles and catalog, over its API; and its very first administrator, through keystone's own code.

One token serves all components of a run. Whether a service user's password is the declared one costs keystone a
quarter of a second to tell, so it is asked once for each password and remembered by its digest.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..._core import secret
from ..._core.errors import ApplyError, ObserveError
from ..._site.decide import catalog as decision
from ..converge import is_coming, is_restarting
from ..door import keystone_tables, program, record, signin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._api.session import Session
    from ..._core.plan import Plan, Step

PATIENCE = 90  # seconds for a keystone that has just been started
PAUSE = 0.3  # seconds between two looks
RECORDS = "/var/lib/novaform/identity"
BOOTSTRAP = """
import json, sys
import keystone.conf
from keystone.cmd import bootstrap
from keystone.common import provider_api, sql
told = json.load(sys.stdin)
keystone.conf.configure()
sql.initialize()
keystone.conf.set_default_for_default_log_levels()
keystone.conf.CONF(args=[], project="keystone", default_config_files=["/etc/keystone/keystone.conf"])
worker = bootstrap.Bootstrapper()
resource = provider_api.ProviderAPIs.resource_api
for name, value in told.items():
    setattr(worker, name, value)
worker.bootstrap()
for name, thing, update in (
    ("default", resource.get_domain, resource.update_domain),
    (worker.project_id, resource.get_project, resource.update_project),
):
    if not thing(name).get("enabled", True):
        update(name, {"enabled": True})
"""
_LOOKS: dict[Session, dict[str, list[dict[str, Any]]]] = {}


class Catalog:
    """The stage of one component's part of the catalog."""

    def __init__(self, desired: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
        self.desired = desired
        self.resolved = secret.resolve(desired, secrets)
        self.admin = self.resolved["admin"]

    def plan(self, planned: Plan | None) -> Plan:
        """Compare whole lists. A keystone that is only to be made knows nobody yet."""
        if planned is None:
            return decision.decide(self.desired, self._wait())
        return decision.decide(self.desired, None if is_coming(planned, "keystone") else self._glance(planned))

    def apply(self, plan: Plan) -> None:
        """Do the steps in order."""
        for step in plan:
            if step.action == "bootstrap":
                self._bootstrap()
            else:
                self._do(step)

    def _session(self, account: tuple[str, str, str], *, once: bool) -> Session:
        return signin.session(self.resolved["auth_url"], self.resolved["region"], account, once=once)

    def _administrator(self, *, once: bool = False) -> Session:
        return self._session((self.admin["user"], self.admin["password"], self.admin["project"]), once=once)

    def _wait(self) -> decision.SeenCatalog | None:
        """Look until keystone answers. Raises ``ObserveError`` when it does not, or refuses the administrator."""
        deadline = time.monotonic() + PATIENCE
        while True:
            known = self._observe() if self.desired.get("bootstrap") else None
            if known is not None and not known.admin:
                return known
            try:
                return self._judge(self._look(once=False), once=False)
            except ObserveError as error:
                refused = signin.is_refusal(error)
                if refused and self.desired.get("bootstrap"):
                    return known and replace(known, admin=False)
                if refused or time.monotonic() > deadline:
                    raise
            time.sleep(PAUSE)

    def _glance(self, planned: Plan) -> decision.SeenCatalog | None:
        """Look once: at keystone, or into its tables when it cannot be asked. Raises ``ObserveError``."""
        refused, said = False, "it is going to be started again"
        if not is_restarting(planned, "keystone.service"):
            try:
                return self._judge(self._look(once=True), once=True)
            except ObserveError as error:
                refused, said = signin.is_refusal(error), str(error)
        try:
            known = self._observe()
        except ObserveError as error:
            raise ObserveError(f"what keystone knows cannot be looked at: {said}; {error}") from error
        return known and replace(known, admin=known.admin and not refused)

    def _observe(self) -> decision.SeenCatalog | None:
        return keystone_tables.observe(self.admin["user"], self.resolved["region"])

    def _look(self, *, once: bool) -> decision.SeenCatalog:
        """Look at keystone's lists. For a plan those will do that another component has just planned with."""
        session = self._administrator(once=once)
        if not once or session not in _LOOKS:
            _LOOKS[session] = _lists(session)
        found = _LOOKS[session]
        services = {one["id"]: one["name"] for one in found["services"]}
        return decision.SeenCatalog(
            services=frozenset(services.values()),
            endpoints={
                (services[one["service_id"]], one["interface"]): one["url"]
                for one in found["endpoints"]
                if one["service_id"] in services and one["region_id"] == self.resolved["region"]
            },
            projects=frozenset(one["name"] for one in found["projects"]),
            roles=frozenset(one["name"] for one in found["roles"]),
            users={one["name"]: one["id"] for one in found["users"]},
            grants=frozenset(
                (one["role"]["name"], one["user"]["name"], one["scope"]["project"]["name"])
                for one in found["role_assignments"]
                if "user" in one and "project" in one["scope"]
            ),
            disabled=_disabled_ids(found, services, self.resolved["region"]),
        )

    def _judge(self, seen: decision.SeenCatalog, *, once: bool) -> decision.SeenCatalog:
        """Return the same with the users whose password keystone does not take."""
        off = {name for kind, name in seen.disabled if kind == "identity_user"}
        ours = [one for one in self.resolved.get("users", ()) if one["name"] in set(seen.users) - off]
        hashes = keystone_tables.hashes() if ours else {}
        refused = [one["name"] for one in ours if self._is_refused(one, seen, hashes.get(one["name"]), once=once)]
        return replace(seen, refused=frozenset(refused))

    def _is_refused(self, user: Mapping[str, Any], seen: decision.SeenCatalog, kept: str | None, *, once: bool) -> bool:
        """Return whether keystone does not take a user's declared password.

        What it took once it takes as long as the hash of the password that it has ``kept`` is the same.
        """
        name = user["name"]
        known = hashlib.sha256(json.dumps([seen.users[name], user["password"], kept]).encode()).hexdigest()
        remembered = record.load(name, RECORDS)
        if kept and remembered and remembered["inputs"].get("password") == known:
            return False
        try:
            self._session((name, user["password"], user["project"]), once=once).token()
        except ObserveError as error:
            if not signin.is_refusal(error):
                raise
            # The right password of a user without any role yet is answered with 401 as well.
            return any(grant[1] == name for grant in seen.grants)
        if not once:
            record.save(name, "known", {"password": known}, RECORDS)
        return False

    def _bootstrap(self) -> None:
        own = self.resolved["services"][0]
        told = {
            "admin_username": self.admin["user"],
            "admin_password": self.admin["password"],
            "project_name": self.admin["project"],
            "admin_role_name": "admin",
            "service_name": own["name"],
            "region_id": self.resolved["region"],
            "public_url": own["endpoints"]["public"],
            "internal_url": own["endpoints"]["internal"],
            "admin_url": own["endpoints"]["admin"],
            "immutable_roles": True,
        }
        program.change("the bootstrap of keystone", "keystone", ["python3", "-c", BOOTSTRAP], json.dumps(told))

    def _do(self, step: Step) -> None:
        acts = {
            "role": self._role,
            "project": self._project,
            "catalog_service": self._service,
            "endpoint": self._endpoint,
            "identity_user": self._user,
        }
        acts[step.kind](step)

    def _id(self, kind: str, name: str) -> str:
        """Return the id of the one thing of this kind with exactly this name."""
        found = self._administrator().get("identity", f"/{kind}?name={name}")[kind]
        known = next((str(one["id"]) for one in found if one["name"] == name), None)
        if known is None:
            raise ApplyError(f"keystone has none of this name among its {kind}: {name}; the module keystone makes it")
        return known

    def _post(self, kind: str, name: str, body: Mapping[str, Any]) -> None:
        self._administrator().send("identity", "POST", f"/{kind}", {name: body})

    def _role(self, step: Step) -> None:
        if step.action == "create":
            self._post("roles", "role", {"name": step.name})
            return
        role, rest = step.name.split(" to ", 1)
        user, project = rest.rsplit(" on ", 1)
        path = (
            f"/projects/{self._id('projects', project)}/users/{self._id('users', user)}/roles/{self._id('roles', role)}"
        )
        self._administrator().send("identity", "PUT", path)

    def _enable(self, kind: str, name: str, step: Step) -> None:
        path = f"/{kind}/{self._id(kind, step.name)}"
        self._administrator().send("identity", "PATCH", path, {name: {"enabled": True}})

    def _project(self, step: Step) -> None:
        if step.action == "update":
            self._enable("projects", "project", step)
        else:
            self._post("projects", "project", {"name": step.name, "domain_id": "default"})

    def _service(self, step: Step) -> None:
        if step.action == "update":
            self._enable("services", "service", step)
            return
        one = next(one for one in self.resolved["services"] if one["name"] == step.name)
        self._post("services", "service", {"name": one["name"], "type": one["type"], "description": one["description"]})

    def _endpoint(self, step: Step) -> None:
        name, interface = step.name.rsplit(" ", 1)
        one = next(one for one in self.resolved["services"] if one["name"] == name)
        body = {"interface": interface, "url": one["endpoints"][interface], "enabled": True}
        body["region_id"] = self.resolved["region"]
        service = self._id("services", name)
        if step.action == "create":
            self._post("endpoints", "endpoint", {**body, "service_id": service})
            return
        found = self._administrator().get("identity", f"/endpoints?service_id={service}&interface={interface}")[
            "endpoints"
        ]
        mine = next(one["id"] for one in found if one["region_id"] == self.resolved["region"])
        self._administrator().send("identity", "PATCH", f"/endpoints/{mine}", {"endpoint": body})

    def _user(self, step: Step) -> None:
        one = next(one for one in self.resolved["users"] if one["name"] == step.name)
        if step.action == "create":
            project = self._id("projects", one["project"])
            body = {
                "name": step.name,
                "password": one["password"],
                "domain_id": "default",
                "default_project_id": project,
            }
            self._post("users", "user", body)
            return
        path = f"/users/{self._id('users', step.name)}"
        self._administrator().send("identity", "PATCH", path, {"user": {"password": one["password"], "enabled": True}})


def _lists(session: Session) -> dict[str, list[dict[str, Any]]]:
    paths = ("services", "endpoints", "projects", "roles", "users", "role_assignments?include_names=true")
    return {path.partition("?")[0]: session.get("identity", f"/{path}")[path.partition("?")[0]] for path in paths}


def _disabled_ids(
    found: Mapping[str, list[dict[str, Any]]], services: Mapping[str, str], region: str
) -> frozenset[tuple[str, str]]:
    """Return what of these lists is switched off, as ``decision.SeenCatalog`` has it."""
    kinds = {"services": "catalog_service", "projects": "project", "users": "identity_user"}
    off = {(kinds[name], one["name"]) for name in kinds for one in found[name] if not one["enabled"]}
    off |= {
        ("endpoint", f"{services[one['service_id']]} {one['interface']}")
        for one in found["endpoints"]
        if one["service_id"] in services and one["region_id"] == region and not one["enabled"]
    }
    return frozenset(off)
