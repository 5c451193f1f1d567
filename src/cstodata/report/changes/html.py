"""Changes as one page of HTML that needs nothing else."""

from __future__ import annotations

import difflib
import re
from itertools import islice
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup, escape

from cstodata.model.bump import rule_of
from cstodata.report.changes.sentences import counts, place, sentence, title, verdict
from cstodata.report.terminal import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.model.change import ChangeSet

_WORDS = re.compile(r"\s+|[^\s]+")
_LONG, _MANY = 2_000, 20_000


def render(changes: ChangeSet, *, limit: int | None, colour: bool = False) -> Iterator[str]:
    """The changes as a page, in pieces.

    Args:
        changes: What to tell.
        limit: Rows of a kind to tell of a table; None for all.
        colour: Not used: a page has its own.
    """
    del colour
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("cstodata.report.changes", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.globals |= {
        "counts": counts,
        "marked": marked,
        "place": place,
        "rule_of": rule_of,
        "sentence": sentence,
        "shown": lambda text: shown(text, _LONG),
        "some": lambda rows: islice(rows, limit),
        "limit": limit,
    }
    template = environment.get_template("page.html.jinja")
    yield from template.generate(changes=changes, title=title(changes), verdict=verdict(changes))


def marked(before: str | None, after: str | None) -> Markup:
    """Two texts as one, with the words that went and came marked; null is told as such."""
    if before is None or after is None or max(len(before), len(after)) > _LONG:
        return Markup("{}{}{}").format(_mark("del", before), Markup(" "), _mark("ins", after))
    was, now = _WORDS.findall(before), _WORDS.findall(after)
    if len(was) * len(now) > _MANY:  # comparing takes time with their product, and more
        return Markup("{}{}{}").format(_mark("del", before), Markup(" "), _mark("ins", after))
    parts = []
    for kind, i, j, k, m in difflib.SequenceMatcher(a=was, b=now, autojunk=False).get_opcodes():
        gone, come = "".join(was[i:j]), "".join(now[k:m])
        if kind == "equal":
            parts.append(escape(shown(gone, _LONG)))
            continue
        parts += [_mark(tag, text) for tag, text in (("del", gone), ("ins", come)) if text]
    return Markup("").join(parts)


def _mark(tag: str, text: str | None) -> Markup:
    inside = Markup("<em>null</em>") if text is None else escape(shown(text, _LONG)) or Markup("<em>empty</em>")
    return Markup("<{0}>{1}</{0}>").format(Markup(tag), inside)  # noqa: S704 -- a tag of our own
