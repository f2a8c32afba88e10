"""What an edit of settings leaves behind: protected before it, and not declared after it."""

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


def left_behind(stack: str, before: Mapping[str, Any], after: Path) -> list[str]:
    """Return a line for each thing that a stack declared, that holds work, and that it declares no more.

    Args:
        stack: its name.
        before: the JSON that is replaced; empty where somebody's text is none.
        after: the folder of the stack that replaces it.
    """
    declared = dict(_declared(before))
    remaining = dict(_declared(json.loads((after / _JSON).read_text(encoding="utf-8"))))
    let_go = set(re.findall(r"^ *from *= *(\S+)$", _removed(after), re.MULTILINE))
    return [
        f"{stack}: {_line(address, declared[address], address in let_go)}"
        for address in sorted(declared.keys() - remaining.keys())
        if address in let_go or _is_protected(declared[address])
    ]


def _removed(stack: Path) -> str:
    file = stack / REMOVED_TF
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _declared(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Everything that holds work, by address."""
    resources = document.get("resource")
    for type_, named in resources.items() if isinstance(resources, dict) else ():
        if type_ in HOLDS and isinstance(named, dict):
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
