"""One base image serves all hosts of a suite: made once by mmdebstrap, never written to afterwards.

A build that is cut short, even by kill -9, leaves no process: all of it runs in a process namespace that ends with us.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from typing import TYPE_CHECKING

from novaform.lab import LabError, command, lock, machine

if TYPE_CHECKING:
    from pathlib import Path

    from novaform.lab.home import Home

PACKAGES = (
    "ca-certificates",
    "dbus",
    "iproute2",
    "iptables",
    "iputils-ping",
    "kmod",
    "netbase",
    "nftables",
    "openssh-server",
    "procps",
    "python3",
    "python3-apt",
    "sudo",
    "systemd",
    "systemd-sysv",
)
# A lab host is deployed at once: the daily timers would take apt's lock in the middle of it.
_HOOKS = (
    'chroot "$1" systemctl enable systemd-networkd',
    'chroot "$1" systemctl mask apt-daily.timer apt-daily-upgrade.timer',
    'rm -f "$1"/etc/ssh/ssh_host_*',
    ': > "$1"/etc/machine-id',
)
_BUILD_PATIENCE = 900.0
_SWEEP_PATIENCE = 10.0
_BUILD_PATIENCE = 3600.0


def path(home: Home, suite: str) -> Path:
    """Give where the image of a suite is or will be; its name changes with everything that shapes it."""
    recipe = json.dumps([suite, PACKAGES, _HOOKS, _apt_settings()])
    return home.images / f"{suite}-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"


def ensure(home: Home, suite: str) -> Path:
    """Make the image unless it is there, and give its directory; raises LabError with mmdebstrap's reason."""
    image = path(home, suite)
    if image.exists():
        return image
    with lock.hold(_lock(image), f"the {suite} base image", _BUILD_PATIENCE) as descriptor:
        if not image.exists():
            site = _site(image)
            _remove(site)
            site.mkdir()
            _build(suite, site, descriptor)
            (site / "root").chmod(0o755)
            (site / "root").rename(image)
            _remove(site)
        _lock(image).unlink()
    return image


def sweep(home: Home) -> None:
    """Remove what an interrupted build left; a build that still runs for another lab is left alone."""
    for site in home.images.glob("*.partial"):
        image = site.with_suffix("")
        try:
            with lock.hold(_lock(image), "the base image", _SWEEP_PATIENCE):
                _remove(site)
                _lock(image).unlink()
        except LabError:
            continue


def _build(suite: str, site: Path, descriptor: int) -> None:
    log, scratch = site / "log", site / "tmp"
    scratch.mkdir()
    scratch.chmod(0o1777)  # apt's own user writes here
    with log.open("w", encoding="utf-8") as output:
        # The build inherits the lock: whoever gets it next knows that no process of this build is left.
        try:
            done = subprocess.run(
                _argv(suite, site / "root"),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[descriptor],
                check=False,
                env={**command.environment(), "TMPDIR": str(scratch)},
                timeout=_BUILD_PATIENCE,
            )
        except subprocess.TimeoutExpired as error:
            raise LabError(
                f"mmdebstrap did not make the {suite} image within {_BUILD_PATIENCE:.0f} s (see {log})"
            ) from error
    if done.returncode != 0:
        said = [line for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("E: ")]
        reason = said[0] if said else f"exit status {done.returncode}"
        raise LabError(f"mmdebstrap could not make the {suite} image: {reason} (all of it: {log})")


def _argv(suite: str, target: Path) -> list[str]:
    guard = ["setpriv", "--pdeathsig", "KILL", "unshare", "--fork", "--pid", "--mount-proc", "--kill-child"]
    build = ["mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory", "--skip=cleanup/apt/lists"]
    options = [f"--aptopt={setting}" for setting in _apt_settings()]
    hooks = [f"--customize-hook={hook}" for hook in _HOOKS]
    return [*guard, *build, f"--include={','.join(PACKAGES)}", *options, *hooks, suite, str(target)]


def _apt_settings() -> list[str]:
    return ['Acquire::Languages "none";', *machine.observe_apt_settings()]


def _lock(image: Path) -> Path:
    return image.with_name(f".{image.name}.lock")


def _site(image: Path) -> Path:
    return image.with_name(f"{image.name}.partial")


def _remove(directory: Path) -> None:
    if directory.exists():
        shutil.rmtree(directory)
