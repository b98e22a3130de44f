"""The ``novaform`` command: every room's commands behind one door, and one place where errors become sentences.

Only the room that was asked for is imported, so that ``novaform --help`` stays fast and a broken room hurts nobody
else. A room offers ``app``, a ``typer.Typer``; an app with a single command *is* that command. A command takes its own
``--json``, prints its answer on standard output, and returns its exit status or nothing.

Exit status: 0 fine, 1 an error (a wrong call too), 2 what is observed differs from what is desired, 130 ended by
Ctrl-C, 143 by SIGTERM, 129 by SIGHUP.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from typer import exceptions

from novaform import core, interrupt, output

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FAILED = 1
COMPLETING = "_NOVAFORM_COMPLETE"
"""Set by the shell's side of completion, which ``novaform --install-completion`` installs."""


class Room(NamedTuple):
    """Where a command lives, and what ``--help`` says of it without looking there.

    A ``brief`` one ends when it has told what it made: there is no garbage worth a search.
    """

    module: str
    says: str
    brief: bool = False


ROOMS = {
    "init": Room("novaform.cli.init", "Write the inventory, cloud.yml and secrets of a new site."),
    "site": Room("novaform.site.cli", "Complete the secrets of a site, and try its cloud out."),
    "lab": Room("novaform.lab.cli", "Throw-away systemd hosts on this machine, with a cloud on them."),
    "guest": Room("novaform.guest.cli", "Make a tiny bootable image to try the cloud with."),
    "validate": Room(
        "novaform.cli.validate", "Say everything that is wrong with instances.yml, and where.", brief=True
    ),
    "plan": Room("novaform.cli.plan", "Say what would change on the instances, and at what cost.", brief=True),
    "apply": Room("novaform.cli.apply", "Make the instances what instances.yml says."),
    "status": Room("novaform.cli.status", "Show every declared instance, on the API and on its host.", brief=True),
    "export": Room("novaform.cli.export", "Write a declaration of the servers that are there.", brief=True),
    "adopt": Room("novaform.cli.adopt", "Take over the servers that instances.yml says are there already."),
    "undo": Room("novaform.cli.undo", "Go back to what was applied before."),
    "drift": Room("novaform.cli.drift", "Show where the API, the hosts and the declaration disagree.", brief=True),
    "explain": Room("novaform.cli.explain", "Say everything that is known of one declared thing.", brief=True),
    "simulate": Room("novaform.cli.simulate", "Try a declaration on a cloud in memory, with accidents."),
    "schema": Room("novaform.cli.schema", "Print the JSON schema of instances.yml for editors.", brief=True),
}


def load(name: str) -> typer.Typer:
    """Import the room of a command and return its app. Raises ``Error`` where this installation has no such room."""
    try:
        module = importlib.import_module(ROOMS[name].module)
    except ModuleNotFoundError as missing:
        if not ROOMS[name].module.startswith(str(missing.name)):
            raise core.errors.Error(f"novaform {name} needs the Python package {missing.name}: install it") from missing
        raise core.errors.Error(f"novaform {name} is not part of this installation") from missing
    app: typer.Typer = module.app
    return app


def _mount(root: typer.Typer, name: str) -> None:
    """Hang the room's app into the root, as a group or, when it has one command only, as that command."""
    app = load(name)
    commands = app.registered_commands
    if len(commands) == 1 and not app.registered_groups and app.registered_callback is None:
        only: Callable[..., object] | None = commands[0].callback
        if only is not None:
            root.command(name, help=commands[0].help or only.__doc__)(only)
            return
    root.add_typer(app, name=name, help=ROOMS[name].says)


def _show_version(wanted: bool) -> None:
    """Print the version and stop, when asked."""
    if wanted:
        import importlib.metadata

        output.say(f"novaform {importlib.metadata.version('novaform')}")
        raise typer.Exit


def _assemble(chosen: str | None) -> typer.Typer:
    """Return the command tree in which only the chosen room is real; the others are a line of help each."""
    root = typer.Typer(name="novaform", pretty_exceptions_enable=False)

    @root.callback()
    def novaform(
        *,
        version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True)] = False,
    ) -> None:
        """Stand up a real OpenStack Compute cloud, and keep the declared instances on it true."""
        del version

    for name, room in ROOMS.items():
        if name == chosen:
            _mount(root, name)
        else:
            root.command(name, help=room.says)(lambda: None)
    return root


def _command_words(arguments: Sequence[str]) -> Sequence[str]:
    """Return the words of the command line: those that a shell wants completed stand in its environment."""
    line = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS")
    return line.split()[1:] if COMPLETING in os.environ and line else arguments


def _complain(message: str, arguments: Sequence[str], details: dict[str, object]) -> int:
    """Say on standard error what is wrong; with ``--json`` also on standard output, for programs."""
    output.complain(f"novaform: {message}")
    if "--json" in arguments:
        output.answer({"error": message, "details": details})
    return FAILED


def _describe_os_error(error: OSError) -> str:
    """Return what could not be read or written."""
    why = error.strerror or str(error)
    if error.filename is not None:
        return f"{error.filename}: {why}"
    try:
        Path.cwd()
    except OSError:
        return "the current directory is not there any more: change to one that is"
    return why


def _unwritten(error: output.Unwritten) -> int:
    """Say that the answer was not written, unless its reader wanted no more."""
    output.give_up()
    return FAILED if error.details["unread"] else _complain(str(error), (), {})


def _run(arguments: Sequence[str]) -> int:
    """Run one command line and return the exit status. Errors pass."""
    chosen = next((word for word in _command_words(arguments) if not word.startswith("-")), None)
    brief = chosen in ROOMS and ROOMS[chosen].brief
    try:
        with core.gc_pause.without_collector() if brief else contextlib.nullcontext():
            status = _assemble(chosen)(args=arguments, prog_name="novaform", standalone_mode=False)
        interrupted = interrupt.ear().raised
        if interrupted is not None:  # typer keeps the exception and returns a status of its own
            raise interrupted
    except OSError as error:
        if "--help" in arguments and error.filename is None:  # typer prints that itself
            raise output.unwritten(error) from error
        raise
    except exceptions.TyperException as wrong:
        hint = f"novaform {chosen} --help" if chosen in ROOMS else "novaform --help"
        return _complain(f"{wrong.format_message().rstrip('.')}. Try: {hint}", arguments, {})
    return status if isinstance(status, int) else 0


def _run_explaining(arguments: Sequence[str]) -> int:
    """Run one command line; what goes wrong becomes a sentence, but for what cannot be written."""
    try:
        with interrupt.heard():
            return _run(arguments)
    except output.Unwritten:
        raise
    except core.errors.Error as error:
        return _complain(str(error), arguments, error.details)
    except OSError as error:
        return _complain(_describe_os_error(error), arguments, {})
    except interrupt.Interrupted as error:
        _complain(error.told, arguments, error.details)
        return error.status
    except (KeyboardInterrupt, typer.Abort):
        _complain("interrupted", arguments, {})
        return 128 + signal.SIGINT


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (default: the process's own) and return the exit status."""
    output.prepare()
    arguments = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    try:
        status = _run_explaining(arguments)
        output.flush()
    except output.Unwritten as error:
        return _unwritten(error)
    return status
