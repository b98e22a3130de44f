"""Accidents by name, each placed by a seed: what befalls a run, and how it ends again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from . import fault
from .fault import Accident

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from .cloud.cloud import Cloud

BROKEN = (500, 502, 503, 504)
LASTS = 90.0
"""Seconds that what has no other end lasts."""


class Place(NamedTuple):
    """Where an accident happens: from which effect on, counted from 1, how many exchanges long, and by what chance."""

    cloud: Cloud
    at: int
    long: int
    chance: random.Random

    @property
    def reached(self) -> bool:
        """Whether the run has come so far."""
        return len(self.cloud.effects) >= self.at

    @property
    def here(self) -> bool:
        """Whether this very effect is it."""
        return len(self.cloud.effects) == self.at


def _once(place: Place, accident: Accident) -> fault.Fault:
    """Let one effect have this accident."""

    def happen(method: str, path: str) -> Accident | None:
        return accident if place.here and fault.writes(method, path) else None

    return happen


def _lasting(place: Place, befall: Callable[[str, str], Accident | None]) -> fault.Fault:
    """Let something befall a number of exchanges that it is willing to befall."""
    left = place.long

    def happen(method: str, path: str) -> Accident | None:
        nonlocal left
        if not place.reached or left <= 0:
            return None
        found = befall(method, path)
        left -= found is not None
        return found

    return happen


def _event(place: Place, do: Callable[[], None], undo: Callable[[], None] | None = None) -> fault.Fault:
    """Let something happen to the cloud at one effect, and have it undone a while later."""
    began: float | None = None
    over = False

    def happen(method: str, path: str) -> None:
        nonlocal began, over
        del method, path
        if began is None and place.reached:
            began = place.cloud.now
            do()
        elif began is not None and not over and undo is not None and place.cloud.now - began > LASTS:
            over = True
            undo()

    return happen


def _kill(place: Place) -> fault.Fault:
    """Kill -9 of the controller, before or after an effect."""
    return _once(place, place.chance.choice([fault.KILL_BEFORE, fault.KILL_AFTER]))


def _kill_before(place: Place) -> fault.Fault:
    """Kill -9 of the controller just before an effect."""
    return _once(place, fault.KILL_BEFORE)


def _kill_after(place: Place) -> fault.Fault:
    """Kill -9 of the controller just after an effect."""
    return _once(place, fault.KILL_AFTER)


def _lost_request(place: Place) -> fault.Fault:
    """A request that does not arrive."""
    return _once(place, fault.LOSE_REQUEST)


def _lost_answer(place: Place) -> fault.Fault:
    """A request that is carried out, and whose answer does not arrive."""
    return _once(place, fault.LOSE_ANSWER)


def _gateway(place: Place) -> fault.Fault:
    """A request that is carried out, and answered by a proxy with 504."""
    return _once(place, Accident(done=True, status=504))


def _storm(place: Place) -> fault.Fault:
    """Services that answer every other request with 5xx, and may have carried it out."""

    def befall(method: str, path: str) -> Accident | None:
        del path
        if method == fault.JOURNAL or place.chance.random() < 0.5:
            return None
        return Accident(done=method != "GET" and place.chance.random() < 0.5, status=place.chance.choice(BROKEN))

    return _lasting(place, befall)


def _rate(place: Place) -> fault.Fault:
    """Services that want to be asked less often: 429 with Retry-After."""

    def befall(method: str, path: str) -> Accident | None:
        del path
        return None if method == fault.JOURNAL else Accident(done=False, status=429, headers={"retry-after": "5"})

    return _lasting(place, befall)


def _token(place: Place) -> fault.Fault:
    """A token that expires in the middle of a run."""
    return _event(place, place.cloud.expire)


def _cell(place: Place) -> fault.Fault:
    """A cell that does not answer for a while: Nova does not know the states of its servers."""
    nova = place.cloud.nova

    def fall() -> None:
        nova.down = {ident for ident in nova.servers if place.chance.random() < 0.7}

    return _event(place, fall, nova.down_no_more)


def _page(place: Place) -> fault.Fault:
    """Lists in pages of one, of which one page fails however often it is asked for."""
    place.cloud.page = 1

    def befall(method: str, path: str) -> Accident | None:
        return Accident(done=False, status=500) if method == "GET" and path.endswith("/servers/detail") else None

    return _lasting(place, befall)


def _error_boot(place: Place) -> fault.Fault:
    """A server whose first boot ends in ERROR."""
    nova = place.cloud.nova

    def fail() -> None:
        building = [one for one in nova.servers.values() if one["vm_state"] == "building"]
        for server in building[:1]:
            nova.fails[server["name"]], nova.boots[server["name"]] = "No valid host was found.", 1

    return _event(place, fail)


def _slow(place: Place) -> fault.Fault:
    """Nova takes its time: deletions take three minutes, everything else one."""
    takes = place.cloud.nova.takes

    def slower() -> None:
        takes.update({"delete": 180.0, "create": 60.0, "resize": 60.0, "rebuild": 60.0, "detach": 60.0})

    return _event(place, slower, takes.clear)


def _host_crash(place: Place) -> fault.Fault:
    """A host that crashes, and all that was being built on it is in ERROR."""
    nova = place.cloud.nova
    return _event(place, lambda: nova.crash(place.chance.choice(nova.hosts)))


def _clock_jump(place: Place) -> fault.Fault:
    """The controller's time of day jumps by an hour or a day, forth or back."""

    def jump() -> None:
        place.cloud.skew += place.chance.choice([-86400.0, -3600.0, 3600.0, 86400.0])

    return _event(place, jump)


def _disk_full(place: Place) -> fault.Fault:
    """A full disk: the journal cannot be written for a while."""

    def befall(method: str, path: str) -> Accident | None:
        del path
        return Accident(done=False) if method == fault.JOURNAL else None

    return _lasting(place, befall)


def _twin(place: Place) -> fault.Fault:
    """Another client makes a server of the same name, and removes it later."""
    nova = place.cloud.nova

    def make() -> None:
        for server in list(nova.servers.values())[:1]:
            nova.copy(server)

    return _event(place, make, nova.forget_copies)


ACCIDENTS: dict[str, Callable[[Place], fault.Fault]] = {
    "kill": _kill,
    "kill-before": _kill_before,
    "kill-after": _kill_after,
    "lost-request": _lost_request,
    "lost-answer": _lost_answer,
    "gateway": _gateway,
    "storm": _storm,
    "rate": _rate,
    "token": _token,
    "cell": _cell,
    "page": _page,
    "error-boot": _error_boot,
    "slow": _slow,
    "host-crash": _host_crash,
    "clock-jump": _clock_jump,
    "disk-full": _disk_full,
    "twin": _twin,
}


def end_all(cloud: Cloud) -> None:
    """End all accidents that have an end; a clock that jumped stays where it is."""
    cloud.faults.clear()
    cloud.nova.down_no_more()
    cloud.nova.fails.clear()
    cloud.nova.takes.clear()
    cloud.page = 1000
    cloud.nova.forget_copies()
