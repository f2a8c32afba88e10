"""The page's tables are the checks themselves, and the rights in them are AWS's, and read alone."""

import authorization_reference as reference
import pytest
from sagemaker_templates.doctor import page
from sagemaker_templates.doctor.catalogue import TOPICS
from synthesized import ROOT

PAGE = ROOT / "docs" / "doctor.md"
CHECKS = [check for topic in TOPICS for check in topic.checks]


def test_the_page_is_up_to_date() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page.page(text) == text, "out of date: make docs"


def test_a_page_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="the page needs the lines"):
        page.page("# Trouble\n")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.title))
def test_each_check_says_why_it_is_made_and_where_its_rule_stands(check: object) -> None:
    why, source = str(getattr(check, "why", "")), str(getattr(check, "source", ""))
    assert why.endswith(".")
    assert "|" not in why
    assert source.startswith(
        ("https://docs.aws.amazon.com/", "https://docs.github.com/", "https://developer.hashicorp.com/")
    )


READING = ("Get", "List", "Describe")
DECRYPTING = "kms:Decrypt"
"""Of a secret that has a key of its own."""


@pytest.mark.parametrize("right", page.rights())
def test_each_right_exists_and_changes_nothing(right: str) -> None:
    assert reference.action(right) is not None
    assert right == DECRYPTING or right.partition(":")[2].startswith(READING)
