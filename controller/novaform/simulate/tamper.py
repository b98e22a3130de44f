"""What people, other clients and misfortune do to a cloud behind the controller's back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from novaform import core

if TYPE_CHECKING:
    from collections.abc import Callable

    from .cloud.cloud import Cloud


def _server(cloud: Cloud, name: str) -> dict[str, Any]:
    """Return the server of this name. Raises ``DeclareError`` where there is none."""
    cloud.nova.ripen()
    for one in cloud.nova.servers.values():
        if one["name"] == name:
            return one
    raise core.errors.DeclareError(f"there is no server {name} in the simulated cloud")


def _delete(cloud: Cloud, name: str) -> None:
    """Delete a server, at once."""
    del cloud.nova.servers[(ident := _server(cloud, name)["id"])]
    cloud.neutron.unplug(ident)


def rename(cloud: Cloud, name: str, other: str) -> None:
    """Give a server another name."""
    _server(cloud, name)["name"] = other


def _strip(cloud: Cloud, name: str) -> None:
    """Remove a server's metadata, our proof with it."""
    _server(cloud, name)["metadata"].clear()


def _state(cloud: Cloud, name: str, vm_state: str) -> None:
    """Bring a server to any state of Nova's, or to one that Nova does not have."""
    _server(cloud, name)["vm_state"] = vm_state


def _resize(cloud: Cloud, name: str, flavor: str) -> None:
    """Resize a server to another flavor and leave the resize unconfirmed."""
    found = next(one for one in cloud.nova.flavors.values() if one["name"] == flavor)
    one = _server(cloud, name)
    one.update(before=(one["vm_state"], one["flavor"]), flavor=found, vm_state="resized")


def _twin(cloud: Cloud, name: str) -> None:
    """Make a server of the same name with the same mark, as a client that copies everything may."""
    one = _server(cloud, name)
    ident = cloud.id(name)
    cloud.nova.servers[ident] = {**one, "id": ident, "created": f"{cloud.now:.3f}"}
    for network in one["networks"]:
        cloud.neutron.plug(ident, network, one["groups"])


def _namesake(cloud: Cloud, name: str) -> None:
    """Make a second image of this name."""
    cloud.glance.add(name)


def _fail(cloud: Cloud, name: str, *words: str) -> None:
    """Let every boot of a server of this name fail, with these words."""
    cloud.nova.fails[name] = " ".join(words)


def _mend(cloud: Cloud, name: str) -> None:
    """Let the boots of a server of this name succeed again."""
    cloud.nova.fails.pop(name, None)


def _stuck(cloud: Cloud, action: str) -> None:
    """Let an action never end, as when Nova's queue has lost it."""
    cloud.nova.takes[action] = 1e9


def _unstuck(cloud: Cloud, action: str) -> None:
    """Let an action that never ended come to its end."""
    cloud.nova.takes.pop(action, None)
    for one in cloud.nova.servers.values():
        if one["until"] is not None:
            one["until"] = min(one["until"], cloud.nova.due(action))
    for one in cloud.cinder.volumes.values():
        one["until"] = min(one["until"], cloud.nova.due(action))
    for port, until in cloud.nova.leaving.items():
        cloud.nova.leaving[port] = min(until, cloud.nova.due(action))


def _quota(cloud: Cloud, name: str, number: str) -> None:
    """Give the project another quota of instances, cores or ram (MiB); -1 is no end."""
    cloud.nova.quotas[name] = int(number)


def undefine(cloud: Cloud, name: str) -> None:
    """Undefine a server's guest on its host."""
    cloud.hosts.lost.add(_server(cloud, name)["id"])


def destroy(cloud: Cloud, name: str) -> None:
    """Switch a server's guest off on its host."""
    cloud.hosts.states[_server(cloud, name)["id"]] = "shut off"


def orphan(cloud: Cloud, name: str) -> None:
    """Let Nova forget a server whose guest runs on."""
    cloud.hosts.orphan(_server(cloud, name))


def _define(cloud: Cloud, host: str, name: str) -> None:
    """Define a guest on a host that is none of Nova's."""
    cloud.hosts.define(host, name)


def grow(cloud: Cloud, name: str, vcpus: str, memory: str) -> None:
    """Change the processors and the MiB of a server's guest on its host."""
    cloud.hosts.sizes[_server(cloud, name)["id"]] = (int(vcpus), int(memory))


def move(cloud: Cloud, name: str, host: str) -> None:
    """Let a server's guest be on another host than Nova says."""
    cloud.hosts.moved[_server(cloud, name)["id"]] = host


def double(cloud: Cloud, name: str, host: str) -> None:
    """Let a server's guest run on a second host, too."""
    cloud.hosts.doubled[_server(cloud, name)["id"]] = host


def free(cloud: Cloud, name: str) -> None:
    """Let Placement forget what a server takes."""
    cloud.placement.forgotten.add(_server(cloud, name)["id"])


def claim(cloud: Cloud, name: str, host: str) -> None:
    """Let Placement set aside on a host, too, what a server takes; of a server that is gone, too."""
    one = _server(cloud, name)
    cloud.placement.extra.append((host, one["id"], cloud.placement.takes(one)))


def _hide(cloud: Cloud, *names: str) -> None:
    """Let the cell of these servers go down."""
    cloud.nova.down |= {_server(cloud, name)["id"] for name in names}


def _show(cloud: Cloud) -> None:
    """Let all cells answer again."""
    cloud.nova.down_no_more()


HANDS: dict[str, Callable[..., None]] = {
    one.__name__.strip("_"): one
    for one in (
        *(_delete, rename, _strip, _state, _resize, _twin, _namesake, _fail, _mend, _stuck, _unstuck, _quota),
        *(undefine, destroy, orphan, _define, grow, move, double, free, claim, _hide, _show),
    )
}
