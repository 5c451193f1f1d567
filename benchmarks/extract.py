"""How long it takes to read captured pages: 10,000 of 6 kB, on one core.

    python benchmarks/extract.py [--pages 10000] [--bytes 6000]

The pages are made here, each of its own facts: a sidebar of six delegations with representatives and websites, and an
article that names people and chambers. Each is made, read, laid out as the command shows it, and dropped in turn; only
reading and layout are timed: the time that the processor worked, and the time that passed, which is longer on a machine
that is busy with other work. Memory is the peak of the process after a tenth of the pages, and after all of them: it
must not grow with their number.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from cstodata.extraction.extraction import Page
from cstodata.extraction.known import known_of
from cstodata.extraction.listing import as_listing
from cstodata.extraction.read import read_page
from cstodata.package.descriptor import read_package

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parents[1]
SIDEBAR = """\
Delegation of the National Assembly of the Republic of Belarus to the CSTO PA consists of {} deputies from the House \
of Representatives of the National Assembly of the Republic of Belarus and {} deputies from the Council of the Republic.
Plenipotentiary representative of the National Assembly of the Republic of Belarus: Viktor Kogut
Website of the House of Representatives of the National Assembly of the Republic of Belarus: http://house.gov.by/en/
Website of the Council of the Republic of the National Assembly of the Republic of Belarus:
Delegation of the Parliament of the Republic of Kazakhstan to the CSTO PA consists of {} deputies from the Mazhilis of \
the Parliament of the Republic of Kazakhstan and {} members of the Senate of the Parliament of Kazakhstan.
Plenipotentiary Representative of the Parliament of the Republic of Kazakhstan, deputy Executive Secretary of the CSTO \
Parliamentary Assembly: Viktor Rogalev
Delegation of the Supreme Council of the Kyrgyz Republic to the CSTO PA consists of {} deputies.
Plenipotentiary Representative of the Supreme Council of the Kyrgyz Republic: Shabdanbek Alishev
Delegation of the Federal Assembly of the Russian Federation to the CSTO PA is represented by {} deputies of the State \
Duma of the Russian Federation and {} senators of the Russian Federation.
Plenipotentiary representative of the Federal Assembly of the Russian Federation - deputy Executive Secretary of the \
CSTO Parliamentary Assembly: Mikhail Krotov
Delegation of the Supreme Assembly of the Republic of Tajikistan to the CSTO PA consists of {} deputies of the \
National Assembly of the Supreme Assembly of the Republic of Tajikistan and {} deputies of the Assembly of \
Representatives.
"""
SENTENCES = (
    "Vyacheslav Volodin, Chairman of the State Duma of the Federal Assembly of the Russian Federation, spoke of it.",
    "The Mazhilis and the Senate of the Parliament of Kazakhstan were there, and so was the Jogorku Kenesh.",
    "Nothing of what followed was new to those who had come early, as most of the members had read the papers before.",
    "On the next day, the group\u2019s meeting went on \u2013 with other questions and \u201cother\u201d answers.",
    "Sergei Pospelov thanked all, the Majlisi Namoyandagon of the Majlisi Oli of the Republic of Tajikistan above all.",
)

WEIGHTS = (1, 1, 6, 4, 1)
"""Most sentences of an article name nobody; with these, a page has two or three times the mentions of a real one."""


def pages(count: int, size: int) -> Iterator[Page]:
    """Pages of about that many bytes, one by one."""
    chance = random.Random(7)
    for number in range(count):
        sidebar = SIDEBAR.format(*(chance.randint(1, 20) for _ in range(9)))
        day = f"{chance.randint(1, 28)} {chance.choice(['May', 'June', 'July'])} {chance.randint(2010, 2025)}"
        text = f"{sidebar}A meeting of number {number}\n{day}\nA meeting of number {number}\n"
        while len(text) < size:
            text += " ".join(chance.choices(SENTENCES, WEIGHTS, k=4)) + "\n"
        digest = sha256(text.encode()).hexdigest()
        yield Page(place=str(number), text=text, sha256=digest, address=f"https://pacsto.org/events/page-{number}")


def peak() -> int:
    """The most memory that this process has taken, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Read the pages and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--bytes", type=int, default=6000)
    options = parser.parse_args()
    known = known_of(read_package(REPOSITORY))
    worked, shown, passed, rows, early = 0.0, 0.0, 0.0, 0, 0
    for number, page in enumerate(pages(options.pages, options.bytes)):
        start = time.process_time(), time.perf_counter()
        extraction = read_page(page, known)
        read = time.process_time()
        as_listing(extraction, width=120, colour=False)
        worked += read - start[0]
        shown += time.process_time() - read
        passed += time.perf_counter() - start[1]
        if extraction.problems:
            raise SystemExit(f"page {number} was not understood: {extraction.problems[0]}")
        rows += len(extraction.rows)
        if number == options.pages // 10:
            early = peak()
    print(f"{options.pages:,} pages of {options.bytes:,} bytes, {rows:,} rows: {worked:.1f} s of work on one core")
    print(f"{shown:.1f} s more to show the rows as a table")
    print(f"{passed:.1f} s passed meanwhile")
    print(f"peak memory: {early} MB after a tenth of the pages, {peak()} MB after all")


if __name__ == "__main__":
    main()
