"""A cloud needs an image before its first server, and no image host may be in reach.

The promise: from Debian packages alone, and mounting nothing, a bootable qcow2 of less than 25 MB called `tiny`
that says on its serial console what it got from the cloud: address, metadata, key, SSH server, user-data.
"""

from __future__ import annotations

from novaform.guest.image import build

__all__ = ["build"]
