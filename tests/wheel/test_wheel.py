"""The built wheel, alone in a fresh environment: what users install is tried, not what we edit.

The fresh environment borrows the libraries of this one (a ``.pth``, which does not see our editable install).
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

INSIDE = "ansible_collections/novaform/compute/"
ONLY_IN_TARBALL = {"MANIFEST.json", "FILES.json"}  # written by ansible-galaxy
ONLY_IN_WHEEL = {"galaxy.yml"}  # where ansible-galaxy finds the version of a collection that it did not install


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command far from the working tree, with nothing of our development settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON", "MYPY"))}
    kept |= {"ANSIBLE_COLLECTIONS_PATH": str(cwd / "none"), "ANSIBLE_HOME": str(cwd / "home"), "HOME": str(cwd)}
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, root, cwd=out)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def fresh(wheel: Path) -> Path:
    """The bin directory of an environment that holds the wheel."""
    home = wheel.parent / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    borrowed = sysconfig.get_path("purelib")
    site = next(home.glob("lib/python3*/site-packages"))
    (site / "libraries.pth").write_text(f"{borrowed}\n")
    pip = (sys.executable, "-m", "pip", "--python", home / "bin" / "python")
    run(*pip, "install", "--quiet", "--no-deps", "--ignore-installed", "--no-index", wheel, cwd=wheel.parent)
    return home / "bin"


def shipped_in_wheel(wheel: Path) -> set[str]:
    names = zipfile.ZipFile(wheel).namelist()
    return {name.removeprefix(INSIDE) for name in names if name.startswith(INSIDE)}


def test_wheel_and_tarball_carry_the_same_collection(root: Path, wheel: Path, tmp_path: Path) -> None:
    galaxy = (sys.executable, "-m", "ansible", "galaxy", "collection", "build")
    run(*galaxy, "--output-path", tmp_path, root, cwd=tmp_path)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as tarball:
        in_tarball = {member.name for member in tarball if member.isfile()}
    assert shipped_in_wheel(wheel) - ONLY_IN_WHEEL == in_tarball - ONLY_IN_TARBALL


def test_wheel_carries_what_git_holds(files: list[Path], wheel: Path) -> None:
    expected = {str(path) for path in files if path.parts[0] in {"plugins", "roles", "playbooks"}}
    assert {name for name in shipped_in_wheel(wheel) if name.startswith(("plugins", "roles", "playbooks"))} == expected


def test_command_and_collection_have_one_version(fresh: Path, tmp_path: Path) -> None:
    version = run(fresh / "novaform", "--version", cwd=tmp_path).split()[-1]
    listed = run(fresh / "python", "-m", "ansible", "galaxy", "collection", "list", cwd=tmp_path)
    assert f"novaform.compute {version}" in " ".join(listed.split())
    assert str(fresh.parent) in listed


def test_every_module_is_documented(root: Path, fresh: Path, tmp_path: Path) -> None:
    modules = [f"novaform.compute.{path.stem}" for path in (root / "plugins" / "modules").glob("[!_]*.py")]
    assert modules
    shown = run(fresh / "python", "-m", "ansible", "doc", "-t", "module", "--json", *modules, cwd=tmp_path)
    assert str(fresh.parent) in shown
    assert str(root) not in shown


def test_site_playbook_is_found_by_name(fresh: Path, tmp_path: Path) -> None:
    check = (fresh / "python", "-m", "ansible", "playbook", "-i", "localhost,", "--syntax-check")
    shown = run(*check, "novaform.compute.site", cwd=tmp_path)
    assert f"playbook: {fresh.parent}" in shown
