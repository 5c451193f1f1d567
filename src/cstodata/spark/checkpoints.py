"""What jobs have told, kept for whoever asks the same again after it broke off."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import uuid4

import pyarrow as pa

from cstodata.errors import SparkError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cstodata.model.json import JsonValue


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """A folder of what the jobs of one question have told.

    Attributes:
        folder: It need not be there yet; nobody else should write in it.
    """

    folder: Path

    @classmethod
    def of(cls, folder: Path, question: JsonValue) -> Checkpoints:
        """Those of a question, among those of others: whatever its answer depends on is part of it."""
        asked = json.dumps(question, sort_keys=True, ensure_ascii=True)
        return cls(folder / sha256(asked.encode()).hexdigest()[:32])

    def table(self, name: str, make: Callable[[], pa.Table]) -> pa.Table:
        """The table of that name, if it was made before; else it is made, and kept.

        Raises:
            SparkError: It cannot be kept; and what making it raises.
        """
        path = self.folder / f"{sha256(name.encode()).hexdigest()[:32]}.arrow"
        try:
            return pa.ipc.open_file(pa.OSFile(str(path))).read_all()
        except (OSError, pa.ArrowException):  # it is not there, or not whole
            pass
        made = make()
        aside = path.with_name(f"{uuid4()}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with pa.OSFile(str(aside), "wb") as file, pa.ipc.new_file(file, made.schema) as writer:
                writer.write_table(made)
            aside.replace(path)
        except OSError as error:
            raise SparkError(f"{self.folder} cannot hold checkpoints: {error.strerror or error}") from error
        return made

    def discard(self) -> None:
        """Take them away: the question is answered."""
        shutil.rmtree(self.folder, ignore_errors=True)
