"""The way back over a resize is as careful as the way there: what Nova cannot take back waits for the hosts' word."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from fakes import stack
from fakes.bench import Bench
from novaform import core
from novaform.simulate import simulation
from novaform.stack import apply, undo

if TYPE_CHECKING:
    from pathlib import Path

HOSTS = "hosts are asked"


class Opened:
    """A stack as ``undo`` needs it."""

    def __init__(self, bench: Bench, desired: core.desired.Desired) -> None:
        self.desired = desired
        self.folder: Path = bench.folder
        self.root: Path = bench.folder


def of(flavor: str) -> core.desired.Desired:
    """Return one server of a flavor; the disks of both are alike, for none can shrink."""
    flavors = (core.model.Flavor("small", 1, 512, 4), core.model.Flavor("wide", 2, 1024, 4))
    found = stack.desired(0, flavors=flavors, servers=(stack.server(1)._replace(flavor=flavor),))
    return found._replace(digest=flavor)


def notice(bench: Bench, old_sizes: tuple[int, int] | None) -> list[str]:
    """Return a list of what is done from now on. ``old_sizes``: what a guest has on its host after a resize, too."""
    done: list[str] = []
    guests, send = bench.cloud.hosts.guests, bench.cloud.send

    def ask() -> dict[str, list[dict[str, Any]]]:
        done.append(HOSTS)
        return guests()

    def act(method: str, url: str, headers: dict[str, str], body: Any = None) -> Any:
        answer = send(method, url, headers, body)
        if url.endswith("/action"):
            done.extend(json.loads(body))
            if old_sizes and done[-1] == "resize":
                bench.cloud.hosts.sizes[url.split("/")[-2]] = old_sizes
        return answer

    bench.cloud.hosts.guests, bench.cloud.send = ask, act  # type: ignore[method-assign]
    return done


@pytest.mark.parametrize(
    ("old_sizes", "last", "flavor"), [(None, "confirmResize", "small"), ((2, 1024), "revertResize", "wide")]
)
def test_undo_asks_the_hosts_between_a_resize_and_its_end(
    old_sizes: tuple[int, int] | None, last: str, flavor: str
) -> None:
    bench = Bench(kept=True)
    bench.asks_hosts = True
    bench.apply(of("small"))
    assert bench.apply(of("wide"))["report"]["clean"]
    back = Opened(bench, of("wide"))
    undo.go_back(back, 1)  # type: ignore[arg-type] # it needs no more
    module = simulation.InProcessModule(bench, back.desired, {})
    decision = module.look()
    done = notice(bench, old_sizes)
    result = apply.apply(module, decision, apply.changes(decision))
    assert [one["action"] for one in result["outcomes"]] == ["resize", last.removesuffix("Resize")]
    between = done[done.index("resize") + 1 : done.index(last)]
    assert HOSTS in between
    assert set(between) == {HOSTS}
    server = bench.servers()["web-1"]
    assert (server["vm_state"], server["flavor"]["name"]) == ("active", flavor)
