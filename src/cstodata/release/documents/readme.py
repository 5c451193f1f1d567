"""The release, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cstodata.report.changes.sentences import place, sentence, verdict

if TYPE_CHECKING:
    from cstodata.release.documents.facts import ReleaseFacts


def readme(facts: ReleaseFacts) -> bytes:
    """The tables, their rows, and what changed since the previous release, for people."""
    about = facts.about
    lines = [f"# {' '.join(about.title.split())} {facts.version}", ""]
    lines += [about.description, ""] if about.description else []
    lines += ["| table | rows | what it holds |", "|---|---|---|"]
    for table in facts.tables:
        description = _cell(table.resource.descriptor.get("description") or "")
        lines.append(f"| {_cell(table.resource.name)} | {table.rows:,} | {description} |")
    lines += [
        "",
        "Each table stands in `data/` as CSV and in `parquet/` as Parquet, proved equal. `datapackage.json` describes",
        "them, `codebook.csv` lists all fields, `release.json` is for programs, `SHA256SUMS` for `sha256sum --check`.",
        "Catalogues read `dcat.jsonld`, machine learning tools `croissant.json`; `CITATION.cff` says how to cite.",
    ]
    if facts.changes is not None:
        lines += ["", f"## Since {facts.changes.old.version}", "", f"{verdict(facts.changes)}.", ""]
        lines += [f"- {word}" for word in facts.changes.words]
        lines += [f"- {place(change)}: {sentence(change)}" for change in facts.changes.changes]
    return ("\n".join(lines) + "\n").encode()


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")
