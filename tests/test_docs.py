"""The pages say what is there."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

import cstodata
from cstodata.cli.main import cli
from cstodata.package.descriptor import read_package
from cstodata.release.build import build_release
from cstodata.release.origin import Origin
from cstodata.release.plan import plan_release
from cstodata.validation.rules.registry import RULES

REPOSITORY = Path(__file__).parents[1]
PAGES = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])


@pytest.mark.parametrize("verb", cli.list_commands(click.Context(cli)))
def test_every_verb_and_option_has_help_and_stands_in_the_readme(verb: str) -> None:
    command = cli.get_command(click.Context(cli), verb)
    assert command is not None
    assert command.help
    assert all(parameter.help for parameter in command.params if isinstance(parameter, click.Option))
    assert f"$ cstodata {verb} --help" in (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_every_rule_stands_in_the_reference() -> None:
    page = (REPOSITORY / "docs" / "reference" / "rules.md").read_text(encoding="utf-8")
    assert re.findall(r"^## ([a-z-]+)$", page, re.MULTILINE) == [rule.id for rule in RULES]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    for target in re.findall(r"\]\(([^){}#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(page.name[:4]) for page in sorted((REPOSITORY / "docs" / "decisions").glob("*.md"))]
    assert numbers == [*range(1, len(numbers) + 1)]


def test_the_examples_of_checking_downstream_run(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = read_package(repository)
    origin = Origin(created=None, commit=None, is_dirty=False, tool="0.1.0")
    build_release(package, plan_release(package, cstodata.validate(repository), origin=origin), tmp_path)
    monkeypatch.chdir(tmp_path)
    text = (REPOSITORY / "docs" / "how-to" / "check-downstream.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, object] = {}
    for example in examples:
        exec(example, names)  # noqa: S102 -- our own example
    assert len(examples) == 4
    assert set(getattr(names["faults"], "column", ())) == {"seats_total"}
