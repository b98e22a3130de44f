"""Answers that went wrong on their way: nothing dies of one, nothing is made of one, and it is told in one sentence."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
from functools import cache, reduce
from itertools import count
from operator import getitem
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from fakes import stack, story, trial
from fakes.bench import Bench, carried_out
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from novaform import core
from novaform.simulate import end
from novaform.simulate.simulation import Simulation, restore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from novaform.cloud import wire

    Garble = Callable[[str, bytes], bytes]

model = core.model
LIMITS = {"max_delete": 100, "allow_empty": True, "allow_shrink": True}
SECRETS = ("s3cret", "hunter2")
FILE = Path(__file__)
PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
NULL_IS_NONE = ("external_gateway_info", "key_name", "OS-SRV-USG:launched_at")  # there null is not garbled
OTHERS: tuple[Any, ...] = (None, True, 7, 1.5, "x", "../../flavors/1", [], [[]], {}, {"id": 1}, 10**30, -1, "é\n")


class Garbler:
    """Passes requests on to a cloud, and garbles what one of its paths answers to a GET; without a path, any answer."""

    def __init__(self, world: Simulation, path: str, garble: Garble) -> None:
        self.world = world
        self.path = path
        self.garble = garble

    def send(self, method: str, url: str, headers: Mapping[str, str], body: wire.Body = None) -> wire.Answer:
        answer = self.world.cloud.send(method, url, headers, body)
        if answer.status >= 300 or (self.path and not (asks(method, url) and urlsplit(url).path == self.path)):
            return answer
        return answer._replace(body=self.garble(url, answer.body))


def asks(method: str, url: str) -> bool:
    """Tell whether a request reads; a token's does."""
    return method == "GET" or url.endswith("/auth/tokens")


def desired(*servers: model.Server, **more: Any) -> core.desired.Desired:
    own = model.Image("own", file=str(FILE), sha256=hashlib.sha256(FILE.read_bytes()).hexdigest())
    data = model.Volume("data-1", 10, server="web-1")
    names = (("image", "debian"), ("network", "public"))
    external = tuple(model.DeclaredExternal(kind, name, model.NOWHERE.of("")) for kind, name in names)
    given = {"images": (own,), "volumes": (data,), "server_groups": (model.ServerGroup("apart", "anti-affinity"),)}
    return stack.desired(0, **{**given, "servers": servers, "external": external, **more})


def group() -> tuple[model.Server, ...]:
    """Return servers that use everything there is, one of each policy that ends something."""
    floating = (model.Port("private", floating="public"),)
    text = model.UserData("hunter2", hashlib.sha256(b"hunter2").hexdigest(), "here")
    rebuilt = model.OnChange(image="rebuild", user_data="rebuild")
    replaced = model.OnChange(
        image="replace", user_data="replace", key="replace", zone="replace", config_drive="replace"
    )
    return (
        stack.server(1, networks=floating, volumes=("data-1",), user_data=text, on_change=rebuilt)._replace(
            image="own"
        ),
        stack.server(2, server_group="apart", on_change=replaced, zone="nova", metadata=(("role", "web"),)),
        stack.server(3, on_change=rebuilt, state="stopped"),
        stack.server(4, on_change=replaced),
        stack.server(5, on_change=replaced, tags=("blue",)),
    )


@cache
def stage() -> bytes:
    """Return a world in which everything is as declared, but for a server that ran and is in ERROR."""
    world = Bench()
    assert world.apply(desired(*group()))["report"]["clean"]
    world.servers()["web-4"].update(vm_state="error", fault="its host burned")
    return world.save()


def fewer() -> core.desired.Desired:
    """Return what lets a server, a volume, an image and a group go."""
    one = group()[0]._replace(image="debian", volumes=())
    return desired(one, *group()[1:4], images=(), volumes=(), server_groups=(), security_groups=())


def planned(world: Simulation, wanted: core.desired.Desired, garbler: Garbler | None = None) -> Any:
    """Return the decision, or the error that is all there is to say."""
    run = world.run(wanted, **LIMITS)
    run.session.transport = garbler or run.session.transport
    try:
        return run.plan().decision
    except core.errors.ObserveError as error:
        return error


def costs(decision: core.change.Decision, *, felt: bool) -> set[tuple[str, str, str]]:
    """Return the steps that end something or, with ``felt``, that somebody would feel."""
    steps = (one for one in decision.doable if isinstance(one, core.change.Change))
    ends = {"delete", "replace", "rebuild"}
    found = (one for one in steps if one.action in ends or (felt and one.consequence != "none"))
    return {(one.action, one.kind, one.name) for one in found}


def made(decision: core.change.Decision) -> set[tuple[str, str]]:
    return {(one.kind, one.name) for one in decision.doable if one.action == "create" and one.kind == "server"}


@cache
def paths() -> list[str]:
    """Return all that a plan reads, and what it reads of one server that is not in the list."""
    world = restore(stage(), "1")
    world.cloud.log.clear()
    planned(world, desired(*group()))
    return sorted({urlsplit(path).path for method, path in world.cloud.log if asks(method, path)})


def judge(path: str, garble: Garble, wanted: core.desired.Desired, felt: Callable[[], bool] = lambda: True) -> None:
    """Plan with a garbled answer: one sentence with its place, and nothing that would not have been done without.

    ``felt``: whether no step may be added that is felt, which a member less of a list may well do: a port may be gone.
    """
    usual = planned(restore(stage(), "1"), wanted)
    found = planned(world := restore(stage(), "1"), wanted, Garbler(world, path, garble))
    told = str(found) if isinstance(found, core.errors.Error) else json.dumps(found.to_report(), default=str)
    assert not [secret for secret in SECRETS if secret in told]
    if isinstance(found, core.errors.Error):
        assert path in told
        assert "\n" not in told
        return
    assert costs(found, felt=felt()) <= costs(usual, felt=felt())
    assert made(found) <= made(usual)
    complaints = [note.text for note in found.notes if note.kind == "cloud"]
    places = (path, "the catalog of cloud fake", "a cell is down")
    assert all("\n" not in text and any(place in text for place in places) for text in complaints)


def spoiled(chance: Callable[[int], int], told: Any) -> tuple[Any, bool]:
    """Return JSON with one value somewhere missing, of another kind, or there twice; and whether no list has less."""
    places = list(walk(told, ()))
    way = places[chance(len(places))]
    if not way:
        return OTHERS[chance(len(OTHERS))], True
    holder = reduce(getitem, way[:-1], told)
    last, other = way[-1], OTHERS[chance(len(OTHERS))]
    how = chance(4)
    if how == 0:
        del holder[last]
    elif how == 1 and isinstance(holder, list):
        holder.append(holder[last])
    elif (other is not None or last not in NULL_IS_NONE) and (type(other) is not type(holder[last]) or other == 10**30):
        holder[last] = other
    return told, how != 0 or isinstance(holder, dict)


def walk(value: Any, way: tuple[Any, ...]) -> Any:
    """Yield the way to each value."""
    yield way
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from walk(one, (*way, name))


calm = settings(deadline=None, max_examples=400, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])


@calm
@given(st.data())
def test_no_garbled_value_ends_or_makes_anything(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(paths()))
    wanted = data.draw(st.sampled_from([desired(*group()), fewer()]))

    def chance(number: int) -> int:
        return data.draw(st.integers(0, number - 1))

    garbled: dict[bytes, tuple[bytes, bool]] = {}

    def garble(_: str, body: bytes) -> bytes:
        if body not in garbled:
            told, whole = spoiled(chance, json.loads(body))
            garbled[body] = json.dumps(told).encode(), whole
        return garbled[body][0]

    judge(path, garble, wanted, lambda: all(whole for _, whole in garbled.values()))


PAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
BODIES: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "a page": lambda _: PAGE,
    "cut off": lambda body: body[: len(body) // 2],
    "one byte less": lambda body: body[:-1],
    "null": lambda _: b"null",
    "a list": lambda body: b"[" + body + b"]",
    "a text": lambda _: b'"servers"',
    "twice": lambda body: body + body,
    "zipped": gzip.compress,
    "deep": lambda _: b'{"servers":' * 100_000,
    "brackets": lambda _: b"[" * 200_000,
    "digits": lambda _: b'{"servers": ' + b"9" * 100_000 + b"}",
    "no text": lambda _: b"\xff\xfe\x00{}",
    "utf-16": lambda body: body.decode().encode("utf-16")[:-1],
    "zeros": lambda _: bytes(1_000_000),
    "not a number": lambda body: body.replace(b"null", b"NaN"),
}


@pytest.mark.parametrize("name", BODIES)
def test_no_garbled_answer_ends_or_makes_anything(name: str) -> None:
    for path in paths():
        judge(path, lambda _, body: BODIES[name](body), fewer())


NEXT: dict[str, Callable[[str], dict[str, Any]]] = {
    "itself": lambda url: {"rel": "next", "href": url},
    "itself elsewhere": lambda url: {"rel": "next", "href": f"http://inner/x?{urlsplit(url).query or 'marker=1'}"},
    "no query": lambda _: {"rel": "next", "href": "http://inner/x"},
    "no address": lambda _: {"rel": "next", "href": None},
    "a number": lambda _: {"rel": "next", "href": 7},
    "no relation": lambda url: {"href": url},
    "no port": lambda _: {"rel": "next", "href": "http://inner:x/[?"},
}


@pytest.mark.parametrize("name", NEXT)
def test_a_list_that_does_not_end_is_none(name: str) -> None:
    """A link to the next page that leads back, or nowhere: taken for the end it would make half a list a whole one."""
    for path in paths():

        def garble(url: str, body: bytes) -> bytes:
            told = json.loads(body)
            links = {f"{key}_links": [NEXT[name](url)] for key, value in told.items() if isinstance(value, list)}
            return json.dumps({**told, **links}).encode()

        judge(path, garble, fewer())


def test_a_list_that_only_grows_has_an_end() -> None:
    world = restore(stage(), "1")
    server = json.dumps({"id": "a", "status": "UNKNOWN"}).encode()
    numbers = count()

    def garble(_: str, __: bytes) -> bytes:
        link = b'{"rel": "next", "href": "http://inner?number=%d"}' % next(numbers)
        return b'{"servers": [' + b", ".join([server] * 50_000) + b'], "servers_links": [' + link + b"]}"

    found = planned(world, fewer(), Garbler(world, "/compute/v2.1/servers/detail", garble))
    assert [note for note in found.notes if "/servers/detail: the list of servers does not end" in note.text]
    assert not costs(found, felt=True)


STORIES = ("create", "image", "resize", "rebuild", "replace", "delete", "attach", "attach volumes", "let volumes go")


@cache
def played(name: str) -> tuple[trial.Stage, int]:
    """Return a story with its beginning played, and how many answers a calm run gets."""
    stage = trial.staged(next(one for one in story.stories() if one.name == name))
    world = restore(stage.saved, "1")
    world.cloud.log.clear()
    world.apply(stage.story.after, **LIMITS)
    return stage, len(world.cloud.log)


@settings(calm, max_examples=150)
@given(st.sampled_from(STORIES), st.sampled_from(sorted(BODIES)), st.integers(0, 200), st.integers(1, 12))
def test_an_apply_among_garbled_answers_ends_as_one_without(name: str, kind: str, first: int, long: int) -> None:
    """Also of requests that change something: what was carried out and garbled is looked for, not sent again."""
    stage, answers = played(name)
    number = count()

    def garble(_: str, body: bytes) -> bytes:
        return BODIES[kind](body) if 0 <= next(number) - first % answers < long else body

    world = restore(stage.saved, "1")
    for _ in range(long + 3):
        run = world.run(stage.story.after, **LIMITS)
        run.session.transport = Garbler(world, "", garble)
        with contextlib.suppress(core.errors.Error):
            carried_out(run)
        assert not end.twins(world.cloud)
        world.cloud.sleep(trial.PAUSE)
    assert not trial.judged(world, stage, clean=world.plan(stage.story.after, **LIMITS).clean)
