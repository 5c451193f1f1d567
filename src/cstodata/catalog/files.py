"""The files of a version in a store, as they are on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cstodata.errors import PublishError
from cstodata.package.descriptor import read_json
from cstodata.package.digest import sha256_of_file
from cstodata.package.paths import resolve
from cstodata.publish.checksums import listed_digests
from cstodata.release.documents.facts import FileFacts
from cstodata.release.lists import CHECKSUMS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cstodata.model.json import JsonObject
    from cstodata.publish.store import Store


class Files:
    """The files of a version; each is made sure to be the one that was published before it is read."""

    def __init__(self, store: Store, version: str, checksums_sha256: str, aside: Path) -> None:
        """Read the list of files.

        Args:
            store: Where they stand.
            version: Of which version.
            checksums_sha256: The digest of the list.
            aside: A folder for those of a store that is no folder.

        Raises:
            PublishError: The list is not the one that was published.
        """
        self._store = store
        self._version = version
        self._folder = aside if store.folder is None else store.folder / "v" / version
        self._located: set[str] = set()
        self.digests: Mapping[str, str] = {CHECKSUMS: checksums_sha256}
        self.digests = listed_digests(self.locate(CHECKSUMS).read_bytes())

    def locate(self, name: str) -> Path:
        """Where a file is on disk.

        Raises:
            PublishError: It is not there, or not the one that was published.
            UnsafePathError: Its name leads out of the version.
        """
        file = resolve(self._folder, name)
        if name in self._located:
            return file
        is_there = file.is_file() if self._store.folder else self._store.fetch(f"v/{self._version}/{name}", file)
        if not is_there or sha256_of_file(file) != self.digests.get(name):
            why = f"v/{self._version}/{name} is not the file that was published; `cstodata verify` tells more"
            raise PublishError(f"{self._store.place}: {why}")
        self._located.add(name)
        return file

    def facts(self, name: str) -> FileFacts:
        """Size and digest of a file that is there to be downloaded, and is not looked into."""
        size = self._store.size(f"v/{self._version}/{name}") or 0
        return FileFacts(path=name, bytes=size, sha256=self.digests[name], media_type="application/zip")

    def json(self, name: str) -> JsonObject:
        """The JSON object in a file; an empty one if the version has no such file.

        Raises:
            PublishError: The file is not the one that was published.
            DescriptorError: It holds no JSON object.
        """
        return read_json(self.locate(name)) if name in self.digests else {}
