"""The languages of the pages."""

from __future__ import annotations

from cstodata.extraction.grammar.english import ENGLISH
from cstodata.extraction.grammar.russian import RUSSIAN

LANGUAGES = (ENGLISH, RUSSIAN)
