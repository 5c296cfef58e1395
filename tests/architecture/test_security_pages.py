"""The pages on security name what is there: every requirement has its line, every file and test named in them exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, Source

PAGES = ROOT / "docs" / "security"
LINE = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (met|in part|not met|n/a) \| (.*) \| ?(.*) ?\|$", re.MULTILINE)
NAMED = re.compile(r"`([^`]+)`")
LEVELS_1_AND_2 = {
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4,
    "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
}  # fmt: skip
FILE = re.compile(r"(?:services|shared|deploy|docs|tests|demo|bench)/[\w./-]+")
TESTS = {name for module in Source(ROOT).modules("tests") for name in re.findall(r"def (test_\w+)", module.text)}


def missing(text: str) -> Iterator[str]:
    """The files and tests that a page names and that are not there."""
    for name in NAMED.findall(text):
        if (name.startswith("test_") and name not in TESTS) or (FILE.fullmatch(name) and not (ROOT / name).exists()):
            yield name


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.name)
def test_what_a_page_names_is_there(page: Path) -> None:
    assert not list(missing(page.read_text(encoding="utf-8")))


def test_what_is_not_there_is_noticed() -> None:
    text = "`services/identity/nowhere.py` `test_that_nobody_wrote` `services/identity/app.py` `GET /v1/me`"
    assert list(missing(text)) == ["services/identity/nowhere.py", "test_that_nobody_wrote"]


def test_every_requirement_of_levels_1_and_2_has_its_line() -> None:
    numbers = [found[1] for found in LINE.finditer((PAGES / "asvs.md").read_text(encoding="utf-8"))]
    wanted = [f"{section}.{n}" for section, count in LEVELS_1_AND_2.items() for n in range(1, count + 1)]
    assert numbers == wanted


def test_every_line_says_how_or_why_not() -> None:
    lines = LINE.findall((PAGES / "asvs.md").read_text(encoding="utf-8"))
    assert [number for number, _, _, how, _ in lines if not how.strip()] == []
