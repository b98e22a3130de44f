"""Trying a cloud out: which compute hosts are tried, what a console says, and one table of all that came of it.

A phase is ``{host: {boot|console|ping|migrate: seconds, said: sentence}}``; what a phase did not do it leaves out. Who
has a sentence has failed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..._core import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Phase = Mapping[str, Mapping[str, Any]]

NAME = "novaform-verify"
MARK = "Made by Novaform to try the cloud out; it may be deleted."
READY = "tiny: ready"
NO_METADATA = "tiny: metadata none"
PHASES = ("boot", "console", "ping", "migrate")
COLUMNS = ("host", *PHASES, "seconds", "said")
VAGUE = ("No valid host", "Exhausted all hosts")
_SAID = 300


def untried_hosts(hosts: Sequence[str], services: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return ``{host: sentence}`` for hosts on which Nova would start nothing; ``services`` as os-services has them."""
    known = {one["host"]: one for one in services if one["binary"] == "nova-compute"}
    found = {}
    for host in hosts:
        one = known.get(host)
        if one is None:
            found[host] = "Nova does not know its nova-compute: look at nova-compute's log there"
        elif one.get("forced_down"):
            found[host] = "it is forced down in Nova: openstack compute service set --up"
        elif one["status"] != "enabled":
            why = f" ({one['disabled_reason']})" if one.get("disabled_reason") else ""
            found[host] = f"it is disabled in Nova{why}: openstack compute service set --enable"
        elif one["state"] != "up":
            found[host] = f"its nova-compute has not reported since {one.get('updated_at')}"
    return found


def heard(console: str) -> tuple[bool, str]:
    """Return whether a guest's console shows that it is up, and what is wrong with it all the same."""
    lines = [line.strip() for line in console.splitlines() if line.strip().startswith("tiny: ")]
    ready = any(line.startswith(READY) for line in lines)
    if ready and any(line.startswith(NO_METADATA) for line in lines):
        return True, "the guest is up and got no metadata: look at neutron's metadata agent and nova-api-metadata"
    return ready, ""


def unheard(console: str, seconds: float) -> str:
    """Return what a console shows that should have shown more by now."""
    lines = [line.strip() for line in console.splitlines() if line.strip()]
    last = f"it ends with {clean(lines[-1])!r}" if lines else "it is empty"
    return f"the guest's console does not say {READY!r} within {seconds:.0f} s; {last}"


def reason(fault: str, events: Sequence[Mapping[str, Any]]) -> str:
    """Return why Nova failed: its fault, or what stands behind a vague one in the events of the server's actions."""
    said = clean(fault)
    if not said or any(word in said for word in VAGUE):
        failed = [one for one in events if one.get("result") == "Error"]
        texts = [str(one.get("traceback") or one.get("details") or "").strip().splitlines() for one in failed]
        behind = [clean(lines[-1]) for lines in texts if lines]
        said = ", for ".join(dict.fromkeys(one for one in (said, *behind[:1]) if one))
    return said or "Nova gives no reason"


def clean(said: str) -> str:
    """Return a text of the cloud's as one short line that a terminal may show."""
    return " ".join(text.clean_line(re.sub(r"\s+", " ", said)).split())[:_SAID]


def movers(phase: Phase) -> list[str]:
    """Return the hosts whose server can be moved: those in order, where there are two at least."""
    good = [host for host, row in phase.items() if row.get("server") and not row.get("said")]
    return good if len(good) > 1 else []


def ping_phase(boot: Phase, answers: Sequence[Mapping[str, Any] | None], moved: Phase | None = None) -> dict[str, Any]:
    """Return the phase of a ping. ``answers`` has for each network host ``{address: seconds | None}``, or None.

    ``moved`` are the hosts' servers where they are by now; then what is asked is whether they still answer.
    """
    found = {address: seconds for one in answers if one is not None for address, seconds in one.items()}
    phase: dict[str, Any] = {}
    for host, row in boot.items():
        if row.get("address") is None or row.get("said"):
            continue
        where = f" after its move to {moved[host]['to']}" if moved else ""
        seconds = found.get(row["address"])
        if row["address"] not in found:
            said = f"no network host has the DHCP server of its network{where}: look at neutron's DHCP agent"
            phase[host] = {"said": said}
        elif seconds is None:
            phase[host] = {"said": f"the guest does not answer a ping from its network's namespace{where}"}
        else:
            phase[host] = {} if moved else {"ping": seconds}
    return phase


def merge(phases: Sequence[Phase]) -> dict[str, dict[str, Any]]:
    """Return ``{host: {boot, console, ping, migrate, seconds, said, ok}}``; the first sentence of a host stays."""
    rows: dict[str, dict[str, Any]] = {}
    for phase in phases:
        for host, told in phase.items():
            row = rows.setdefault(host, {**dict.fromkeys(PHASES), "said": ""})
            row.update({name: told[name] for name in PHASES if told.get(name) is not None})
            row["said"] = row["said"] or str(told.get("said") or "")
    for row in rows.values():
        row["seconds"] = round(sum(row[name] or 0.0 for name in PHASES), 1)
        row["ok"] = not row["said"]
    return rows


def record(before: Mapping[str, str], boot: Phase, rows: Phase) -> dict[str, str]:
    """Return ``{host: identity of its node}`` of hosts in order: who was not tried stays as it was ``before``."""
    tried = {host: str(row.get("node")) for host, row in boot.items() if row.get("server")}
    kept = {host: node for host, node in before.items() if host not in tried}
    return {**kept, **{host: node for host, node in tried.items() if rows.get(host, {}).get("ok")}}


def render_table(rows: Phase) -> str:
    """Return the rows as aligned text, seconds with one digit, a dash where nothing was done."""
    cells = [dict(zip(COLUMNS, (name.upper() for name in COLUMNS)))]
    for host, row in rows.items():
        shown = {name: f"{row[name]:.1f}" if row[name] is not None else "-" for name in (*PHASES, "seconds")}
        cells.append({"host": host, **shown, "said": row["said"] or "ok"})
    widths = {name: max(len(one[name]) for one in cells) for name in COLUMNS}
    lines = ["  ".join(one[name].ljust(widths[name]) for name in COLUMNS).rstrip() for one in cells]
    failed = [host for host, row in rows.items() if not row["ok"]]
    verdict = f"failed on {', '.join(failed)}" if failed else "a server boots on every compute host"
    return "\n".join([*lines, "", verdict])
