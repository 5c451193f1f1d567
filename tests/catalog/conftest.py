"""Stores with pages, a server that shows them, and a browser that looks at them."""

from __future__ import annotations

import json
import os
import shutil
import threading
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from filelock import FileLock
from playwright.sync_api import sync_playwright

import cstodata
from cstodata.catalog.pages import Addresses
from cstodata.catalog.server import server
from cstodata.catalog.site import write_site
from cstodata.package.descriptor import read_package
from cstodata.package.formatting import apply_format, plan_format
from cstodata.publish.publisher import publish
from cstodata.publish.store import Store
from cstodata.release.build import build_release
from cstodata.release.origin import Origin
from cstodata.release.plan import plan_release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from playwright.sync_api import Browser, Page

REPOSITORY = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CREATED = "2026-02-20T00:00:00Z"


def release(folder: Path, output: Path, *, previous: Path | None = None, rules: list[str] | None = None) -> Path:
    """Release the package in a folder below another; the folder of the version."""
    package = read_package(folder)
    origin = Origin(created=CREATED, commit="c0ffee", is_dirty=False, tool="0.1.0")
    before = None if previous is None else str(previous)
    plan = plan_release(package, cstodata.validate(folder, rules=rules), origin=origin, previous=before)
    build_release(package, plan, output)
    return output / plan.folder


def package(folder: Path, version: str, tables: Mapping[str, tuple[str, Mapping[str, Any]]], **declared: Any) -> Path:
    """Make a package: CSV text and Table Schema by the name of the resource; its folder."""
    folder.mkdir(parents=True)
    resources = []
    for number, (name, (content, schema)) in enumerate(tables.items()):
        (folder / f"{number}.csv").write_text(content, encoding="utf-8")
        told = {"name": name, "type": "table", "path": f"{number}.csv", "dialect": {"delimiter": ","}, "schema": schema}
        resources.append({**told, **declared.pop(f"table_{name}", {})})
    descriptor = {"name": "example", "version": version, **declared, "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    apply_format(plan_format(read_package(folder)))
    return folder


def written(store: Path, **addresses: str) -> Path:
    """A store, once its pages are written."""
    write_site(Store(str(store)), Store(str(store)), Addresses(**addresses))
    return store


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds the two versions of the dataset, without pages; one for all processes that run tests."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "dataset"
    with FileLock(f"{folder}.lock"):
        if not (folder / "store" / "index.json").exists():
            old = release(REPOSITORY / "history" / "1.0.0", folder / "release")
            new = release(REPOSITORY, folder / "release", previous=old)
            for each in (old, new):
                publish(each, Store(str(folder / "making")))
            (folder / "making").rename(folder / "store")
    return folder / "store"


@pytest.fixture(scope="session")
def real(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the dataset with its pages; a test leaves it as it is."""
    folder = tmp_path_factory.mktemp("real") / "store"
    shutil.copytree(published, folder)
    return written(folder)


@pytest.fixture
def copied(published: Path, tmp_path: Path) -> Path:
    """A copy of the store of the dataset, without pages, that a test may change."""
    shutil.copytree(published, tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def make_store(tmp_path: Path) -> Callable[..., Path]:
    """Publish a package, and write the pages: what `package` takes; the folder of the store."""

    def make(version: str, tables: Mapping[str, tuple[str, Mapping[str, Any]]], **declared: Any) -> Path:
        made = package(tmp_path / f"package-{version}", version, tables, **declared)
        publish(release(made, tmp_path / "release"), Store(str(tmp_path / "store")))
        return written(tmp_path / "store")

    return make


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder as `cstodata serve` shows it; the address, with a slash at the end."""
    with server(folder, 0) as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{listening.server_address[1]}/"
        listening.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def address(real: Path) -> Iterator[str]:
    """Where the pages of the dataset are served."""
    with served(real) as at:
        yield at


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real browser."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert program, "no browser is installed: `make programs` installs one"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


class Watched:
    """A page of a browser, and what it did that it should not do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._dismiss)
        page.on("request", lambda request: self.requests.append(request.url))

    def _dismiss(self, dialog: Any) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    @property
    def left(self) -> set[str]:
        """The hosts that were asked beside that of the page."""
        asked = {urlsplit(each).netloc for each in self.requests if urlsplit(each).scheme != "data"}
        return asked - {urlsplit(self.page.url).netloc}


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Open a page in a context of its own: what `Browser.new_context` takes."""
    contexts = []

    def opened(**options: Any) -> Watched:
        contexts.append(browser.new_context(**options))
        return Watched(contexts[-1].new_page())

    yield opened
    for context in contexts:
        context.close()


class Read(HTMLParser):
    """What stands in the text of a page: ids, links, elements, attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            self.attributes.append((tag, name, value or ""))
            if name == "id":
                self.ids.append(value or "")
            if name in {"href", "src"}:
                self.links.append(value or "")


def pages_of(store: Path) -> dict[str, Read]:
    """The pages of a store, by their paths."""
    files = [store / "index.html", *sorted((store / "pages").rglob("*.html"))]
    return {file.relative_to(store).as_posix(): Read(file.read_text(encoding="utf-8")) for file in files}


def broken_links(store: Path) -> tuple[list[str], set[str]]:
    """The links of pages that lead to nothing in the store, and the pages that can be reached from the first."""
    pages, seen, waiting, broken = pages_of(store), {"index.html"}, ["index.html"], []
    while waiting:
        here = waiting.pop()
        for link in pages[here].links:
            target, anchor = urldefrag(urljoin(f"http://host/{here}", link))
            if urlsplit(target).netloc != "host":
                continue
            path = unquote(urlsplit(target).path)[1:]
            if not (store / path).is_file() or (anchor and unquote(anchor) not in pages[path].ids):
                broken.append(f"{here}: {link}")
            elif path in pages and path not in seen:
                seen.add(path)
                waiting.append(path)
    return broken, seen
