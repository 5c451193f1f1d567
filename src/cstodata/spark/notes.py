"""What a task tells of its range."""

from __future__ import annotations

from typing import NamedTuple


class Note(NamedTuple):
    """What a task tells.

    Attributes:
        what: What kind of note it is, in a word of the task.
        number: Of a record in its range; or how many there are.
        texts: Its cells, or what else there is to tell.
    """

    what: str
    number: int
    texts: list[str]
