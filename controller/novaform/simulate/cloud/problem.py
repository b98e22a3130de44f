"""The one way in which a service of the simulated cloud says no."""

from __future__ import annotations


class ApiProblem(Exception):
    """An HTTP status that a service answers with, and its words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
