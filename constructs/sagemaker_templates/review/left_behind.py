"""What an edit of settings leaves behind: protected before it, and not declared after it.

A comparison of two texts: the stack's JSON that a synthesis replaces, and the one that it writes.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sagemaker_templates.blocks.protection import REMOVED_TF
from sagemaker_templates.review.plan.data_loss import HOLDS

_JSON = "cdk.tf.json"

_MIGRATION = {
    "aws_codecommit_repository": "docs/github.md tells how to take the history along",
    "github_repository": "docs/github.md tells how to take the history along",
}
_NAMES = ("repository_name", "bucket", "model_package_group_name", "name", "description")


def left_behind_between(before: Path, after: Path) -> list[str]:
    """Return the lines for two synthesized folders, such as ``cdktf.out``: the one that is replaced, and the new one.

    A stack that is in one of them only is not compared: it is new, or vanishes as a whole.
    """
    folders = sorted(folder for folder in (after / "stacks").glob("*") if folder.is_dir())
    pairs = [(before / "stacks" / folder.name, folder) for folder in folders]
    return [line for old, new in pairs for line in left_behind(new.name, _text(old / _JSON), *_texts(new))]


def _texts(stack: Path) -> tuple[str, str]:
    return _text(stack / _JSON), _text(stack / REMOVED_TF)


def _text(file: Path) -> str:
    """A file's text; empty where there is none, or none that can be read as such."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def left_behind(stack: str, before: str, after: str, removed: str) -> list[str]:
    """Return a line for each thing that a stack declared, that holds work, and that it declares no more.

    Args:
        stack: its name.
        before: the JSON that is replaced.
        after: the JSON that replaces it.
        removed: what stands in ``removed.tf`` beside it; empty where there is none.
    """
    try:
        declared, remaining = dict(_declared(json.loads(before))), dict(_declared(json.loads(after)))
    except (ValueError, AttributeError):
        return []  # somebody else's text, or a half-written one: there is nothing to compare with
    let_go = set(re.findall(r"^ *from *= *(\S+)$", removed, re.MULTILINE))
    return [
        f"{stack}: {_line(address, declared[address], address in let_go)}"
        for address in sorted(declared.keys() - remaining.keys())
        if address in let_go or _is_protected(declared[address])
    ]


def _declared(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Everything that holds work, by address."""
    for type_, named in document.get("resource", {}).items():
        if type_ in HOLDS:
            yield from ((f"{type_}.{id_}", body) for id_, body in named.items())


def _is_protected(body: Mapping[str, Any]) -> bool:
    return bool(body.get("lifecycle", {}).get("prevent_destroy"))


def _line(address: str, body: Mapping[str, Any], let_go: bool) -> str:
    type_ = address.partition(".")[0]
    name = next((f" ({body[key]})" for key in _NAMES if isinstance(body.get(key), str)), "")
    if not let_go:
        return (
            f"{address}{name} is no longer declared nor protected: the next apply destroys it, with it {HOLDS[type_]}"
        )
    how = _MIGRATION.get(type_, "docs/applying.md tells how to take it back or be rid of it")
    return f"{address}{name} is left behind: it lives on with {HOLDS[type_]}, but nothing manages it any more; {how}"
