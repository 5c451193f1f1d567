"""The documents of a release: each is a pure function of the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cstodata.release.documents.citation import citation
from cstodata.release.documents.codebook import codebook
from cstodata.release.documents.croissant import croissant
from cstodata.release.documents.dcat import dcat
from cstodata.release.documents.licence import licence
from cstodata.release.documents.manifest import manifest
from cstodata.release.documents.readme import readme
from cstodata.release.documents.validation import validation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cstodata.release.documents.facts import ReleaseFacts

DOCUMENTS: Final[Mapping[str, Callable[[ReleaseFacts], bytes]]] = {
    "CITATION.cff": citation,
    "LICENSE": licence,
    "README.md": readme,
    "codebook.csv": codebook,
    "croissant.json": croissant,
    "dcat.jsonld": dcat,
    "release.json": manifest,
    "report/validation.json": validation,
}
"""What makes each document, by its path in the release."""
