"""The command `cstodata`: its verbs, and the one place where an error becomes a sentence and an exit code."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from typing import TYPE_CHECKING

import click

from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.options import note
from cstodata.errors import CstodataError, UnknownNameError
from cstodata.report.terminal import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

DEBUG = "--debug"


_VERBS: Mapping[str, str] = {
    "apply": "diff",
    "ci": "ci",
    "cite": "show",
    "completion": "completion",
    "diff": "diff",
    "download": "download",
    "explain": "explain",
    "extract": "extract",
    "format": "format",
    "init": "init",
    "publish": "publish",
    "query": "show",
    "release": "release",
    "rules": "rules",
    "serve": "site",
    "show": "show",
    "site": "site",
    "validate": "validate",
    "verify": "verify",
    "version": "diff",
    "versions": "publish",
    "yank": "publish",
}
"""The module of each verb."""


class _Verbs(click.Group):
    """The verbs, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click calls it
        return sorted(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click calls it
        if cmd_name not in _VERBS:
            return None
        module = import_module(f"cstodata.cli.{_VERBS[cmd_name]}")
        return next(each for each in vars(module).values() if isinstance(each, click.Command) and each.name == cmd_name)


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="cstodata")
@click.option(DEBUG, is_flag=True, help="Show the traceback of an error.")
def cli(*, debug: bool) -> None:
    """Data that people can trust: check, compare, format and release a data package."""


def main() -> None:
    """Run the command line and exit."""
    # Nothing that is made while importing is garbage; looking for it costs a fifth of a short run.
    gc.set_threshold(100_000, 50, 50)
    if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")  # not every terminal has all characters
    arguments = [argument for argument in sys.argv[1:] if argument != DEBUG]
    debug = len(arguments) < len(sys.argv) - 1
    code = run(arguments, debug=debug, alone=True)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # as it is where a shell closed it
            with suppress(BrokenPipeError):
                stream.flush()
    # Everything is written and closed. Taking the imported libraries apart object by object would cost a sixth of a
    # second.
    os._exit(code)


def run(arguments: list[str], *, debug: bool, alone: bool = False) -> int:
    """The exit code of a command.

    Args:
        arguments: The verb, and what it is given.
        debug: Whether a traceback may reach the user.
        alone: Whether the process does nothing else: then libraries are imported without what no verb needs.
    """
    try:
        return int(cli.main(arguments, prog_name="cstodata", standalone_mode=False, obj=alone) or ExitCode.CLEAN)
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except click.exceptions.Exit as error:
        return error.exit_code
    except BrokenPipeError:
        return ExitCode.CLEAN  # whoever read us has read enough
    except Exception as error:
        if debug:
            raise
        sentence, code = _judge(error)
        note(f"cstodata: {shown(sentence, 1000)}")
        return code


def _judge(error: Exception) -> tuple[str, ExitCode]:
    """What to say of an error, and what to end with."""
    match error:
        case click.Abort():
            return "interrupted", ExitCode.INTERRUPTED
        case UnknownNameError():
            return str(error), ExitCode.USAGE
        case CstodataError() | OSError():
            return str(error), ExitCode.CANNOT_PROCEED
        case _:
            unexpected = f"unexpected {type(error).__name__}: {error}"
            return f"{unexpected}; run again with {DEBUG} to see where, and please report it", ExitCode.CANNOT_PROCEED
