"""Whether whoever runs a module still listens: when ssh or its peer has ended, nobody reads what the module says."""

from __future__ import annotations

import select

STDOUT = 1


def listens(descriptor: int = STDOUT) -> bool:
    """Return whether anybody may still read from a pipe or socket that we write to."""
    poll = select.poll()
    poll.register(descriptor, 0)
    return not any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))
