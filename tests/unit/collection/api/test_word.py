"""The words of clouds.yaml that say where, and as whom, to act: each is heeded, or refused by its name."""

from __future__ import annotations

import json
import random
import time
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from fakes.talker import keystone
from novaform import core
from novaform.cli import main
from novaform.cloud import credential, session

if TYPE_CHECKING:
    from pathlib import Path

AUTH = {"auth_url": "http://127.0.0.1:1", "username": "me", "password": "s3cret", "project_name": "p"}


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing of this machine's own count."""
    for name in ("OS_CLOUD", "OS_AUTH_URL", "OS_REGION_NAME", "OS_CACERT", "http_proxy", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    monkeypatch.chdir(tmp_path)


def loaded(folder: Path, auth: dict[str, Any] | None = None, **more: Any) -> credential.Credential:
    (folder / "clouds.yaml").write_text(yaml.safe_dump({"clouds": {"c": {"auth": {**AUTH, **(auth or {})}, **more}}}))
    return credential.load()


def signed(given: credential.Credential) -> session.Session:
    made = session.Session(given)
    made.token()
    return made


def test_the_first_of_several_regions_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = ["RegionTwo", {"name": "RegionOne", "values": {"interface": "internal"}}]
    assert loaded(tmp_path, regions=both).region == "RegionTwo"
    assert loaded(tmp_path, regions=both, region_name="RegionOne")[4:6] == ("RegionOne", "internal")
    monkeypatch.setenv("OS_REGION_NAME", "RegionOne")
    assert loaded(tmp_path, regions=both).region == "RegionOne"
    assert loaded(tmp_path, region_name="RegionTwo").region == "RegionOne"
    monkeypatch.setenv("OS_REGION_NAME", "RegionThree")
    with pytest.raises(core.errors.ObserveError, match="has no region RegionThree; it has RegionTwo, RegionOne"):
        loaded(tmp_path, regions=both)


def test_of_several_regions_one_must_be_named(tmp_path: Path) -> None:
    with keystone(regions=("RegionTwo", "RegionOne")) as (url, _):
        with pytest.raises(core.errors.ObserveError, match="has RegionOne and RegionTwo: give region_name"):
            signed(loaded(tmp_path, {"auth_url": url}))
        made = signed(loaded(tmp_path, {"auth_url": f"{url}/v3/ "}, regions=["RegionTwo"]))
        assert made.url("compute", "/x") == "http://RegionTwo.example/compute/x"


def test_an_endpoint_may_be_another_than_the_catalogs(tmp_path: Path) -> None:
    with keystone() as (url, _):
        given = loaded(tmp_path, {"auth_url": url}, **{"compute-endpoint-override": "http://other.example/nova"})
        assert signed(given).url("compute", "/x") == "http://other.example/nova/x"
        wrong = loaded(tmp_path, {"auth_url": url}, network_endpoint_override="nowhere")
        with pytest.raises(core.errors.ObserveError, match=r"the endpoint of network of .* is not an address"):
            signed(wrong)


REFUSED = {
    "compute_service_type": {"compute_service_type": "nova"},
    "network_region_name": {"network_region_name": "two"},
    "image_interface": {"image_interface": "admin"},
    "identity_api_version 2.0": {"identity_api_version": "2.0"},
    "turns TLS verification off": {"verify": "no"},
    "no clouds-public.yaml has its profile vexxhost": {"profile": "vexxhost"},
    "regions must be a list": {"regions": "one"},
    "each of regions must be a name": {"regions": [["one"]]},
    "interface must be a word": {"interface": ["public", "internal"]},
    "auth: projct_name is not known here": {"auth": {"projct_name": "p"}},
    "auth: system_scope is not known here": {"auth": {"system_scope": "all"}},
    "give http://k/v3": {"auth": {"auth_url": "http://k/v2.0/ "}},
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_is_not_heeded_is_refused_by_its_name(tmp_path: Path, said: str) -> None:
    more = dict(REFUSED[said])
    with pytest.raises(core.errors.ObserveError, match=said) as caught:
        loaded(tmp_path, more.pop("auth", None), **more)
    assert "s3cret" not in str(caught.value)


def test_words_that_look_like_numbers_are_words(tmp_path: Path) -> None:
    text = "clouds: {1: {verify: TRUE, region_name: 007, auth: {auth_url: 'http://k', username: 1e3, password: 0123,"
    (tmp_path / "clouds.yaml").write_text(text + " project_name: yes, user_domain_name: 2026-01-01, project_id: ~}}}")
    found = credential.load()
    assert (found.cloud, found.region) == ("1", "007")
    words = {"username": "1e3", "password": "0123", "project_name": "yes", "user_domain_name": "2026-01-01"}
    assert found.auth == {"auth_url": "http://k", **words}


def test_a_profile_and_secrets_stand_in_files_of_their_own(tmp_path: Path) -> None:
    public = {"public-clouds": {"far": {"auth": {"auth_url": "http://far/v3"}, "region_name": "one"}}}
    (tmp_path / "clouds-public.yaml").write_text(yaml.safe_dump(public))
    (tmp_path / "secure.yaml").write_text("clouds: {c: {auth: {password: hidden}}}")
    (tmp_path / "clouds.yaml").write_text("clouds: {c: {profile: far, auth: {username: me, project_name: p}}}")
    found = credential.load()
    assert (found.region, found.auth["auth_url"], found.auth["password"]) == ("one", "http://far/v3", "hidden")


def test_variables_alone_are_a_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"AUTH_URL": "http://k/v3", "USERNAME": "me", "PASSWORD": "1", "PROJECT_NAME": "p", "REGION_NAME": "two"}
    for name, value in told.items():
        monkeypatch.setenv(f"OS_{name}", value)
    monkeypatch.setenv("OS_CACERT", "/ca.pem")
    found = credential.load()
    assert (found.cloud, found.file, found.region, found.cacert) == ("envvars", "", "two", "/ca.pem")
    assert credential.load(found.cloud, found.file) == found, "as the module is told"
    assert loaded(tmp_path).cloud == "envvars"
    monkeypatch.setenv("OS_CLOUD", "c")
    assert loaded(tmp_path).cloud == "c"


REASONS = {400: "Expecting to find domain in project", 403: "You are not authorized", 404: "Could not find project: p"}


@pytest.mark.parametrize("status", [*REASONS, 401])
def test_keystones_own_reason_is_told(tmp_path: Path, status: int) -> None:
    reason = REASONS.get(status, "The password is expired")
    body = {"error": {"message": f"{reason} \x1b[2J s3cret {'x' * 5000}", "code": status}}
    with (
        keystone(status=status, body=body) as (url, _),
        pytest.raises(core.errors.ObserveError, match=reason) as caught,
    ):
        signed(loaded(tmp_path, {"auth_url": url}))
    assert str(status) in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 2000


def test_where_keystone_has_moved_is_told(tmp_path: Path) -> None:
    said = "301: moved to https://new[.]example/v3: set auth_url"
    with keystone(status=301, headers={"Location": "https://new.example/v3"}) as (url, _):
        given = loaded(tmp_path, {"auth_url": url})
        with pytest.raises(core.errors.ObserveError, match=said):
            signed(given)


@pytest.mark.parametrize(
    ("kind", "auth", "said"),
    [
        ("v3oidcpasswrd", {}, "not known here; known: password, token, v3applicationcredential"),
        ("v3oidcpassword", {"discovery_endpoint": "http://127.0.0.1:1"}, "needs .*identity_provider"),
        ("v2password", {}, "not known here"),
    ],
)
def test_who_signs_in_otherwise_sends_keystone_no_password(
    tmp_path: Path, kind: str, auth: dict[str, str], said: str
) -> None:
    with keystone() as (url, asked):
        with pytest.raises(core.errors.ObserveError, match=f"auth_type {kind}: .*{said}"):
            signed(loaded(tmp_path, {"auth_url": url, **auth}, auth_type=kind))
        assert asked == []


def test_keystoneauth1_signs_in_and_again(tmp_path: Path) -> None:
    with keystone() as (url, asked):
        more = {
            "auth_url": f"{url}/v3",
            "passcode": "123456",
            "user_domain_id": "default",
            "project_domain_id": "default",
        }
        made = signed(loaded(tmp_path, more, auth_type="v3totp"))
        assert made.url("compute", "/x") == "http://RegionOne.example/compute/x"
        assert made.token(refused=made.token()).secret == "token-2"
    bodies = [json.loads(one) for one in asked]
    assert [one["auth"]["identity"]["methods"] for one in bodies] == [["totp"]] * 2


def test_proxies_of_the_environment_are_heeded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with keystone() as (url, asked):
        monkeypatch.setenv("http_proxy", url.replace("http://", "http://me:secret@"))
        assert signed(loaded(tmp_path, {"auth_url": "http://keystone.invalid:5000"})).token().secret == "token-1"
        assert len(asked) == 1
        monkeypatch.setenv("no_proxy", "keystone.invalid")
        with pytest.raises(core.errors.ObserveError, match="cannot connect"):
            signed(loaded(tmp_path, {"auth_url": "http://keystone.invalid:5000"}))
        monkeypatch.setenv("https_proxy", url)
        with pytest.raises(core.errors.ObserveError, match=r"the proxy 127.0.0.1:\d+ answered 501"):
            signed(loaded(tmp_path, {"auth_url": "https://other.invalid"}))


WHOLE = {"auth": AUTH, "regions": ["one", {"name": "two", "values": {"cacert": "x"}}], "verify": True}
BROKEN = [b"\n", b": ", b"- ", b"{", b"[", b"*a", b"&a", b"!!int ", b"<<: ", b"? ", b"\0", b"\xff", b"'", b"|", b"99"]


def broken(whole: bytes, chance: random.Random) -> bytes:
    found = bytearray(whole)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(found))
        found[place : place + chance.randint(0, 3)] = chance.choice(BROKEN)
    return bytes(found)


def test_any_bytes_end_in_one_sentence(tmp_path: Path) -> None:
    """Three hundred files that were whole once; none costs more than a moment, a traceback, or its secret."""
    chance = random.Random(5)
    whole = yaml.safe_dump({"clouds": {"c": WHOLE}}).encode()
    for _ in range(300):
        (tmp_path / "clouds.yaml").write_bytes(broken(whole, chance))
        began, said = time.process_time(), ""
        try:
            credential.load()
        except core.errors.ObserveError as error:
            said = str(error)
        assert "s3cret" not in said
        assert "\n" not in said
        assert time.process_time() - began < 2


def test_a_whole_file_is_one_that_a_command_goes_by(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "instances.yml").write_text("stack: shop\ninstances: {web: {image: i, flavor: f}}\n")
    (tmp_path / "clouds.yaml").write_text(yaml.safe_dump({"clouds": {"c": WHOLE}}))
    assert main.main(["plan"]) == 1
    assert "cannot connect" in capfd.readouterr().err


def test_a_look_that_sees_nothing_says_each_cause_once(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "instances.yml").write_text("stack: shop\ninstances: {web: {image: i, flavor: f}}\n")
    with keystone() as (url, _):
        nowhere = dict.fromkeys(
            ("compute_endpoint", "network_endpoint_override", "image_endpoint"), "http://127.0.0.1:1"
        )
        loaded(tmp_path, {"auth_url": url}, **nowhere)
        for command in ("plan", "status", "drift"):
            assert main.main([command]) == 1
            err = capfd.readouterr().err
            assert err.startswith("novaform: nothing could be looked at: GET http://127.0.0.1:1/")
            assert err.count("Connection refused") == 1
            assert err.count("\n") == 1
