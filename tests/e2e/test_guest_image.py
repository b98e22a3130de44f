"""The guest image called tiny, built and really booted under emulation, on the hardware that Nova gives it."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest
from novaform import guest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.e2e

INSTANCE = "6a1f0c9e-52f4-4a5e-9f0e-0d5a3c1b7e11"
BOOT_SECONDS = 90
SCRIPT = "#!/bin/sh\necho told by user-data on $(hostname)\necho kept >/tmp/proof\nexit 3\n"
MACHINES = {
    "pc": ["-machine", "pc,accel=tcg", "-vga", "cirrus", "-m", "128"],
    "q35": ["-machine", "q35,accel=tcg", "-vga", "std", "-m", "96"],
}


Boot: TypeAlias = "Callable[..., Guest]"


class Guest:
    """One running guest: its serial console as text, its monitor, its SSH port."""

    def __init__(self, image: Path, folder: Path, arguments: list[str]) -> None:
        self.port = free_port()
        self.log = folder / "console.log"
        self.log.write_bytes(b"")
        self.monitor = folder / "monitor"
        disk = folder / "disk.qcow2"
        shutil.copyfile(image, disk)
        command = [
            "qemu-system-x86_64", "-nodefaults", "-display", "none", "-device", "virtio-balloon-pci",
            "-serial", f"file:{self.log}", "-qmp", f"unix:{self.monitor},server=on,wait=off",
            "-drive", f"file={disk},if=none,id=root,format=qcow2", "-device", "virtio-blk-pci,drive=root,bootindex=1",
            "-netdev", network(folder / "metadata", self.port), "-device", "virtio-net-pci,netdev=n", *arguments,
        ]  # fmt: skip
        self.started = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def console(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace").replace("\r", "")

    def wait_for(self, pattern: str, seconds: float = BOOT_SECONDS) -> re.Match[str]:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            match = re.search(pattern, self.console())
            if match:
                return match
            assert self.process.poll() is None, f"qemu ended: {self.process.communicate()[1].decode()}"
            time.sleep(0.2)
        raise AssertionError(f"no {pattern!r} in {seconds} s on the console:\n{self.console()}")

    def press_power_button(self) -> None:
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(str(self.monitor))
            stream = door.makefile("rw")
            stream.readline()
            for command in ("qmp_capabilities", "system_powerdown"):
                stream.write(json.dumps({"execute": command}) + "\n")
                stream.flush()
                while '"return"' not in stream.readline():
                    pass


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def network(metadata: Path, port: int) -> str:
    """The user network of QEMU, with one address of it answered by our metadata: loopback only, and no root."""
    answer = f"{sys.executable} {Path(__file__).with_name('metadata_once.py')} {metadata}"
    served = f",guestfwd=tcp:169.254.169.254:80-cmd:{answer}" if metadata.exists() else ""
    addresses = "net=169.254.0.0/16,host=169.254.0.2,dhcpstart=169.254.0.15"
    return f"user,id=n,restrict=on,{addresses},hostfwd=tcp:127.0.0.1:{port}-:22{served}"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return guest.build(tmp_path_factory.mktemp("image") / "tiny.qcow2", print)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "me@desk", "-f", str(path)], check=True)
    return path


@pytest.fixture
def boot(image: Path, tmp_path: Path) -> Iterator[Boot]:
    running: list[Guest] = []

    def start(*arguments: str) -> Guest:
        running.append(Guest(image, tmp_path, list(arguments)))
        return running[-1]

    yield start
    for one in running:
        one.process.kill()
        one.process.communicate()


def write_tree(root: Path, documents: dict[str, str]) -> None:
    for name, text in documents.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def nova_documents(key: Path, user_data: str | None = None) -> dict[str, str]:
    public = key.with_suffix(".pub").read_text(encoding="utf-8")
    described = {
        "meta": {"hostname": "not-this", "uuid": "nor-this"},
        "uuid": INSTANCE,
        "hostname": "web-1.novalocal",
        "public_keys": {"my.key": public},
        "keys": [{"name": "my.key", "type": "ssh", "data": public}],
    }
    documents = {"openstack/latest/meta_data.json": json.dumps(described)}
    return documents if user_data is None else documents | {"openstack/latest/user_data": user_data}


def fingerprint(path: Path) -> str:
    told = subprocess.run(["ssh-keygen", "-lf", str(path)], check=True, capture_output=True, text=True)
    return told.stdout.split()[1]


def log_in(one: Guest, key: Path, command: str) -> str:
    """Log in with the key, after the host key was found to be the one that the console declared."""
    known = key.with_name("known_hosts")
    scan = subprocess.run(
        ["ssh-keyscan", "-T", "20", "-t", "ed25519", "-p", str(one.port), "127.0.0.1"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    known.write_text(scan.stdout, encoding="utf-8")
    assert fingerprint(known) == one.wait_for(r"tiny: ssh listening fingerprint=(\S+)")[1]
    options = ["-F", "none", "-o", f"UserKnownHostsFile={known}", "-o", "BatchMode=yes", "-o", "ConnectTimeout=20"]
    login = ["ssh", *options, "-i", str(key), "-p", str(one.port), "root@127.0.0.1", command]
    return subprocess.run(login, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.parametrize("machine", MACHINES)
def test_a_guest_says_on_its_console_what_the_cloud_gave_it(
    boot: Boot, machine: str, key: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    write_tree(tmp_path / "metadata", nova_documents(key, SCRIPT))
    one = boot(*MACHINES[machine])
    one.wait_for(r"tiny: dhcp address=169\.254\.0\.15/16 interface=eth0")
    assert one.wait_for(r"tiny: metadata instance=(\S+) hostname=(\S+)").groups() == (INSTANCE, "web-1.novalocal")
    said = one.wait_for(r"tiny: ssh-key installed fingerprint=(\S+) comment=(\S+)\n")
    assert said.groups() == (fingerprint(key.with_suffix(".pub")), "me@desk")
    one.wait_for(r"\ntold by user-data on web-1\n(.*\n)*tiny: user-data exit=3\n")
    record_property("uptime", one.wait_for(r"tiny: ready uptime=([\d.]+)s")[1])
    record_property("boot_seconds", round(time.monotonic() - one.started, 1))
    assert log_in(one, key, "hostname; busybox httpd -h /tmp; wget -qO- http://127.0.0.1/proof") == "web-1\nkept\n"
    assert one.console().count("ssh-key installed") == 1


def test_a_guest_powers_off_within_ten_seconds_of_the_power_button(boot: Boot, key: Path, tmp_path: Path) -> None:
    write_tree(tmp_path / "metadata", nova_documents(key))
    one = boot(*MACHINES["pc"])
    one.wait_for("tiny: user-data none(.*\n)*tiny: ready")
    one.press_power_button()
    assert one.process.wait(timeout=10) == 0
    assert "tiny: power button, powering off" in one.console()


def test_a_cloud_that_speaks_only_ec2_is_understood(boot: Boot, key: Path, tmp_path: Path) -> None:
    public = key.with_suffix(".pub").read_text(encoding="utf-8")
    write_tree(
        tmp_path / "metadata/latest",
        {
            "meta-data/instance-id": "i-0000002a",
            "meta-data/local-hostname": "old.example.org",
            "meta-data/public-keys/index": "0=my.key",
            "meta-data/public-keys/0/openssh-key": public,
            "user-data": "#cloud-config\npackages: [nginx]\n",
        },
    )
    one = boot(*MACHINES["pc"])
    one.wait_for("tiny: metadata instance=i-0000002a hostname=old.example.org")
    one.wait_for(
        f"tiny: ssh-key installed fingerprint={re.escape(fingerprint(key.with_suffix('.pub')))} comment=me@desk"
    )
    one.wait_for("tiny: user-data not a script(.*\n)*tiny: ready")


def test_a_config_drive_serves_where_no_metadata_service_answers(boot: Boot, key: Path, tmp_path: Path) -> None:
    write_tree(tmp_path / "drive", nova_documents(key, SCRIPT))
    drive = tmp_path / "drive.img"
    subprocess.run(
        ["mformat", "-C", "-v", "config-2", "-T", "8192", "-h", "16", "-s", "63", "-i", str(drive), "::"], check=True
    )
    subprocess.run(["mcopy", "-s", "-i", str(drive), str(tmp_path / "drive/openstack"), "::"], check=True)
    one = boot(*MACHINES["pc"], "-drive", f"file={drive},if=virtio,format=raw,readonly=on")
    one.wait_for(f"tiny: metadata instance={INSTANCE} hostname=web-1.novalocal source=/media")
    one.wait_for("tiny: user-data exit=3(.*\n)*tiny: ready")
    assert log_in(one, key, "echo in") == "in\n"
