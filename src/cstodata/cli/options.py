"""What several verbs share: options, and how they write."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cstodata.model.progress import unheard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import IO, TypeVar

    from click.shell_completion import CompletionItem
    from rich.progress import Progress

    from cstodata.model.progress import OnStep

    Command = TypeVar("Command", bound=Callable[..., object])


_PATIENCE_SECONDS = 1.0


def package_argument(command: Command) -> Command:
    """`[PATH]`: a descriptor, a folder that holds one, or nothing."""
    return click.argument("path", type=click.Path(path_type=Path), required=False)(command)


def output_option(command: Command) -> Command:
    """`--output FILE`."""
    return click.option(
        "--output",
        "-o",
        type=click.Path(path_type=Path, dir_okay=False),
        callback=_in_a_folder,
        help="Write to this file, not to the terminal.",
    )(command)


def format_option(*forms: str, told: str = "How to tell.") -> Callable[[Command], Command]:
    """`--format FORM`, as `form`: one of these, the first if none is named."""
    return click.option(
        "--format", "-f", "form", type=click.Choice(forms), default=forms[0], show_default=True, help=told
    )


def resource_option(verb: str) -> Callable[[Command], Command]:
    """`--resource NAME`, as often as wanted."""
    return click.option(
        "--resource",
        "resources",
        multiple=True,
        shell_complete=complete_resources,
        help=f"{verb} only this one; repeat for more.",
    )


def _in_a_folder(_context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path | None:
    """Refuse a file in a folder that is not there before the work is done, not after."""
    if value is not None and not value.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {value.parent}.")
    return value


def chosen_package(path: Path | None) -> Path:
    """The package that was named, else the current folder's, else the bundled copy of the dataset."""
    from cstodata.package.bundled import bundled_package
    from cstodata.package.descriptor import DESCRIPTOR

    if path is not None:
        return path
    here = Path(DESCRIPTOR)
    return here if here.is_file() else bundled_package()


def is_part_of(file: Path, package: Path) -> bool:
    """Whether a file is the package's descriptor, or a file that the descriptor names."""
    from cstodata.package.descriptor import locate, read_json
    from cstodata.package.paths import named_files

    descriptor = locate(package)
    files = {descriptor, *named_files(descriptor.parent, read_json(descriptor))}
    return file.resolve() in {each.resolve() for each in files}


def folder_in_repository(package: Path) -> str:
    """The folder of a package relative to the top of its Git repository, else to the current folder; POSIX form.

    Empty if it is the top, or in neither.
    """
    folder = (package if package.is_dir() else package.parent).resolve()
    tops = (parent for parent in (folder, *folder.parents) if (parent / ".git").exists())
    top = next(tops, Path.cwd())
    return folder.relative_to(top).as_posix() if folder.is_relative_to(top) and folder != top else ""


def has_colour(stream: IO[str] | None) -> bool:
    """Whether to write colours: on a terminal, unless NO_COLOR is set; elsewhere only if FORCE_COLOR is."""
    if stream is None or os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def write(text: str, output: Path | None) -> None:
    """Write text to a file as a whole, or to standard output."""
    write_all((text,), output)


def write_all(pieces: Iterable[str], output: Path | None) -> None:
    """Write pieces of text as they come to standard output, or to a file that is there as a whole or not at all."""
    if output is None:
        for piece in pieces:
            click.echo(piece, nl=False, color=True)
        return
    if output.exists() and not output.is_file():
        with output.open("w", encoding="utf-8") as pipe:  # or a device: it cannot be replaced
            pipe.writelines(pieces)
        return
    from cstodata.package.formatting import replacing

    with replacing(output.resolve()) as file:
        file.writelines(piece.encode() for piece in pieces)


def note(text: str) -> None:
    """Say something beside the output."""
    click.echo(text, err=True, color=has_colour(sys.stderr))


@contextmanager
def progress(doing: str) -> Iterator[OnStep]:
    """A bar on the terminal's standard error for what takes over a second; nothing where there is no terminal.

    Yields:
        What to call with the name of each step, and the share of it that is done, from 0 to 1.
    """
    if not _is_terminal(sys.stderr):
        yield unheard
        return
    begin = time.monotonic()
    with ExitStack() as stack:
        bar: Progress | None = None

        def step(name: str, share: float) -> None:
            nonlocal bar
            if bar is None:
                if time.monotonic() - begin < _PATIENCE_SECONDS:
                    return
                bar = stack.enter_context(_bar(doing))
            bar.update(bar.task_ids[0], description=f"{doing} {name}", completed=share)

        yield step


@contextmanager
def waiting(doing: str, terminal: IO[str]) -> Iterator[None]:
    """A line on a terminal for what cannot tell how far it is; nothing where there is no terminal."""
    if not _is_terminal(terminal):
        yield
        return
    from rich.console import Console
    from rich.text import Text

    with Console(file=terminal, no_color=not has_colour(terminal)).status(Text(doing)):
        yield


def _is_terminal(stream: IO[str] | None) -> bool:
    """Whether lines may be drawn there."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def _bar(doing: str) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, no_color=not has_colour(sys.stderr))
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    # Else what is written meanwhile to a file, by way of standard output, would go to the terminal.
    bar = Progress(*columns, console=console, transient=True, redirect_stdout=False)
    bar.add_task(doing, total=1)
    return bar


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
