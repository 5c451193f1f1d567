"""What several verbs share: options, and how they write."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO, TypeVar

    from click.shell_completion import CompletionItem

    Command = TypeVar("Command", bound=Callable[..., object])


def package_argument(command: Command) -> Command:
    """`[PATH]`: a descriptor, a folder that holds one, or nothing."""
    return click.argument("path", type=click.Path(path_type=Path), required=False)(command)


def output_option(command: Command) -> Command:
    """`--output FILE`."""
    return click.option(
        "--output",
        "-o",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write to this file, not to the terminal.",
    )(command)


def chosen_package(path: Path | None) -> Path:
    """The package that was named, else the current folder's, else the bundled copy of the dataset."""
    from cstodata.package.bundled import bundled_package
    from cstodata.package.descriptor import DESCRIPTOR

    if path is not None:
        return path
    here = Path(DESCRIPTOR)
    return here if here.is_file() else bundled_package()


def has_colour(stream: IO[str]) -> bool:
    """Whether to write colours: on a terminal, unless NO_COLOR is set; elsewhere only if FORCE_COLOR is."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def write(text: str, output: Path | None) -> None:
    """Write text to a file as a whole, or to standard output."""
    if output is None:
        click.echo(text, nl=False, color=True)
    else:
        from cstodata.package.formatting import replace_file

        replace_file(output, text.encode())


def note(text: str) -> None:
    """Say something beside the output."""
    click.echo(text, err=True, color=has_colour(sys.stderr))


@contextmanager
def progress(doing: str) -> Iterator[Callable[[str], None]]:
    """A line on the terminal's standard error that tells what is being done; nothing where there is no terminal.

    Yields:
        What to call with the name of each step.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True, no_color=not has_colour(sys.stderr)).status(doing) as status:
        yield lambda step: status.update(f"{doing} {step}")


def complete_resources(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of the package's resources, for the shell."""
    from click.shell_completion import CompletionItem

    from cstodata.errors import CstodataError
    from cstodata.package.descriptor import read_package

    try:
        package = read_package(chosen_package(context.params.get("path")))
    except CstodataError:
        return []
    return [CompletionItem(each.name) for each in package.resources if each.name.startswith(incomplete)]


def complete_rules(_context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids of the rules, for the shell."""
    from click.shell_completion import CompletionItem

    from cstodata.validation.rules.base import title_of
    from cstodata.validation.rules.registry import RULES

    return [CompletionItem(rule.id, help=title_of(rule)) for rule in RULES if rule.id.startswith(incomplete)]
