"""The report says what was seen, and leaves out what nobody recorded."""

import re
from html.parser import HTMLParser

from sagemaker_templates.rehearsal.markdown import as_markdown
from sagemaker_templates.rehearsal.page import as_page
from sagemaker_templates.rehearsal.report import Moment, Refusal, Report, RoleRights

MOMENTS = (
    Moment(0.5, "111111111111", "a-role", "read <script>alert(1)</script> | a_b"),
    Moment(1.5, "111111111111", "another-role", "its steps are not executed yet", "left out"),
)
PLAIN = Report("dev/abalone", MOMENTS)
RECORDED = Report(
    "dev/abalone",
    (*MOMENTS, Moment(2.0, "111111111111", "a-role", "stored it", "failed")),
    refusals=(Refusal("111111111111", "a-role", "s3:PutObject", "arn:aws:s3:::a/b", "no statement allows it"),),
    rights=(RoleRights("a-role", ("s3:GetObject",), ("s3:DeleteObject",)),),
)


class _Page(HTMLParser):
    """What a browser would load or execute."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.headings: list[str] = []
        self.loaded: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loaded += [name for name, _ in attrs if name in {"src", "href", "style"}]

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "h2" and data.strip():
            self.headings.append(data.strip())


def test_the_page_loads_nothing_and_executes_nothing_whatever_names_say() -> None:
    page = as_page(PLAIN)
    read = _Page(page)
    assert read.loaded == []
    assert not {"script", "link", "img", "iframe"} & set(read.tags)
    assert not re.search(r"url\(|@import|https?:", page)
    assert "color-scheme: light dark" in page


def test_what_nobody_recorded_is_left_out_and_what_was_recorded_is_there() -> None:
    assert _Page(as_page(PLAIN)).headings == ["Timeline"]
    assert _Page(as_page(RECORDED)).headings == ["Timeline", "Refused", "Rights"]
    assert "## " not in as_markdown(PLAIN)
    assert re.findall(r"^## (\w+)$", as_markdown(RECORDED), re.MULTILINE) == ["Refused", "Rights"]
    for said in ("s3:PutObject", "no statement allows it", "s3:DeleteObject"):
        assert said in as_markdown(RECORDED)
        assert said in as_page(RECORDED)


def test_a_cell_stays_in_its_cell_in_markdown() -> None:
    (row,) = (line for line in as_markdown(PLAIN).splitlines() if "read" in line)
    assert r"\<script\>alert(1)\</script\> \| a\_b" in row


def test_the_verdict_counts_what_was_done_and_names_what_failed() -> None:
    assert PLAIN.verdict == "dev/abalone: 1 step done in 2 s; 1 left out"
    assert RECORDED.verdict == "dev/abalone: failed after 2 s: stored it"
