"""The captured pages that a command names, read one after the other."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from cstodata.cli.options import note
from cstodata.report.terminal import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from cstodata.extraction.extraction import Extraction, Page
    from cstodata.extraction.known import Known
    from cstodata.model.progress import OnStep

_STDIN = "-"


class Captures:
    """The pages of files, read one after the other.

    Attributes:
        is_understood: Whether all pages were, of those that were read so far.
    """

    def __init__(self, files: Sequence[Path], url: str | None, day: date | None, *, add_people: bool) -> None:
        """Choose files, the address of the one page in them, the day of capture, and whether new people become rows."""
        self.is_understood = True
        self._files = files
        self._url = url
        self._day = day
        self._add_people = add_people

    def extractions(self, known: Known, on_step: OnStep) -> Iterator[Extraction]:
        """What was read from each page; what was not understood is told at once."""
        from cstodata.extraction.read import read_page

        for page in self._pages(on_step):
            extraction = read_page(page, known, add_people=self._add_people)
            self.is_understood &= extraction.is_understood
            for problem in extraction.problems:
                tell(f"{page.place}:{problem.line}", problem.message, problem.text, problem.mend)
            yield extraction

    def _pages(self, on_step: OnStep) -> Iterator[Page]:
        from cstodata.extraction.pages import read_pages
        from cstodata.extraction.warc import Skipped

        count = 0
        for number, file in enumerate(self._files):
            is_stdin = str(file) == _STDIN
            if is_stdin and sys.stdin is None:
                raise click.UsageError("standard input is closed.")
            opened = nullcontext(sys.stdin.buffer) if is_stdin else file.open("rb")
            with opened as stream:
                size = 0 if is_stdin or not file.is_file() else file.stat().st_size
                on_step(file.name, number / len(self._files))
                for each in read_pages(_place(file), stream, address=self._url, captured_on=self._day):
                    if isinstance(each, Skipped):
                        note(f"{shown(each.place, 1000)}: beside pages it holds {shown(each.told, 1000)}")
                        continue
                    count += 1
                    if count > 1 and self._url is not None:
                        raise click.UsageError(f"--url is the address of one page, and {file} holds several.")
                    yield each
                    if size:
                        on_step(file.name, (number + min(stream.tell() / size, 1)) / len(self._files))


def _place(file: Path) -> str:
    """A file as a page names it; bytes that are no text are escaped, as a name may be any bytes."""
    return os.fsencode(file).decode("utf-8", "backslashreplace")


def files_of(pages: Sequence[Path]) -> list[Path]:
    """The files named, and those in the folders named."""
    files: list[Path] = []
    for page in pages:
        if not page.is_dir():
            files.append(page)
            continue
        held = sorted(page.iterdir())
        inside = [each for each in held if each.is_file() and not each.name.startswith(".")]
        if not inside:
            raise click.UsageError(f"the folder {page} holds no files.")
        if len(inside) < len(held):
            others = ", ".join(shown(each.name) for each in held if each not in inside)
            note(f"{shown(page, 1000)}: not looked at: {shown(others, 200)}")
        files += inside
    if [str(file) for file in files].count(_STDIN) > 1:
        raise click.UsageError("standard input is named twice.")
    return files


def tell(place: str, message: str, text: str | None, mend: str | None) -> None:
    """Say what is wrong: where, the words, and what to do."""
    note(f"{shown(place, 1000)}: {shown(message, 1000)}")
    if text:
        note(f"    {shown(text, 300)}")
    if mend:
        note(f"    mend: {shown(mend, 1000)}")
