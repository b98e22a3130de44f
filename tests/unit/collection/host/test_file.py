"""Files on a real disk: written at once, links replaced, and read again as declared."""

from __future__ import annotations

import grp
import os
import pwd
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core import converge, errors, plan
from ansible_collections.novaform.compute.plugins.module_utils._host.door import ini, record
from ansible_collections.novaform.compute.plugins.module_utils._host.lock import lock
from ansible_collections.novaform.compute.plugins.module_utils._host.stage import file, ini_file

if TYPE_CHECKING:
    from collections.abc import Iterator

OWNER = {"owner": pwd.getpwuid(os.getuid()).pw_name, "group": grp.getgrgid(os.getgid()).gr_name}
SECRETS = {"p": "hunter$2"}


def items(folder: Path) -> list[dict[str, Any]]:
    options = {"DEFAULT": {"debug": True}, "db": {"password": "<secret:p>"}}
    return [
        {"path": f"{folder}/etc/d", "format": "directory", "mode": "0750", **OWNER},
        {"path": f"{folder}/etc/a.conf", "format": "ini", "options": options, "mode": "0640", **OWNER},
        {"path": f"{folder}/etc/x.service.d/n.conf", "format": "text", "content": "é <secret:p>\n", **OWNER},
        {"path": f"{folder}/gone", "format": "absent"},
    ]


def triples(done: plan.Plan) -> list[tuple[str, str, str]]:
    return [step.key for step in done]


def test_predicted_is_done_and_then_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "gone").write_text("x")
    stages = [file.Files(items(tmp_path), SECRETS, f"{tmp_path}/records")]
    predicted, _ = converge.plan_stages(stages, plan.Plan())
    assert not (tmp_path / "etc").exists()
    done = converge.apply_stages(stages)
    assert triples(predicted) == triples(done)
    assert [step.action for step in done] == ["set", "write", "write", "remove"]
    assert converge.plan_stages(stages, plan.Plan()) == (plan.Plan(), [])
    assert (tmp_path / "etc/a.conf").stat().st_mode & 0o7777 == 0o640
    assert (tmp_path / "etc/x.service.d/n.conf").read_text(encoding="utf-8") == "é hunter$2\n"
    assert "hunter" not in str(predicted.to_diff()) + str(done.to_diff())
    assert sorted(name for _, _, names in os.walk(tmp_path / "etc") for name in names) == ["a.conf", "n.conf"]


def test_a_link_is_replaced_and_where_it_led_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/a.conf").symlink_to(tmp_path / "victim")
    (tmp_path / "etc/.a.conf.novaform").symlink_to(tmp_path / "victim")
    converge.apply_stages([file.Files(items(tmp_path), SECRETS, f"{tmp_path}/records")])
    assert (tmp_path / "victim").read_text() == "mine"
    assert not (tmp_path / "etc/a.conf").is_symlink()


SERVICE = 64123


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder that a service may write in, among root's."""
    made = tmp_path / "home"
    made.mkdir()
    os.chown(made, SERVICE, SERVICE)
    (tmp_path / "victim").mkdir(mode=0o700)
    return made


@pytest.mark.parametrize("form", ["directory", "text", "absent"])
@pytest.mark.parametrize("link", ["way", "way/inner"], ids=["on the way", "at its end"])
def test_root_follows_no_link_that_a_service_could_have_made(tmp_path: Path, home: Path, form: str, link: str) -> None:
    """Neither when it looks nor when it acts, and what the link leads to stays as it is."""
    (home / link).parent.mkdir(exist_ok=True)
    os.chown((home / link).parent, SERVICE, SERVICE)
    (home / link).symlink_to(tmp_path / "victim")
    item = {"path": f"{home}/way/inner/x", "format": form, "content": "", **OWNER}
    before = (tmp_path / "victim").stat()
    with pytest.raises(
        errors.ApplyError, match=r"over a symbolic link, .*, in a folder that others than root may write"
    ):
        file.Files([item], {}, f"{tmp_path}/records").plan(None)
    with pytest.raises(errors.ApplyError, match="symbolic link"):
        file.bring(file.to_file(item, {}))
    after = (tmp_path / "victim").stat()
    assert (after.st_uid, after.st_mode, list((tmp_path / "victim").iterdir())) == (before.st_uid, before.st_mode, [])


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o775])
def test_a_folder_that_others_may_write_is_as_good_as_theirs(tmp_path: Path, mode: int) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open/way").symlink_to(tmp_path)
    os.chown(tmp_path / "open", -1, SERVICE)
    (tmp_path / "open").chmod(mode)
    with pytest.raises(errors.ApplyError, match="symbolic link, way,"):
        file.bring(file.to_file({"path": f"{tmp_path}/open/way/x", "format": "directory", **OWNER}, {}))


def test_a_declared_directory_of_a_service_is_none_when_it_is_a_link(tmp_path: Path, home: Path) -> None:
    (home / ".ssh").symlink_to(tmp_path / "victim")
    with pytest.raises(errors.ApplyError, match=r"\.ssh, in a folder"):
        file.bring(file.to_file({"path": f"{home}/.ssh", "format": "directory", "mode": "0700", **OWNER}, {}))
    assert (tmp_path / "victim").stat().st_uid == 0


def test_links_of_the_administrator_are_followed_and_loops_are_not(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "way").symlink_to("real")
    (tmp_path / "far").symlink_to(tmp_path / "way/../way")
    converge.apply_stages(
        [file.Files([{"path": f"{tmp_path}/far/a/b", "format": "text", "content": "x", **OWNER}], {}, f"{tmp_path}/r")]
    )
    assert (tmp_path / "real/a/b").read_text() == "x"
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(errors.ObserveError, match="cannot be looked at"):
        file.observe(f"{tmp_path}/loop/a")


def test_what_is_made_on_the_way_can_be_entered_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0o077)
    try:
        stage = file.Files(items(tmp_path), SECRETS, f"{tmp_path}/records")
        converge.apply_stages([stage])
    finally:
        os.umask(old)
    assert [(tmp_path / way).stat().st_mode & 0o777 for way in ("etc", "etc/x.service.d")] == [0o755, 0o755]
    assert (tmp_path / "etc/a.conf").stat().st_mode & 0o777 == 0o640


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that anybody gets to, unlike ``tmp_path``."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def test_a_file_whose_reader_cannot_get_to_it_is_a_step_for_the_directory(public: Path, tmp_path: Path) -> None:
    (public / "policy.d").mkdir(mode=0o700)
    item = {"path": f"{public}/policy.d/a.yaml", "format": "text", "content": "x", "group": "nogroup", "mode": "0640"}
    stages = [file.Files([item], {}, f"{tmp_path}/records")]
    (predicted, _), done = converge.plan_stages(stages, plan.Plan()), converge.apply_stages(stages)
    assert triples(done) == [("set", "directory", f"{public}/policy.d"), ("write", "file", item["path"])]
    assert triples(predicted) == triples(done)
    assert (public / "policy.d").stat().st_mode & 0o777 == 0o755
    assert not converge.plan_stages(stages, plan.Plan())[0]


def test_a_directory_may_be_a_link_to_one(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o750)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/d").symlink_to(tmp_path / "data")
    done = converge.apply_stages([file.Files(items(tmp_path)[:1], SECRETS, f"{tmp_path}/records")])
    assert not done
    assert (tmp_path / "etc/d").is_symlink()


@pytest.mark.parametrize(("package", "names"), [("nova", []), ("nova-compute", []), ("nov", ["x"]), ("", ["x"])])
def test_a_directory_comes_with_a_planned_package_whose_name_begins_so(
    tmp_path: Path, package: str, names: list[str]
) -> None:
    item = {"path": f"{tmp_path}/x", "format": "directory", "package": package}
    coming = plan.Plan((plan.Step("install", "package", "nova-compute-kvm"),))
    found = file.Files([item], {}).plan(coming)
    assert [Path(step.name).name for step in found] == names


def test_an_absent_file_that_comes_with_a_planned_package_is_predicted(tmp_path: Path) -> None:
    stage = file.Files([{"path": f"{tmp_path}/x", "format": "absent", "package": "nova-compute"}], {})
    coming = plan.Plan((plan.Step("install", "package", "nova-compute"),))
    other = plan.Plan((plan.Step("install", "package", "nova-api"),))
    assert [len(stage.plan(planned).steps) for planned in (None, plan.Plan(), other, coming)] == [0, 0, 0, 1]


@pytest.mark.parametrize(
    "item",
    [
        {"path": "etc/a", "format": "text", "content": ""},
        {"path": "/etc/../a", "format": "text", "content": ""},
        {"path": "/etc/a", "format": "yaml", "content": ""},
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(item: dict[str, Any]) -> None:
    with pytest.raises(errors.DeclareError):
        file.Files([item], {})


def test_an_owner_that_does_not_exist_is_fine_until_it_is_needed(public: Path) -> None:
    stage = file.Files([{**items(public)[1], "owner": "nosuchuser"}], SECRETS, f"{public}/records")
    plan_ = stage.plan(plan.Plan())
    assert len(plan_.steps) == 1
    with pytest.raises(errors.ApplyError, match="no user nosuchuser"):
        stage.apply(plan_)


def test_single_options_are_merged_and_the_rest_of_the_file_stays_and_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "n.conf"
    path.write_text("# mine\n[db]\npassword = old1\nadmin_token = tok3n\n")
    path.chmod(0o604)
    stages = [ini_file.IniFile({"path": str(path), "options": {"db": {"password": "<secret:p>"}}}, SECRETS)]
    done = converge.apply_stages(stages)
    assert path.read_text() == "# mine\n[db]\npassword = hunter\\$2\nadmin_token = tok3n\n"
    assert path.stat().st_mode & 0o777 == 0o604
    shown = str(done.to_diff())
    assert "(changed)" in shown
    assert not [value for value in ("old1", "tok3n", "hunter") if value in shown]
    assert not converge.apply_stages(stages)


def test_an_unknown_option_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"sections": {"default": ["my_ip"], "db": ["password"]}, "found": ["n"], "plugins": {"password": ["user"]}}
    monkeypatch.setattr(ini, "known_options", lambda *_, **__: known)
    options = {"DEFAULT": {"my_ipp": 1, "password": 2}, "ks": {"auth_type": "password", "user": "x", "rabbit_host": 1}}
    item = {"path": f"{tmp_path}/a", "format": "ini", "options": options, "namespaces": ["n"], **OWNER}
    with pytest.raises(errors.DeclareError) as refused:
        file.Files([{**item, "origins": {"DEFAULT/my_ipp": "cloud.yml:12"}}], {}).plan(None)
    said = str(refused.value).splitlines()
    assert said[0] == "cloud.yml:12: [DEFAULT] my_ipp is not an option of the installed release; did you mean my_ip?"
    assert said[1].endswith("[DEFAULT] password is not an option of the installed release; did you mean [db] password?")
    assert "[ks] auth_type" in said[2]
    assert said[3].endswith("; today it is [DEFAULT] transport_url")
    with pytest.raises(errors.ObserveError, match="the options of m "):
        file.Files([{**item, "namespaces": ["m"]}], {}).plan(None)
    assert len(file.Files([{**item, "namespaces": ["m"]}], {}).plan(plan.Plan()).steps) == 1


def test_what_somebody_else_wrote_is_told_from_what_we_wrote(tmp_path: Path) -> None:
    records, item = f"{tmp_path}/records", items(tmp_path)[1]
    path = item["path"]
    converge.apply_stages([file.Files([item], SECRETS, records)])
    assert not file.is_foreign(path, file.observe(path), records)
    changed = {**item, "options": {"DEFAULT": {"debug": False}}}
    converge.apply_stages([file.Files([changed], SECRETS, records)])
    righted = record.load(path, records)
    assert righted is not None
    assert righted["righted"] == 0.0
    (tmp_path / "etc/a.conf").write_text("[DEFAULT]\ndebug = no\n")
    assert file.is_foreign(path, file.observe(path), records)
    converge.apply_stages([file.Files([changed], SECRETS, records)])
    righted = record.load(path, records)
    assert righted is not None
    assert righted["righted"] > 0
    assert not file.is_foreign(path, file.observe(path), records)
    assert "hunter" not in "".join(one.read_text() for one in (tmp_path / "records").iterdir())


def test_two_runs_do_not_write_at_once(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    first = lock.Lock(path)
    assert not first.plan(plan.Plan())
    assert not (tmp_path / "lock").exists()
    first.plan(None)
    with pytest.raises(errors.ObserveError, match=f"process {os.getpid()}"):
        lock.Lock(path, within=0).plan(None)
    first.release()
    second = lock.Lock(path, within=0)
    second.plan(None)
    second.release()
