"""The page of rights says what the stacks give and what uses it (``make docs`` writes it)."""

import os
import re

import pytest
from rights_page import page, tables
from synthesized import ROOT

PAGE = ROOT / "docs/rights.md"


def test_the_page_is_up_to_date() -> None:
    text = PAGE.read_text(encoding="utf-8")
    if os.environ.get("UPDATE_DOCS") == "1":
        PAGE.write_text(page(text), encoding="utf-8")
        text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "out of date: run `make docs` and review the diff"


def test_a_page_without_a_place_for_the_tables_is_refused() -> None:
    with pytest.raises(ValueError, match="needs the lines"):
        page("# Rights\n")


def test_no_name_of_an_example_is_left() -> None:
    shown = re.sub(r"data/abalone\.csv|xgboost_abalone", "", tables())
    assert (
        re.findall(r"abalone|llama|scoring|serving(?!`)|text-to-sql|\d{12}|\$\{", shown.replace("own-serving", ""))
        == []
    )


def test_every_template_page_leads_to_its_tables() -> None:
    anchors = {
        re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in re.findall(r"^## (.+)$", tables(), re.M)
    }
    for template in (
        "xgboost_abalone",
        "batch_inference",
        "finetune_llm_evaluation",
        "hf_import_models",
        "model_deploy",
    ):
        text = (ROOT / f"docs/{template}.md").read_text(encoding="utf-8")
        linked = set(re.findall(r"\(rights\.md#([\w-]+)\)", text))
        assert template in linked, template
        assert linked <= anchors, template
