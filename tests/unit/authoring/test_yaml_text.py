"""What is written as YAML is read back by the settings as what it was, whatever it is."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sagemaker_templates.authoring.yaml_text import Value, entry
from sagemaker_templates.settings.document import ListNode, MapNode, Node, Scalar, read
from sagemaker_templates.settings.problems import Report

PEOPLES = [
    "abalone", "111111111111", "0555", "6:05", "1e3", "0x1f", "3_65", "yes", "null", "~", "=", "2026-01-01", "",
    "cron(0 6 * * ? *)", "arn:aws:s3:::logs", ">= 5.100, < 7", "a: b", "a #b", "a:", "- a", "* a", "&a", "!a", "%a",
    "@a", "`a`", "[a]", "{a}", '"a"', "'a'", " a", "a ", "a\nb", "\x85", "\u2028", "Straße", "🐚",
]  # fmt: skip
"""What people name things, and what YAML takes for something else."""

# What YAML's readers refuse altogether, and half characters, which no file holds.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=30)
SCALARS = TEXTS | st.booleans() | st.integers(-(10**15), 10**15)


def _read(lines: list[str], folder: Path) -> Any:
    file = folder / "written.yaml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = Report()
    document = read(file, report)
    report.raise_if_any()
    assert document is not None
    return _plain(document)


def _plain(node: Node) -> Any:
    match node:
        case MapNode():
            return {entry.key: _plain(entry.value) for entry in node}
        case ListNode():
            return [_plain(item) for item in node.items]
        case Scalar():
            return node.value
    raise AssertionError(node)


@pytest.mark.parametrize("text", PEOPLES)
def test_text_is_read_back_alone_in_a_list_and_as_a_name(text: str, tmp_path: Path) -> None:
    value: dict[str, Value] = {"list": [text, text], "map": {text: text}, "text": text}
    assert _read([line for key, inner in value.items() for line in entry(key, inner)], tmp_path) == value


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=SCALARS | st.lists(SCALARS, max_size=12) | st.dictionaries(TEXTS, SCALARS, max_size=4))
def test_any_value_is_read_back(value: Value, tmp_path: Path) -> None:
    assert _read(list(entry("key", value)), tmp_path) == {"key": value}


def test_a_reference_stays_on_its_line() -> None:
    assert list(entry("region", {"valueFrom": {"envVariable": "REGION"}})) == [
        "region: {valueFrom: {envVariable: REGION}}"
    ]


def test_a_list_too_long_for_a_line_has_a_line_for_each() -> None:
    lines = list(entry("images", ["sagemaker-xgboost"] * 8))
    assert lines == ["images:", *["  - sagemaker-xgboost"] * 8]
