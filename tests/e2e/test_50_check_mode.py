"""Check mode tells the truth: nothing on a finished host, and on an empty one exactly what the real run did."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from e2e import leak, site

if TYPE_CHECKING:
    from e2e.site import Ended, Site

WORDS = ["--check", "--diff"]
EMPTY = "test ! -e /etc/nova && test ! -e /var/lib/novaform && ! dpkg -s nova-api mariadb-server 2>/dev/null"
FINGERPRINT = (
    "find /etc /usr /var/lib/dpkg /var/lib/novaform -xdev -printf '%p %s %T@\\n' 2>/dev/null | sort | sha256sum"
)
KINDS = {"package", "file", "schema", "unit"}


@pytest.fixture(scope="module")
def predicted(empty: Site) -> tuple[Ended, dict[str, Any]]:
    """Check mode on the empty host, and what it noted."""
    before = empty.ask("aio", FINGERPRINT)
    ended = empty.playbook(*WORDS)
    assert empty.ask("aio", FINGERPRINT) == before, "check mode wrote to the host"
    return ended, empty.noted()


@pytest.fixture(scope="module")
def done(cloud: Site) -> dict[str, Any]:
    """What the run that deployed this lab noted."""
    path = cloud.root / "molecule" / cloud.record.topology.name / "artifacts" / "steps.jsonl"
    runs = [json.loads(line) for line in path.read_text().splitlines()]
    return next(run for run in runs if not run["check"] and any(one["steps"] for one in run["results"]))


def normal(cloud: Site, noted: dict[str, Any], host: str) -> set[tuple[str, str, str]]:
    """Steps with addresses as words, for those differ from lab to lab.

    A set: in check mode ``host`` names all packages and files, and each component's module those that it would miss.
    """
    words = {cloud.address(host): "ADDRESS", str(cloud.record.provider_subnet): "OUTSIDE"}
    pattern = re.compile("|".join(map(re.escape, words)))
    steps = site.steps(noted, host)
    return {(action, kind, pattern.sub(lambda match: words[match[0]], name)) for action, kind, name in steps}


def test_on_a_finished_host_nothing_is_to_do(cloud: Site) -> None:
    before = cloud.ask("aio", FINGERPRINT)
    ended = cloud.playbook(*WORDS)
    assert ended.status == 0, ended.said
    assert [one for one in cloud.noted()["results"] if one["steps"] or one["changed"]] == []
    assert cloud.ask("aio", FINGERPRINT) == before


def test_on_an_empty_host_it_ends_well_and_touches_nothing(
    empty: Site, predicted: tuple[Ended, dict[str, Any]]
) -> None:
    ended, _ = predicted
    assert ended.status == 0, ended.said
    empty.ask("aio", EMPTY)


def test_it_names_packages_files_and_starts(predicted: tuple[Ended, dict[str, Any]]) -> None:
    steps = set(site.steps(predicted[1], "aio"))
    assert {kind for _, kind, _ in steps} >= KINDS
    assert ("start", "unit", "nova-api.service") in steps
    assert "nova-api" in {name for action, kind, name in steps if (action, kind) == ("install", "package")}


def test_predicted_steps_are_done_steps(
    cloud: Site, empty: Site, predicted: tuple[Ended, dict[str, Any]], done: dict[str, Any]
) -> None:
    expected, happened = normal(empty, predicted[1], "aio"), normal(cloud, done, "aio")
    differences = [f"only predicted: {step}" for step in sorted(expected - happened)]
    differences += [f"only done: {step}" for step in sorted(happened - expected)]
    assert not differences, "\n".join(differences)


def test_its_differences_show_no_secret(empty: Site, predicted: tuple[Ended, dict[str, Any]]) -> None:
    said = predicted[0].said.encode()
    assert b"<secret:" in said
    assert not [name for name, forms in leak.needles(empty.secrets()).items() if any(form in said for form in forms)]
