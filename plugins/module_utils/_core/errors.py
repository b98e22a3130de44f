"""One tree of errors, each a sentence a person can act on: what is wrong, where, and what to do.

Doors translate a library's exceptions into these once; only ``converge``, the loop and ``cli.main`` catch them.
"""

from __future__ import annotations


class Error(Exception):
    """Something went wrong that a person must hear about.

    ``details`` is for programs (it is returned by modules and printed by ``--json``) and never holds a secret.
    ``terminal`` says that trying again cannot help until somebody changes something.
    """

    terminal = False

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def __str__(self) -> str:
        return self.message


class DeclareError(Error):
    """What the user declared cannot be: the message starts with ``file:line:column`` where there is a file."""

    terminal = True


class ObserveError(Error):
    """The world could not be looked at. This is never the same as "it is not there"."""


class ApplyError(Error):
    """A step was tried and the world did not become what it should be."""
