"""What a user has set: the store that data comes from, and the folder that keeps it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cstodata.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

STORE, CACHE = "CSTODATA_STORE", "CSTODATA_CACHE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is set; None for what is not."""

    store: str | None = None
    cache: Path | None = None


def read_settings(environment: Mapping[str, str], file: Path) -> Settings:
    """The settings of a user; the environment comes before the file.

    Args:
        environment: `CSTODATA_STORE` and `CSTODATA_CACHE` are looked at.
        file: A TOML file with `store` and `cache`; it need not be there. Empty texts are as good as none.

    Raises:
        SettingsError: The file cannot be read, or is of another form.
    """
    written = _read(file)
    store, cache = environment.get(STORE) or written.get("store"), environment.get(CACHE) or written.get("cache")
    return Settings(store=store or None, cache=Path(cache) if cache else None)


def _read(file: Path) -> dict[str, str]:
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(str(file), why=f"cannot be read: {error.strerror}") from error
    except ValueError as error:  # what is no TOML, and what is no UTF-8
        raise SettingsError(str(file), why=f"is not TOML: {error}") from error
    for name, value in told.items():
        if name not in {"store", "cache"} or not isinstance(value, str):
            raise SettingsError(str(file), why=f'"{name}" is no setting; there are store and cache, both texts')
    return told
