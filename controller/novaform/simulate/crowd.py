"""Who is first among requests that are made side by side: the seed says, and so the same run can be had again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence


class Crowd:
    """Does side by side one after the other, in an order that is another one each time; without chance, in turn."""

    def __init__(self, chance: random.Random | None) -> None:
        self.chance = chance

    def __call__(self, number: int, work: Callable[[Any], Any], things: Sequence[Any]) -> list[Any]:
        """Do it to each thing; return the results in the things' own order."""
        del number
        places = list(range(len(things)))
        if self.chance is not None:
            self.chance.shuffle(places)
        results: dict[int, Any] = {}
        for place in places:
            results[place] = work(things[place])
        return [results[place] for place in range(len(things))]
