"""One thing is not called by its plural, wherever a number is told."""

import re
from pathlib import Path

import pytest
from sagemaker_templates.wording import counted
from synthesized import ROOT

PACKAGE = ROOT / "constructs" / "sagemaker_templates"
NUMBER_WITH_PLURAL = re.compile(r"\{(?:len|sum)\([^{}]*\)\} [a-z]+s\b")
ALWAYS_MANY = ("characters", "tags")
"""What is told of only where there are more than fifty."""


@pytest.mark.parametrize(("number", "said"), [(0, "0 stacks"), (1, "1 stack"), (2, "2 stacks")])
def test_a_number_is_followed_by_the_form_that_fits_it(number: int, said: str) -> None:
    assert counted(number, "stack") == said


def test_a_plural_of_its_own_form_can_be_given() -> None:
    assert [counted(number, "entry", "entries") for number in (1, 2)] == ["1 entry", "2 entries"]


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_message_puts_a_plural_behind_any_number(file: Path) -> None:
    found = NUMBER_WITH_PLURAL.findall(file.read_text())
    assert [text for text in found if not text.endswith(ALWAYS_MANY)] == []
