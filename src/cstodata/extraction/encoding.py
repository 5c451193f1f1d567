"""What encoding captured bytes are in, and the text that they are."""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, lookup

from cstodata.errors import PageError

_MARKS = ((BOM_UTF8, "utf-8"), (BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"""<meta\s[^>]*?charset\s*=\s*["']?\s*([A-Za-z0-9_:.+-]+)""", re.IGNORECASE)
_META_WITHIN = 4096
"""Browsers look for it in the first kilobyte; a comment that tells where a page was saved from may stand before it."""

_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode(place: str, content: bytes, declared: str | None = None) -> str:
    """The text that bytes are.

    A byte order mark decides, else what is declared; bytes of which nobody says anything are UTF-8.

    Args:
        place: What to call them in an error.
        content: The bytes.
        declared: The encoding that something declares; None if nothing does.

    Raises:
        PageError: They are not in that encoding, nobody knows it, or they are no text.
    """
    mark, name = next(((mark, name) for mark, name in _MARKS if content.startswith(mark)), (b"", None))
    codec = name or (_codec(place, declared) if declared else "utf-8")
    try:
        text = content[len(mark) :].decode(codec)
    except UnicodeDecodeError as error:
        where = f"byte 0x{error.object[error.start]:02x} at offset {error.start + len(mark)}"
        why = (
            f"it says that it is in {codec}, and is not"
            if name or declared
            else "it is not UTF-8, and does not say what"
        )
        raise PageError(place, why=f"{why}: {where}") from error
    if codec != "utf-8" and not name and _is_utf_8(content):  # of others, many take any bytes whatever
        why = f"it says that it is in {codec}, and is UTF-8: correct what it says, or save it anew"
        raise PageError(place, why=why)
    if found := _NOT_TEXT.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise PageError(place, why=f"it is no text: control character 0x{ord(found[0]):02x} in line {line}")
    return text


def declared_in_html(content: bytes) -> str | None:
    """The encoding that an HTML page declares in itself; None if it does not."""
    found = _META.search(content, 0, _META_WITHIN)
    return found[1].decode() if found else None


def _codec(place: str, declared: str) -> str:
    """What Python calls an encoding by the name that browsers know it by."""
    import webencodings

    try:
        found = webencodings.lookup(declared)
        name = lookup(str(found.codec_info.name)).name if found else None
    except LookupError:  # one that browsers know, and Python does not
        name = None
    if name is None:
        raise PageError(place, why=f'nobody knows the encoding "{declared}" that it declares')
    # A page that says in ASCII that it is UTF-16 cannot be; browsers take it for UTF-8.
    return "utf-8" if name.startswith("utf-16") else name


def _is_utf_8(content: bytes) -> bool:
    """Whether bytes are UTF-8 beyond a doubt: characters of several bytes are in it, and none is broken."""
    if content.isascii():
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
