"""The command `cstodata`: its verbs, and the one place where an error becomes a sentence and an exit code."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from io import TextIOWrapper

import click

from cstodata.cli.ci import ci
from cstodata.cli.completion import completion
from cstodata.cli.diff import apply, diff, version
from cstodata.cli.download import download
from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.explain import explain
from cstodata.cli.extract import extract
from cstodata.cli.format import format_
from cstodata.cli.init import init
from cstodata.cli.options import note
from cstodata.cli.publish import publish, versions, yank
from cstodata.cli.release import release
from cstodata.cli.rules import rules
from cstodata.cli.show import cite, query, show
from cstodata.cli.site import serve, site
from cstodata.cli.validate import validate
from cstodata.cli.verify import verify
from cstodata.errors import CstodataError, UnknownNameError
from cstodata.report.terminal import shown

DEBUG = "--debug"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="cstodata")
@click.option(DEBUG, is_flag=True, help="Show the traceback of an error.")
def cli(*, debug: bool) -> None:
    """Data that people can trust: check, compare, format and release a data package."""


for verb in (
    validate,
    rules,
    explain,
    format_,
    extract,
    init,
    diff,
    version,
    apply,
    release,
    verify,
    publish,
    yank,
    versions,
    download,
    show,
    query,
    cite,
    site,
    serve,
    ci,
    completion,
):
    cli.add_command(verb)


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
