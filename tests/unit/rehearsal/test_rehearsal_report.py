"""The report says what was seen, and nothing in it is taken for markup."""

import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from io import StringIO

import pytest
from rich.console import Console
from sagemaker_templates.rehearsal.markdown import as_markdown
from sagemaker_templates.rehearsal.page import as_page
from sagemaker_templates.rehearsal.report import Moment, Report
from sagemaker_templates.rehearsal.rights_used import Granted, RoleRights, Used
from sagemaker_templates.rehearsal.shown import show_end

MOMENTS = (
    Moment(0.5, "111111111111", "a-role", "read <script>alert(1)</script> | a_b"),
    Moment(1.5, "111111111111", "another-role", "its steps are not executed yet", "left out"),
)
PLAIN = Report("dev/abalone", MOMENTS)
REFUSED = "User: arn:aws:sts::1:assumed-role/a-role/x is not authorized to perform: s3:PutObject on <b>"
ROLES = (
    RoleRights(
        "111111111111",
        "a-role",
        used=(Used("kms:Decrypt", "s3.us-east-1.amazonaws.com", ("arn:aws:kms:one", "arn:aws:kms:two")),),
        unused=(Granted("ReadData", "s3:GetObject"),),
        refused=(REFUSED,),
    ),
    RoleRights("111111111111", "an-idle-role", (), (), ()),
)
WITH_RIGHTS = Report("dev/abalone", MOMENTS, ROLES)
FAILED = Report("dev/abalone", (*MOMENTS, Moment(2.0, "111111111111", "a-role", "stored it", "failed")))


class _Page(HTMLParser):
    """What a browser would load or execute."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loaded: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loaded += [name for name, _ in attrs if name in {"src", "href", "style"}]


def test_the_page_loads_nothing_and_executes_nothing_whatever_names_say() -> None:
    page = as_page(PLAIN)
    read = _Page(page)
    assert read.loaded == []
    assert not {"script", "link", "img", "iframe"} & set(read.tags)
    assert not re.search(r"url\(|@import|https?:", page)
    assert "color-scheme: light dark" in page


@pytest.mark.parametrize("written", [as_page, as_markdown])
def test_every_moment_stands_there_with_its_outcome(written: Callable[[Report], str]) -> None:
    text = written(FAILED)
    for said in ("another-role", "its steps are not executed yet", "left out", "stored it", "failed"):
        assert said in text


@pytest.mark.parametrize("written", [as_page, as_markdown])
def test_rights_of_each_role_stand_there_used_unused_and_refused(written: Callable[[Report], str]) -> None:
    text = unescape(re.sub(r"\\", "", written(WITH_RIGHTS)))
    for said in ("a-role", "an-idle-role", "kms:Decrypt", "arn:aws:kms:two", "s3.us-east-1.amazonaws.com"):
        assert said in text
    assert "Nothing here has used: " in text
    assert "ReadData" in text
    assert REFUSED in text
    assert "<b>" not in as_page(WITH_RIGHTS)


def test_the_terminal_says_how_many_rights_a_role_used_and_what_it_was_refused() -> None:
    console = Console(file=StringIO(), width=200)
    show_end(console, WITH_RIGHTS)
    written = console.file
    assert isinstance(written, StringIO)
    lines = written.getvalue().splitlines()
    assert [line.split() for line in lines if line.startswith("a-role")] == [
        ["a-role", "used", "1", "right;", "1", "more", "granted", "and", "not", "used", "here"]
    ]
    assert f"refused   {REFUSED}" in lines
    assert not any(line.startswith("an-idle-role") for line in lines)


def test_nobody_is_mentioned_by_what_a_name_says() -> None:
    named = Report("dev/abalone", (Moment(0.5, "111111111111", "a-role", "read @somebody"),))
    assert "@" not in as_markdown(named)


def test_a_cell_stays_in_its_cell_in_markdown() -> None:
    (row,) = (line for line in as_markdown(PLAIN).splitlines() if "read" in line)
    assert r"\<script\>alert(1)\</script\> \| a\_b" in row


def test_the_verdict_counts_what_was_done_and_names_what_failed() -> None:
    assert PLAIN.verdict == "dev/abalone: 1 step done in 2 s; 1 left out"
    assert FAILED.verdict == "dev/abalone: failed after 2 s: stored it"
