"""Who waits for servers looks often, but not so often that looking is what keeps them from being ready."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._cloud.run import rollout
from fakes import stack
from fakes.bench import Bench

if TYPE_CHECKING:
    from novaform.simulate.cloud.cloud import Cloud


def looks(cloud: Cloud, seconds: float) -> list[float]:
    """Let lists of what is under way take so long, and return a list that fills with the times when each was there."""
    ended: list[float] = []
    send = cloud.send

    def slow(method: str, url: str, *more: Any) -> Any:
        if "/servers/detail?tags=" not in url:
            return send(method, url, *more)
        cloud.sleep(seconds)
        ended.append(cloud.now)
        return send(method, url, *more)

    cloud.send = slow  # type: ignore[method-assign] # the cloud is simulated, and this is one more of its accidents
    return ended


@pytest.mark.parametrize(
    ("seconds", "least"),
    [(0.0, rollout.LOOK_EVERY[0]), (1.0, rollout.BURDEN), (2.6, rollout.LONGEST)],
)
def test_a_slow_list_is_asked_for_seldom(seconds: float, least: float) -> None:
    bench = Bench()
    ended = looks(bench.cloud, seconds)
    bench.apply(stack.desired(3))
    assert len(bench.servers()) == 3
    pauses = [after - before - seconds for before, after in pairwise(ended)]
    assert pauses
    assert min(pauses) == pytest.approx(least)
