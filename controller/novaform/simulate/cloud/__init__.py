"""The simulated cloud: its services, its hosts, and the requests that they answer."""

from __future__ import annotations


class ApiProblem(Exception):
    """How a service says no: an HTTP status and its words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
