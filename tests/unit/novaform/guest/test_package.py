"""What apt says is read right; the texts are apt's own, shortened."""

from __future__ import annotations

from novaform.guest import package

OFFERS = """\
'http://mirror.example/busybox-static_1.35.0-4%2bdeb12u1_amd64.deb' busybox-static_1%3a1.35.0-4_amd64.deb 92 SHA256:3d
'http://mirror.example/linux-image-6.1.0-56-cloud-amd64_6.1.192-2_amd64.deb' linux-image-6.1.0-56.deb 2671 SHA256:e7
"""
DEPENDS = """\
dropbear-bin
  Depends: libc6
  Depends: <libfoo-virtual>
libc6
  Depends: libgcc-s1
<libfoo-virtual>
gcc-12-base
zlib1g
"""


def test_offers_carry_names_files_and_digests() -> None:
    assert package.from_offers("NOTE: something\n" + OFFERS) == [
        package.Package("busybox-static", "busybox-static_1%3a1.35.0-4_amd64.deb", "SHA256:3d"),
        package.Package("linux-image-6.1.0-56.deb", "linux-image-6.1.0-56.deb", "SHA256:e7"),
    ]


def test_the_kernel_is_the_versioned_dependency() -> None:
    text = "linux-image-cloud-amd64\n  Depends: linux-image-6.1.0-56-cloud-amd64\n"
    assert package.kernel_of(text) == "linux-image-6.1.0-56-cloud-amd64"
    assert package.kernel_of("<linux-image-cloud-amd64>\n") is None


def test_only_real_libraries_are_taken() -> None:
    assert package.libraries_of(DEPENDS) == ["libc6", "zlib1g"]
