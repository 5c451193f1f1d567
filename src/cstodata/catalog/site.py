"""Writing the pages of a store, after its index: they tell of it, and are replaced when it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from cstodata.catalog.contents import opened
from cstodata.catalog.pages import Addresses, pages
from cstodata.catalog.paths import HOME
from cstodata.errors import PublishError
from cstodata.model.progress import unheard
from cstodata.publish.index import ATTEMPTS, read_index

if TYPE_CHECKING:
    from cstodata.model.progress import OnStep
    from cstodata.publish.store import Store

_MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}


_OURS: Final = b'<meta name="generator" content="cstodata">'
"""What each of our pages holds, and hardly anybody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How many pages a store has, style and script among them, and how many of them are new or changed."""

    pages: int
    changed: int


def write_site(store: Store, target: Store, addresses: Addresses, *, on_step: OnStep = unheard) -> Written:
    """Write the pages of a store; what is the same already is left as it is, and nothing is deleted.

    If somebody publishes meanwhile, the pages are made again: the last to write leaves pages that fit the index.

    Args:
        store: What the pages tell of.
        target: Where they are written: the store, or another place.
        addresses: Where things are read.
        on_step: Called with each path before it is written, and 0: nobody knows yet how many there are.

    Raises:
        PublishError: There is nothing to tell of; a file is not the one that was published; the first page would
            replace one that is not ours; others wrote meanwhile, again and again.
        StoreError: A store cannot be read or written.
        CstodataError: What a file holds cannot be read.
    """
    there = target.read(HOME)
    if there is not None and _OURS not in there.content:
        why = f"holds an {HOME} that cstodata did not write; move it away, or name another folder by --output"
        raise PublishError(f"{target.place} {why}")
    changed: set[str] = set()
    for _ in range(ATTEMPTS):
        index = read_index(store)
        if not index.versions:
            raise PublishError(f"{store.place} holds no versions to make pages of; publish one first")
        paths = []
        with opened(store, index) as releases:
            for path, content in pages(index, releases, addresses):
                on_step(path, 0)
                paths.append(path)
                if _write(target, path, content):
                    changed.add(path)
        if read_index(store) == index:
            return Written(pages=len(paths), changed=len(changed))
    raise PublishError(f"others published to {store.place} {ATTEMPTS} times meanwhile; run this again")


def _write(target: Store, path: str, content: bytes) -> bool:
    """Write a page; whether it was not there already."""
    for _ in range(ATTEMPTS):
        there = target.read(path)
        if there is not None and there.content == content:
            return False
        if target.replace(path, content, media_type=_MEDIA_TYPES[PurePosixPath(path).suffix], expected=there):
            return True
    raise PublishError(f"others replaced {path} of {target.place} {ATTEMPTS} times meanwhile; run this again")
