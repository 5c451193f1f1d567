"""How to cite a release, in the forms that people's programs take; all is from its `CITATION.cff`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from cstodata.errors import ClientError, DescriptorError, UnknownNameError
from cstodata.package.descriptor import parse_json
from cstodata.release.documents.about import objects, stated, text
from cstodata.report.rows import printable_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cstodata.model.json import JsonObject

Form = Literal["text", "bibtex", "json"]

CITATION: Final = "CITATION.cff"
_TEX: Final = {
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def parse_citation(content: bytes, *, place: str) -> JsonObject:
    """What a release's `CITATION.cff` says.

    Raises:
        ClientError: It is not as `cstodata release` writes it.
    """
    try:
        return parse_json(Path(CITATION), content)  # ours is YAML, and JSON too
    except DescriptorError as error:
        raise ClientError(place, why=f"{CITATION} {error.problem}") from error


def cite(told: JsonObject, form: Form) -> str:
    """A citation, without a newline at its end; raises `UnknownNameError` for another form.

    Args:
        told: What `CITATION.cff` says.
        form: A line for people; an entry of BibTeX; or an array of CSL-JSON, which Zotero, Pandoc and others read.
    """
    if form not in _FORMS:
        raise UnknownNameError("form", form, known=list(_FORMS))
    return _FORMS[form](told)


def _text(told: JsonObject) -> str:
    year = f"({_date(told)[:4]})" if _date(told) else ""
    who = " ".join(filter(None, ("; ".join(_names(told)), year)))
    version = f"Version {text(told.get('version'))}"
    return ". ".join(filter(None, (who, text(told.get("title")), version, text(told.get("url")))))


def _bibtex(told: JsonObject) -> str:
    # A name that is no person's is in braces, or its words would be taken apart.
    authors = [
        f"{_tex(text(each.get('family-names')))}, {_tex(text(each.get('given-names')))}"
        if text(each.get("family-names"))
        else f"{{{_tex(_name(each))}}}"
        for each in objects(told.get("authors"))
    ]
    fields = {
        "author": " and ".join(authors),
        "title": f"{{{_tex(text(told.get('title')))}}}",
        "year": _date(told)[:4],
        "month": _date(told)[5:7].lstrip("0"),
        "version": _tex(text(told.get("version"))),
        "url": text(told.get("url")).translate({ord("{"): "%7B", ord("}"): "%7D"}),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join(["@misc{" + _key(told) + ",", *lines, "}"])


def _json(told: JsonObject) -> str:
    authors = [
        stated({"family": text(each.get("family-names")), "given": text(each.get("given-names"))})
        if text(each.get("family-names"))
        else {"literal": _name(each)}
        for each in objects(told.get("authors"))
    ]
    item = stated(
        {
            "id": _key(told),
            "type": "dataset",
            "title": text(told.get("title")),
            "author": list(authors),
            "issued": {"date-parts": [[int(part) for part in _date(told).split("-")]]} if _date(told) else None,
            "version": text(told.get("version")),
            "abstract": text(told.get("abstract")),
            "URL": text(told.get("url")),
        }
    )
    return printable_json([item])


def _key(told: JsonObject) -> str:
    from slugify import slugify

    name = slugify(text(told.get("title")), max_length=40, word_boundary=True) or "data"
    return f"{name}-{slugify(text(told.get('version')), regex_pattern='[^0-9A-Za-z.-]+')}"


def _date(told: JsonObject) -> str:
    """The day of the release, such as 2026-02-20; empty if it does not say."""
    from datetime import date

    try:
        return date.fromisoformat(text(told.get("date-released"))).isoformat()
    except ValueError:
        return ""


def _names(told: JsonObject) -> list[str]:
    return list(filter(None, map(_name, objects(told.get("authors")))))


def _name(author: JsonObject) -> str:
    given, family = text(author.get("given-names")), text(author.get("family-names"))
    return f"{given} {family}".strip() or text(author.get("name"))


def _tex(words: str) -> str:
    return "".join(_TEX.get(character, character) for character in words)


_FORMS: Final[Mapping[Form, Callable[[JsonObject], str]]] = {"text": _text, "bibtex": _bibtex, "json": _json}
