"""The two lists that a release has of its files."""

from __future__ import annotations

from typing import Final

CHECKSUMS: Final = "SHA256SUMS"
"""All files but itself and its signature; `sha256sum --check` reads it."""

REGISTRY: Final = "registry.txt"
"""The same without itself; pooch reads it."""
