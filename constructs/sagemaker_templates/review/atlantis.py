"""The ``atlantis.yaml`` of a configuration: one Atlantis project per stack.

Only keys that a server accepts from a repository by default are written
(https://www.runatlantis.io/docs/repo-level-atlantis-yaml.html).
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from sagemaker_templates.failures import WrongInput
from sagemaker_templates.stacks.synthesis import StackPlan

_HEADER = "# Written by `sagemaker-templates atlantis` from the environments; changes made here are lost.\n"
_READ_BY_A_STACK = ("*.tf.json", "*.tf", "assets/**", ".terraform.lock.hcl")


def atlantis_yaml(stacks: Sequence[StackPlan], *, output: Path, file: Path) -> str:
    """Return the text of ``file`` for stacks that lie in ``output``.

    Args:
        stacks: each after those that it needs.

    Raises:
        WrongInput: ``output`` lies outside the folder of ``file``, where Atlantis cannot follow.
    """
    root = _root(output, file)
    groups = _groups(stacks)
    document = {
        "version": 3,
        "parallel_plan": True,
        "parallel_apply": True,
        "abort_on_execution_order_fail": True,
        "projects": [_project(stack, root, groups) for stack in stacks],
    }
    return _HEADER + yaml.safe_dump(document, sort_keys=False, width=118)


def stacks_named(file: Path, output: Path) -> list[str]:
    """The stacks in ``output`` that a file of Atlantis names; none where it cannot be read."""
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        folders = [str(project["dir"]) for project in document["projects"]]
    except (OSError, ValueError, OverflowError, RecursionError, LookupError, TypeError, yaml.YAMLError):
        return []
    root = _root(output, file)
    return [name for parent, _, name in (folder.rpartition("/") for folder in folders) if parent == root]


def _root(output: Path, file: Path) -> str:
    relative = Path(os.path.relpath(output.absolute(), file.absolute().parent))
    if ".." in relative.parts:
        raise WrongInput(f"{output} lies outside the folder of {file}: Atlantis reads nothing outside its repository")
    return (relative / "stacks").as_posix()


def _groups(stacks: Sequence[StackPlan]) -> Mapping[str, int]:
    """How many stacks deep the dependencies of each stack go; Atlantis works through these numbers in order."""
    groups: dict[str, int] = {}
    for stack in stacks:
        groups[stack.name] = max((groups[name] + 1 for name in stack.needs), default=0)
    return groups


def _project(stack: StackPlan, root: str, groups: Mapping[str, int]) -> dict[str, Any]:
    project: dict[str, Any] = {"name": stack.name, "dir": f"{root}/{stack.name}"}
    if stack.environment.engine == "opentofu":
        project["terraform_distribution"] = "opentofu"
    project["autoplan"] = {"enabled": True, "when_modified": list(_READ_BY_A_STACK)}
    project["execution_order_group"] = groups[stack.name]
    if stack.needs:
        project["depends_on"] = list(stack.needs)
    return project
