"""What the findings mean that neither Frictionless nor a rule gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cstodata.validation.tables import beyond, standard

if TYPE_CHECKING:
    from collections.abc import Mapping

EXPLANATIONS: Final[Mapping[str, str]] = {**beyond.EXPLANATIONS, **standard.EXPLANATIONS}
"""By type of finding."""
