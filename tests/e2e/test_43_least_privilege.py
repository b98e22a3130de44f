"""The accounts that compute hosts hold are nobody's administrators, and listen in on nothing that is not theirs."""

from __future__ import annotations

import json
import shlex
import urllib.error
import urllib.request
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import endpoint
from ansible_collections.novaform.compute.plugins.module_utils._site.component import shared

if TYPE_CHECKING:
    from e2e.site import Site

FORBIDDEN = 403
BROKER = """
import amqp, json, sys
told = json.load(sys.stdin)
refused = []
for verb, name in told["tries"]:
    connection = amqp.Connection(**told["account"])
    connection.connect()
    channel = connection.channel()
    try:
        if verb == "get":
            channel.basic_get(name)
        elif verb == "declare":
            channel.queue_declare(name, durable=True, auto_delete=False)
        else:
            channel.queue_purge(name)
    except amqp.exceptions.AccessRefused:
        refused.append([verb, name])
    connection.close()
print(json.dumps(refused))
"""
SERVERS = {"nova-compute": ("conductor", "scheduler"), "neutron-agent": ("q-plugin", "q-reports-plugin", "q-l3-plugin")}


def sign_in(cloud: Site, user: str, project: str, password: str) -> tuple[str, str]:
    """Return a token of an account and the address of Nova's API."""
    who = {"name": user, "domain": {"id": "default"}, "password": password}
    scope = {"project": {"name": project, "domain": {"id": "default"}}}
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": who}}, "scope": scope}}
    (control,) = cloud.hosts("control")
    url = f"http://{cloud.address(control)}:{endpoint.PORTS['keystone']}/v3/auth/tokens"
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.headers["X-Subject-Token"], f"http://{cloud.address(control)}:{endpoint.PORTS['nova']}/v2.1"


def status(cloud: Site, account: tuple[str, str], path: str, body: Any = None) -> int:
    secret, project = f"identity_{account[0].replace('-', '_')}", account[1]
    password = cloud.secrets()["keystone_admin" if account[0] == "admin" else secret]
    token, nova = sign_in(cloud, account[0], project, password)
    headers = {"X-Auth-Token": token, "Content-Type": "application/json"}
    request = urllib.request.Request(f"{nova}{path}", body and json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("user", ["nova-compute", "nova", "glance", "placement"])
def test_an_account_of_a_service_is_no_administrator_of_nova(cloud: Site, user: str) -> None:
    for path in ("/servers?all_tenants=1", "/os-services", "/os-hypervisors/detail"):
        assert status(cloud, (user, "service"), path) == FORBIDDEN, path


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        (("neutron", "service"), 207),  # such a server is not there, which it may be told
        (("nova", "service"), FORBIDDEN),
        (("nova-compute", "service"), FORBIDDEN),
        (("admin", "admin"), FORBIDDEN),
    ],
)
def test_events_are_told_by_neutron_alone(cloud: Site, account: tuple[str, str], expected: int) -> None:
    event = {"name": "network-vif-plugged", "server_uuid": str(uuid.uuid4()), "tag": str(uuid.uuid4())}
    assert status(cloud, account, "/os-server-external-events", {"events": [event]}) == expected


@pytest.mark.parametrize("user", list(SERVERS))
def test_the_brokers_accounts_of_hosts_take_nothing_from_the_control_host(cloud: Site, user: str) -> None:
    (control,) = cloud.hosts("control")
    tries = [[verb, name] for name in SERVERS[user] for verb in ("get", "declare", "purge")]
    secret = shared.broker_secret(user)
    account = {
        "host": cloud.address(control),
        "userid": user,
        "password": endpoint.fit(secret, cloud.secrets()[secret]),
        "virtual_host": endpoint.BROKER_VHOSTS[endpoint.BROKER_USERS[user]],
    }
    told = {"account": account, "tries": tries}
    command = shlex.join(["python3", "-c", BROKER])
    assert json.loads(cloud.ask(control, command, text=json.dumps(told))) == tries


def test_a_compute_host_holds_no_secret_of_the_control_host(cloud: Site) -> None:
    for name in set(cloud.hosts("compute")) - set(cloud.hosts("control")):
        read = cloud.ask(name, "cat /etc/nova/nova.conf /etc/neutron/neutron.conf")
        for secret in ("identity_nova", "identity_neutron", "broker_nova", "broker_neutron", "metadata_proxy"):
            assert cloud.secrets()[secret] not in read, secret
