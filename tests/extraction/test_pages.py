"""Captured pages as text: what is kept of them, and what is refused."""

from __future__ import annotations

import gc
import gzip
import io
import tracemalloc
from collections import Counter
from contextlib import suppress
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cstodata.errors import PageError
from cstodata.extraction.extraction import Page
from cstodata.extraction.pages import MAX_BYTES, MAX_LINES, read_pages
from cstodata.extraction.warc import MAX_HEADERS, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable

ADDRESS = "https://pacsto.org/events/an-example"
HTML = "<!DOCTYPE html><html><head><title>A tab</title></head><body>{}</body></html>"


def pages(content: bytes, **more: object) -> list[Page | Skipped]:
    return list(read_pages("place", io.BytesIO(content), **more))  # type: ignore[arg-type]


def page(content: bytes | str) -> Page:
    (found,) = pages(content.encode() if isinstance(content, str) else content)
    assert isinstance(found, Page)
    return found


def lines(html: str) -> list[str]:
    return page(html).text.split("\n")


def refusal(content: bytes) -> str:
    with pytest.raises(PageError) as caught:
        pages(content)
    return str(caught.value)


def record(
    body: bytes,
    *,
    status: str = "200 OK",
    headers: Iterable[tuple[str, str]] = (("Content-Type", "text/html; charset=utf-8"),),
    uri: str = ADDRESS,
    kind: str = "response",
    warc: dict[str, str] | None = None,
    packed: bool = False,
) -> bytes:
    """A record of a WARC file, as ISO 28500 describes it."""
    if kind == "response":
        sent = f"HTTP/1.1 {status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers)
        body = sent.encode() + b"\r\n" + body
    told = {
        "WARC-Type": kind,
        "WARC-Target-URI": uri,
        "WARC-Date": "2026-02-21T23:30:00Z",
        "Content-Type": "application/http; msgtype=response",
        **(warc or {}),
        "Content-Length": str(len(body)),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    whole = f"WARC/1.1\r\n{lines}\r\n".encode() + body + b"\r\n\r\n"
    return gzip.compress(whole) if packed else whole


# ---- text ---- #


def test_text_keeps_its_characters_and_lines_end_with_a_line_feed() -> None:
    found = page("\ufeffone\r\ntwo “three”\u00a0four\rfive &amp;".encode())
    assert found.text == "one\ntwo “three”\u00a0four\nfive &amp;"


def test_the_digest_is_of_the_bytes_as_they_were_captured() -> None:
    content = "\ufeffone\r\ntwo".encode()
    assert page(content).sha256 == sha256(content).hexdigest()
    assert page(gzip.compress(content)).sha256 == sha256(content).hexdigest()


def test_what_the_user_says_of_a_page_is_taken() -> None:
    (found,) = pages(b"one", address=ADDRESS, captured_on=date(2026, 2, 21))
    assert isinstance(found, Page)
    assert (found.place, found.address, found.captured_on) == ("place", ADDRESS, date(2026, 2, 21))


def test_utf_16_with_a_mark_is_read() -> None:
    assert page("Делегация".encode("utf-16")).text == "Делегация"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "place: it is empty"),
        (b" \n ", "place: it is empty"),
        (b"one \xff", "place: it is not UTF-8, and does not say what: byte 0xff at offset 4"),
        ("Делегация".encode("cp1251"), "place: it is not UTF-8, and does not say what: byte 0xc4 at offset 0"),
        (b"one\ntwo\0", "place: it is no text: control character 0x00 in line 2"),
        (b"GIF89a\x01\x00", "place: it is no text: control character 0x01 in line 1"),
        (b"x" * (MAX_BYTES + 1), "place: it is larger than 16 MiB"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n", "place: it is MHTML, which is not read"),
        (b"x\n" * MAX_LINES, "place: it has more than 200,000 lines"),
        (b"\xff\xfeo", "place: it says that it is in utf-16-le, and is not"),
    ],
)
def test_what_is_no_text_is_refused_and_named(content: bytes, why: str) -> None:
    assert refusal(content).startswith(why)


@given(st.binary(max_size=300))
def test_any_bytes_are_pages_or_refused(content: bytes) -> None:
    for start in (b"", b"<html>", b"WARC/1.0\r\n", b"\x1f\x8b\x08", record(b"<p>x")):
        with suppress(PageError):
            pages(start + content)


# ---- HTML ---- #


def test_blocks_and_breaks_are_lines_and_blanks_are_one() -> None:
    html = HTML.format("<h1>A  title</h1><p>one\n two<br>three <b>fo</b>ur</p><ul><li>five<li>six</ul>")
    assert lines(html) == ["A title", "one two", "three four", "five", "six"]


def test_entities_are_characters_and_no_break_spaces_stay() -> None:
    assert lines(HTML.format("<p>a&nbsp;b &ldquo;c&rdquo; &#8211; &amp; &eacute;")) == ["a\u00a0b “c” – & é"]


def test_what_is_not_the_pages_own_text_is_dropped() -> None:
    dropped = (
        "<header>Site</header><nav><ul><li>Menu</ul></nav><script>if (a<b) {}</script><style>p{}</style>"
        "<div role=navigation>More</div><p hidden>Hidden</p><form><select><option>en</select><button>Go</button></form>"
        "<i style='color: red; Display : none'>1</i><p style=visibility:hidden>2</p>"
        "<footer>© Site</footer><noscript>Turn it on</noscript><template>x</template><svg><text>y</text></svg>"
    )
    html = HTML.format(
        f"{dropped}<article><header><h1>Title</h1></header>Body<footer>Signed</footer></article>{dropped}"
    )
    assert lines(html) == ["Title", "Body", "Signed"]


def test_an_aside_is_text_as_the_sidebar_may_be_one() -> None:
    assert lines(HTML.format("<aside><p>Delegation</aside><p>Title")) == ["Delegation", "Title"]


def test_a_row_of_a_table_is_a_line() -> None:
    assert lines(HTML.format("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>")) == ["a b", "c"]


@pytest.mark.parametrize(
    ("head", "address"),
    [
        (f'<link rel="Canonical" href="{ADDRESS}"><meta property="og:url" content="https://x.example/">', ADDRESS),
        (f'<link rel=canonical href="/events/x"><meta property="og:url" content="{ADDRESS}">', ADDRESS),
        (f'<meta property="og:url" content=" {ADDRESS} ">', ADDRESS),
        ('<link rel=stylesheet href="https://x.example/">', None),
        ('<link rel=canonical href="javascript:alert(1)">', None),
    ],
)
def test_the_address_is_what_the_page_says(head: str, address: str | None) -> None:
    assert page(f"<html><head>{head}</head><body>x</body></html>").address == address


def test_the_address_is_where_the_browser_saved_it_from() -> None:
    saved = f"<!DOCTYPE html>\n<!-- saved from url=(0036){ADDRESS} -->\n<html><body>x</body></html>"
    assert page(saved).address == ADDRESS


@pytest.mark.parametrize(
    ("html", "encoding"),
    [
        ("<html><head><meta charset=windows-1251></head><body>Делегация</body></html>", "cp1251"),
        (
            '<html><meta http-equiv="Content-Type" content="text/html; charset=koi8-r">Делегация</html>',
            "koi8-r",
        ),
        ("<html><body>Делегация</body></html>", "utf-8"),
        ("<html><head><meta charset=koi8-r></head><body>Делегация</body></html>", "utf-8-sig"),
    ],
)
def test_html_is_decoded_as_it_declares_unless_a_mark_says_otherwise(html: str, encoding: str) -> None:
    assert page(html.encode(encoding)).text == "Делегация"


def test_latin_1_is_what_browsers_take_for_it() -> None:
    assert page(b"<html><head><meta charset=iso-8859-1></head><body>\x93a\x94</body></html>").text == "“a”"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<html><meta charset=klingon>x</html>", 'place: nobody knows the encoding "klingon" that it declares'),
        (b"<html><meta charset=x-user-defined>x</html>", 'place: nobody knows the encoding "x-user-defined"'),
        (b"<html><meta charset=iso-2022-kr>x</html>", 'place: nobody knows the encoding "iso-2022-kr"'),
        ("<html><meta charset=windows-1251>Дума</html>".encode(), "place: it says that it is in cp1251, and is UTF-8"),
        (b"<html><meta charset=utf-8>\xff</html>", "place: it says that it is in utf-8, and is not: byte 0xff"),
        (b"<html><body><p>A page that was", "place: it is HTML that does not end with </html>: the file is cut short"),
        (b"<html><body><script>1</script></body></html>", "place: it is HTML without any text"),
        (b"<html>" + b"<div>" * 5000 + b"x</html>", "place: its elements are nested deeper than 1,000"),
    ],
)
def test_html_that_cannot_be_read_is_refused(content: bytes, why: str) -> None:
    assert refusal(content).startswith(why)


@pytest.mark.parametrize("part", ["<p>", "</x>", "<b><i></b>", "<!--", "&#x", "<p a=1 ", "<table>x", "<![CDATA["])
def test_html_made_to_take_long_does_not(part: str) -> None:
    content = f"<div>x{part * 100_000}</div>".encode()
    with suppress(PageError):
        pages(content)


# ---- WARC ---- #


@pytest.mark.parametrize("packed", [False, True])
def test_each_html_response_of_a_warc_file_is_a_page(*, packed: bool) -> None:
    body = "<p>Делегация".encode("cp1251")
    content = (
        record(b"software: x", kind="warcinfo", packed=packed)
        + record(b"<p>one", packed=packed)
        + record(b"none", status="404 Not Found", packed=packed)
        + record(b"\x89PNG", headers=[("Content-Type", "image/png")], packed=packed)
        + record(body, headers=[("Content-Type", "text/html;charset=windows-1251")], uri=ADDRESS + "-2", packed=packed)
    )
    one, two, skipped = pages(content)
    assert isinstance(one, Page)
    assert isinstance(two, Page)
    assert (one.place, one.text, one.address, one.captured_on) == ("place#1", "one", ADDRESS, date(2026, 2, 21))
    assert (two.place, two.text, two.address) == ("place#2", "Делегация", ADDRESS + "-2")
    assert two.sha256 == sha256(body).hexdigest()
    assert skipped == Skipped(
        place="place", counts=Counter({"warcinfo": 1, "response 404": 1, "response image/png": 1})
    )


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"3\r\n<p>\r\n3\r\none\r\n0\r\n\r\n", [("Transfer-Encoding", "chunked")]),
        (gzip.compress(b"<p>one", mtime=0), [("Content-Encoding", "gzip")]),
        (b"%x\r\n" % len(gzip.compress(b"<p>one", mtime=0)) + gzip.compress(b"<p>one", mtime=0) + b"\r\n0\r\n\r\n",
         [("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")]),
    ],
)  # fmt: skip
def test_a_page_is_read_however_it_was_sent(body: bytes, headers: list[tuple[str, str]]) -> None:
    found = page(record(body, headers=[("Content-Type", "text/html"), *headers]))
    assert (found.text, found.sha256) == ("one", sha256(b"<p>one").hexdigest())


@pytest.mark.parametrize("packed", [False, True])
def test_a_warc_file_cut_anywhere_gives_whole_pages_or_an_error_and_never_half_a_page(*, packed: bool) -> None:
    parts = [record(f"<p>page {number}".encode(), packed=packed) for number in range(2)]
    whole = b"".join(parts)
    told = Counter[str]()
    for length in range(5, len(whole)):
        texts = []
        try:
            for each in read_pages("place", io.BytesIO(whole[:length])):
                assert isinstance(each, Page)
                texts.append(each.text)
            told["ended"] += 1
            # Only between records does a cut file look like a whole one.
            assert length >= len(parts[0]) - 4
            assert length <= len(parts[0]) + 4 or length >= len(whole) - 4
        except PageError:
            told["refused"] += 1
        assert texts == ["page 0", "page 1"][: len(texts)]
    assert told["ended"] <= 12
    assert told["refused"] >= len(whole) - 18


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"WARC/1.0\r\n\r\n", "place record 1: it does not tell its length: the file is cut short or damaged"),
        (record(b"<p>x") + b"rubbish\r\n", "place record 2: no WARC record begins where one should"),
        (record(b"x", status="404 Not Found"), "place: it holds no page, that is no response with status 200"),
        (record(b"<p>x", warc={"WARC-Truncated": "length"}), "place#1: its capture was cut short (WARC-Truncated"),
        (record(b"<p>x", warc={"WARC-Segment-Number": "1"}), "place#1: it is one segment of several"),
        (record(b"<p>x", warc={"WARC-Date": "yesterday"}), 'place#1: its WARC-Date "yesterday" is no moment'),
        (record(b"x" * (MAX_BYTES + 1)), "place#1: it is larger than 16 MiB"),
        (record(b"\xff"), "place#1: it says that it is in utf-8, and is not: byte 0xff at offset 0"),
        (
            record(b"x", headers=[("Content-Type", "text/html"), ("Content-Encoding", "br")]),
            'place#1: it is compressed as "br", which is not read',
        ),
        (
            record(b"<p>", headers=[("Content-Type", "text/html"), ("Content-Encoding", "gzip")]),
            "place#1: it says that it is compressed as gzip, and is damaged or is not",
        ),
        (
            record(
                gzip.compress(b"x", mtime=0)[:-9], headers=[("Content-Type", "text/html"), ("Content-Encoding", "gzip")]
            ),
            "place#1: it is compressed, and cut short",
        ),
        (
            record(b"5\r\nx", headers=[("Content-Type", "text/html"), ("Transfer-Encoding", "chunked")]),
            "place#1: it was sent in chunks, and one is damaged or missing",
        ),
        (b"WARC/1.0\r\n" + b"x" * MAX_HEADERS, "place: a record has headers of more than 1 MiB"),
        (b"WARC/1.0\r\n" + b"a: b\r\n" * MAX_HEADERS, "place: a record has headers of more than 1 MiB"),
        (gzip.compress(b"one", mtime=0)[:-1], "place: it is compressed by gzip, and cut short or damaged"),
        (gzip.compress(b"one", mtime=0) + b"rubbish", "place: it is compressed by gzip, and cut short or damaged"),
    ],
)
def test_a_warc_file_that_cannot_be_read_is_refused_and_the_place_named(content: bytes, why: str) -> None:
    assert refusal(content).startswith(why)


def bomb(size: int) -> bytes:
    packed, zeros = io.BytesIO(), b"x" * 1024**2
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        for _ in range(size // len(zeros)):
            file.write(zeros)
    return packed.getvalue()


def test_a_bomb_is_refused_before_it_fills_the_memory() -> None:
    packed = bomb(256 * 1024**2)
    sent = record(packed, headers=[("Content-Type", "text/html"), ("Content-Encoding", "gzip")])
    chunked = b"%x\r\n" % len(packed) + packed + b"\r\n0\r\n\r\n"
    headers = [("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")]
    tracemalloc.start()
    for content in (packed, sent, record(chunked, headers=headers)):
        assert "larger than 16 MiB" in refusal(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100 * 1024**2


def test_pages_come_one_by_one_and_memory_does_not_grow() -> None:
    stream = io.BytesIO(b"".join(record(b"<p>" + b"x" * 50_000, packed=True) for _ in range(200)))
    tracemalloc.start()
    count = sum(1 for _ in read_pages("place", stream))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 200
    assert peak < 8 * 1024**2


def test_pages_of_html_are_let_go_of_one_by_one() -> None:
    content = HTML.format("<p>It was long.</p>" * 20_000).encode()
    gc.disable()
    tracemalloc.start()
    for _ in range(4):
        page(content)
    left, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    gc.enable()
    assert left < 1024**2
