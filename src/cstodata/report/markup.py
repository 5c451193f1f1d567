"""Text from data in GitHub Markdown: no markup, no HTML, nobody mentioned, nothing linked."""

from __future__ import annotations

import re

from cstodata.report.terminal import shown

_MARKUP = re.compile(r"[!#$&*:<>@\[\\\]^_`{|}~]|(?<=www)\.", re.IGNORECASE)
"""What Markdown, HTML or GitHub may take for more than text: emphasis, links, tables, mentions, addresses."""

_REFERENCE = re.compile(r"\b(GH)-(?=\d)", re.IGNORECASE)
_COMMIT = re.compile(r"\b[0-9a-f]{7,}\b", re.IGNORECASE)
_BELOW_COMMIT = re.compile(r"[0-9a-f]{6}(?=[0-9a-f])", re.IGNORECASE)

_AT, _NUMBER = "&#64;", "&#35;"
_GAP = "&#8203;"
"""A space without width: GitHub looks for mentions and references after entities are read."""


def code(text: str) -> str:
    """Text from data as code, in which GitHub neither mentions nor links."""
    # What looks like an address of mail is linked even there.
    return f"<code>{_marked(shown(text)).replace(_AT, _AT + _GAP)}</code>"


def plain(text: str, limit: int = 300) -> str:
    """Text from data that is no Markdown, no HTML, mentions nobody, and refers to no issue and no commit.

    Args:
        text: Of anybody.
        limit: Characters of it that are told; the rest is counted.
    """
    parted = _COMMIT.sub(lambda found: _BELOW_COMMIT.sub(r"\g<0>" + "\0", found.group()), shown(text, limit))
    parted = _REFERENCE.sub("\\1-\0", parted)  # `shown` has left no NUL
    marked = _marked(parted).replace(_AT, _AT + _GAP).replace(_NUMBER, _NUMBER + _GAP)
    return marked.replace("\0", _GAP)


def _marked(text: str) -> str:
    return _MARKUP.sub(lambda match: f"&#{ord(match.group())};", text)
