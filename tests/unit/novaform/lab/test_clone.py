from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from novaform.lab import archive, clone

if TYPE_CHECKING:
    from pathlib import Path

    from novaform.lab import home
    from novaform.lab.record import LabRecord


def test_a_host_knows_itself_and_its_neighbours(plan: LabRecord) -> None:
    files = clone.render_files(plan, "compute1", ["192.0.2.1"])
    assert files["etc/hostname"][0] == "compute1\n"
    assert "10.64.2.11 control1\n10.64.2.12 compute1\n10.64.2.13 compute2\n" in files["etc/hosts"][0]
    assert files["etc/resolv.conf"][0] == "nameserver 192.0.2.1\n"
    assert "Address=10.64.2.12/24\nGateway=10.64.2.1\n" in files["etc/systemd/network/10-host0.network"][0]


def test_tunnels_have_an_address_on_the_bridge_that_the_second_link_is_in(plan: LabRecord) -> None:
    content, _ = clone.render_files(plan, "compute2", [])["etc/systemd/network/10-br-ex.network"]
    assert "Name=br-ex\n" in content
    assert "Address=10.64.3.13/24\n" in content


def test_no_two_hosts_are_the_same_machine(plan: LabRecord) -> None:
    ids = {clone.render_files(plan, host, [])["etc/machine-id"][0] for host in plan.topology.hosts}
    assert len(ids) == 3


def test_a_clone_is_written_once_with_the_modes_of_the_image(
    plan: LabRecord, lab: home.LabHome, tmp_path: Path
) -> None:
    image = tmp_path / "image"
    (image / "etc" / "apt" / "apt.conf.d").mkdir(parents=True)
    (image / "root").mkdir(mode=0o700)
    clone.ensure_lab_key(lab)
    clone.ensure(plan, lab, "compute1", image)
    upper = lab.host("compute1").upper
    modes = {name: stat.S_IMODE((upper / name).stat().st_mode) for name in ("", "etc", "root", "root/.ssh")}
    assert modes == {"": 0o755, "etc": 0o755, "root": 0o700, "root/.ssh": 0o700}
    assert stat.S_IMODE((upper / "etc/ssh/ssh_host_ed25519_key").stat().st_mode) == 0o600
    before = (upper / "etc/machine-id").read_text()
    clone.ensure(plan, lab, "compute1", image)
    assert (upper / "etc/machine-id").read_text() == before


def test_the_pinned_key_is_the_hosts_own(plan: LabRecord, lab: home.LabHome, tmp_path: Path) -> None:
    (tmp_path / "image").mkdir()
    clone.ensure_lab_key(lab)
    for host in plan.topology.hosts:
        clone.ensure(plan, lab, host, tmp_path / "image")
    key = (lab.host("compute2").upper / "etc/ssh/ssh_host_ed25519_key.pub").read_text().split()[1]
    assert f"10.64.2.13,compute2 ssh-ed25519 {key}\n" in clone.render_known_hosts(plan, lab)


def test_downloads_of_one_lab_serve_the_next(plan: LabRecord, place: home.Home) -> None:
    archive.ensure(place, plan, "compute1")
    own = place.archives / archive.own_name(plan, "compute1")
    (own / "tree.deb").write_text("package")
    archive.harvest(place, plan)
    assert [path.name for path in place.archives.iterdir()] == ["shared"]
    archive.ensure(place, plan, "compute2")
    again = place.archives / archive.own_name(plan, "compute2") / "tree.deb"
    assert again.samefile(place.archives / "shared" / "tree.deb")
