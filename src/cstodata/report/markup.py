"""Text from data in GitHub Markdown: no markup, no HTML, nobody mentioned, nothing linked."""

from __future__ import annotations

import re

from cstodata.report.terminal import shown

_MARKUP = re.compile(r"[!#$&*:<>@\[\\\]^_`{|}~]|(?<=www)\.", re.IGNORECASE)
"""What Markdown, HTML or GitHub may take for more than text: emphasis, links, tables, mentions, addresses."""

_MENTION = re.compile(r"(&#64;|&#35;)")
_REFERENCE = re.compile(r"\b(GH)-(?=\d)", re.IGNORECASE)
_COMMIT = re.compile(r"\b[0-9a-f]{7,}\b", re.IGNORECASE)
_BELOW_COMMIT = re.compile(r"[0-9a-f]{6}(?=[0-9a-f])", re.IGNORECASE)

_GAP = "&#8203;"
"""A space without width: GitHub looks for mentions and references after entities are read."""


def code(text: str) -> str:
    """Text from data as code, in which GitHub neither mentions nor links."""
    return f"<code>{_escaped(text, 100)}</code>"


def plain(text: str, limit: int = 300) -> str:
    """Text from data that is no Markdown, no HTML, mentions nobody, and refers to no issue and no commit.

    Args:
        text: Of anybody.
        limit: Characters of it that are told; the rest is counted.
    """
    parted = _COMMIT.sub(lambda found: _BELOW_COMMIT.sub(r"\g<0>" + "\0", found.group()), shown(text, limit))
    parted = _REFERENCE.sub("\\1-\0", parted)  # `shown` has left no NUL
    return _MENTION.sub(rf"\1{_GAP}", _marked(parted)).replace("\0", _GAP)


def _escaped(text: str, limit: int) -> str:
    return _marked(shown(text, limit))


def _marked(text: str) -> str:
    return _MARKUP.sub(lambda match: f"&#{ord(match.group())};", text)
