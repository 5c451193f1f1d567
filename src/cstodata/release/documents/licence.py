"""What may be done with the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cstodata.release.documents.about import objects, text

if TYPE_CHECKING:
    from cstodata.release.documents.facts import ReleaseFacts


def licence(facts: ReleaseFacts) -> bytes:
    """What may be done with the data, and where the licences stand."""
    lines = [facts.about.title, ""]
    if not facts.about.licences:
        lines.append("No licence is declared: ask before you use the data.")
    # The path as it is declared: it may be that of a file.
    paths = [text(each.get("path")) for each in objects(facts.package.descriptor.get("licenses"))]
    for each, path in zip(facts.about.licences, paths, strict=True):
        lines.append(f"The data is licensed under {each.title or each.name or 'the licence below'}.")
        lines += [path] if path else []
    return ("\n".join(lines) + "\n").encode()
