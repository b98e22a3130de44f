"""Whatever a host says of itself, every host gets the same secrets, and no files but its own change."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.novaform.compute.plugins.filter import preflight, site
from ansible_collections.novaform.compute.plugins.module_utils._site import fact, result
from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import compose
from fakes.fact import KEY, honest
from hypothesis import given, settings
from hypothesis import strategies as st

ADDRESSES = {"control1": "192.0.2.11", "compute1": "192.0.2.12", "evil1": "192.0.2.13"}
GROUPS = {"control": ["control1"], "network": ["control1"], "compute": ["compute1", "evil1"]}
SECRETS = {name: f"S3CRET-{name}" for name in ("keystone_admin", "database_nova", "broker_admin", "metadata_proxy")}
BLUEPRINT, PREFLIGHT = site.FilterModule().filters()["blueprint"], preflight.preflight
PLACEHOLDERS = [f"<secret:{name}{form}>" for name in SECRETS for form in ("", "|url", "|base64")]
TEXTS = st.sampled_from(
    [*PLACEHOLDERS, f"kvm{PLACEHOLDERS[0]}", "qemu\n", f"{KEY}\ncompute1 {KEY}", f"{KEY} {PLACEHOLDERS[1]}",
     "../../../etc/passwd", "\x1b]0;owned\x07", "{{ lookup('pipe', 'id') }}", "", "x" * 100_000, "\ud800", "kvm"]
)  # fmt: skip
LEAVES = st.one_of(
    TEXTS, st.none(), st.booleans(), st.integers(-2, 2), st.floats(), st.sampled_from([10**30, -1, 4096]), st.just(KEY)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)
LIES = st.dictionaries(st.one_of(st.sampled_from(sorted(fact.FACTS)), TEXTS), VALUES, min_size=1, max_size=6)


def variables(lies: Any, secrets: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the variables of a site in which one host lies."""
    found = {}
    for name, address in ADDRESSES.items():
        facts = honest(name, address)
        if name == "evil1":
            facts = {**facts, **lies} if isinstance(lies, dict) else lies
        known = dict.fromkeys(secrets, "x")
        found[name] = {"address": address, site.FACTS: {"facts": facts}, "novaform_secrets": known}
    return found


HONEST = {host: BLUEPRINT(variables({}), GROUPS, host) for host in ADDRESSES}
NEEDED = tuple(name for made in HONEST.values() for name in compose.granted_secrets(made))


def known(made: list[dict[str, Any]]) -> dict[str, Any]:
    """Return every file of a host as text, but for the known_hosts lines of the liar."""
    files = {item["path"]: item for one in made for item in one.get("files", ())}
    shown: dict[str, Any] = {path: json.dumps(item, sort_keys=True) for path, item in files.items()}
    for path, item in files.items():
        if path.endswith("known_hosts"):
            shown[path] = "".join(
                one for one in item["content"].splitlines(keepends=True) if not one.startswith("evil1,")
            )
    return shown


def check_blueprint(lies: Any) -> None:
    told, said = variables(lies), ""
    for host in ADDRESSES:
        try:
            made = BLUEPRINT(told, GROUPS, host)
        except AnsibleFilterError as error:
            said = str(error)
            break
        assert compose.granted_secrets(made) == compose.granted_secrets(HONEST[host])
        if host != "evil1":
            assert known(made) == known(HONEST[host])
    assert said.startswith("the facts of evil1 are not facts: ") or not said
    assert len(said) < 1000


def check_preflight(lies: Any) -> None:
    rows = PREFLIGHT(variables(lies, NEEDED), GROUPS)
    assert all(value.isprintable() and len(value) < 1000 for row in rows for value in row.values())
    twins = [row for row in rows if row["problem"].endswith("is also that of evil1")]
    assert [row for row in rows if row["host"] != "evil1"] == twins
    wrong = fact.problem(variables(lies)["evil1"][site.FACTS]["facts"])
    about = [row for row in rows if row["host"] == "evil1"]
    assert not wrong or [row["problem"].startswith("what it says is not a host's facts: ") for row in about] == [True]


@given(LIES)
@settings(max_examples=300, deadline=2000)
def test_lies_change_nobodys_secrets_and_nobody_elses_files(lies: dict[str, Any]) -> None:
    check_blueprint(lies)
    check_preflight(lies)


HUGE = [
    "<secret:keystone_admin>",
    5,
    [{}],
    {"virt_type": "x" * 10_000_000},
    {"a" * 10_000_000: 1},
    {"ssh_host_keys": [KEY] * 100_000},
    {"ports": [{"port": "22"}] * 100_000},
]


@pytest.mark.parametrize("lies", HUGE, ids=lambda lies: str(lies)[:20])
def test_lies_of_every_size(lies: Any) -> None:
    check_blueprint(lies)
    check_preflight(lies)


WORDS = ["pending", "left", "steps", "diff", "msg", "unproven", "facts", "changed", "failed", "ended", "ansible_job_id"]
WORDS += ["add_host", "ansible_facts"]


@given(st.dictionaries(st.one_of(st.sampled_from(WORDS), TEXTS), VALUES))
@settings(max_examples=300, deadline=2000)
def test_of_an_answer_only_what_we_asked_for_is_taken(answer: dict[str, Any]) -> None:
    taken: dict[str, Any] = {}
    try:
        taken = result.take(answer, compose.NAMES)
    except result.NotAnAnswer as error:
        wrong = str(error)
    else:
        wrong = ""
    assert wrong.isprintable()
    assert len(wrong) < 2000
    assert not {"add_host", "ansible_facts", "add_group", "warnings"} & set(taken)
    assert set(taken.get("pending", ())) <= set(compose.NAMES)
    shown = json.dumps(taken, ensure_ascii=False)
    assert "\x1b" not in shown
    assert len(shown) < 10 * result.SHOWN


def test_an_honest_host_tells_facts_and_has_no_row() -> None:
    assert fact.problem(honest("a", "192.0.2.1")) == ""
    assert PREFLIGHT(variables({}, NEEDED), GROUPS) == []
