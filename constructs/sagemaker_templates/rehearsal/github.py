"""GitHub's half of synthesized stacks: there is no GitHub here, so what it would hold is read from them.

A stack is applied without it: without GitHub's provider and resources, and all else as it was synthesized.
"""

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sagemaker_templates.failures import StepFailed

Json = dict[str, Any]

_STACK = "cdk.tf.json"
_OF_GITHUB = "github_"
_PROVIDER = "github"
_FILE = re.compile(r'\$\{file\("\$\{path\.module\}/([^"$]+)"\)\}')
_NAME_OF = re.compile(r"\$\{github_repository\.([^.}]+)\.name\}")


class GitHubNotRehearsed(StepFailed):
    """Something about a repository on GitHub is not as the stacks of this package have it; the message names it."""


@dataclass(frozen=True)
class GitHubHalf:
    """What the stacks of a folder would make at GitHub.

    Attributes:
        stacks: the folders of the synthesized stacks.
    """

    stacks: tuple[Path, ...]

    @classmethod
    def of(cls, folder: Path, names: Sequence[str]) -> "GitHubHalf":
        """Of the stacks of these names in a folder."""
        return cls(tuple(folder / name for name in names))

    def without(self, folder: Path) -> Path:
        """Write the stacks, without their GitHub half, to a folder, which is made; returns it."""
        for stack in self.stacks:
            copy = folder / stack.name
            shutil.copytree(stack, copy, ignore=shutil.ignore_patterns(".terraform*"))
            content = _content(stack)
            if _PROVIDER in content.get("provider", {}):
                (copy / _STACK).write_text(json.dumps(_without_github(content), indent=2), encoding="utf-8")
        return folder

    @property
    def resources(self) -> int:
        """How many resources are left out."""
        return sum(len(named) for stack in self.stacks for named in _of_github(_content(stack)).values())

    def files(self, repository: str) -> Mapping[str, bytes]:
        """What is in a project's repository once Terraform has made it: the files of the template that it names.

        Args:
            repository: as ``OWNER/NAME``.

        Raises:
            GitHubNotRehearsed: no stack makes it, or its template.
        """
        found = self._repositories.get(repository)
        if found is None:
            raise GitHubNotRehearsed(f"no stack makes the repository {repository} at GitHub")
        template = found.get("template")
        if template is None:
            raise GitHubNotRehearsed(f"{repository} is generated from no template")
        source = f"{template['owner']}/{template['repository']}"
        if source not in self._files:
            raise GitHubNotRehearsed(f"no stack makes {source}, which {repository} is generated from")
        return self._files[source]

    @cached_property
    def _repositories(self) -> Mapping[str, Json]:
        return {
            f"{_owner(content, one)}/{one['name']}": one
            for stack in self.stacks
            for content in [_content(stack)]
            for one in content["resource"].get("github_repository", {}).values()
        }

    @cached_property
    def _files(self) -> Mapping[str, Mapping[str, bytes]]:
        found: dict[str, dict[str, bytes]] = {}
        for stack in self.stacks:
            for repository, path, content in _seeded(stack):
                found.setdefault(repository, {})[path] = content
        return found


def _seeded(stack: Path) -> Iterator[tuple[str, str, bytes]]:
    """The files that a stack puts into repositories: of each the repository, the path and the content."""
    content = _content(stack)
    repositories = content["resource"].get("github_repository", {})
    for file in content["resource"].get("github_repository_file", {}).values():
        name, local = _NAME_OF.fullmatch(file["repository"]), _FILE.fullmatch(file["content"])
        if name is None or local is None:
            raise GitHubNotRehearsed(f"{stack.name}: {file['file']} is no file of the stack's own")
        repository = repositories[name[1]]
        yield f"{_owner(content, repository)}/{repository['name']}", file["file"], (stack / local[1]).read_bytes()


def _owner(content: Json, repository: Json) -> str:
    """Whose a repository is: its provider configuration says it."""
    _, _, alias = str(repository.get("provider", "")).partition(".")
    (configuration,) = (one for one in content["provider"][_PROVIDER] if one.get("alias", "") == alias)
    return str(configuration["owner"])


def _content(stack: Path) -> Json:
    content: Json = json.loads((stack / _STACK).read_text(encoding="utf-8"))
    return content


def _of_github(content: Json) -> Json:
    return {kind: named for kind, named in content.get("resource", {}).items() if kind.startswith(_OF_GITHUB)}


def _without_github(content: Json) -> Json:
    rest = {
        kind: {name: _independent(body) for name, body in named.items()}
        for kind, named in content.get("resource", {}).items()
        if not kind.startswith(_OF_GITHUB)
    }
    terraform = content["terraform"]
    needed = {name: one for name, one in terraform["required_providers"].items() if name != _PROVIDER}
    providers = {name: one for name, one in content["provider"].items() if name != _PROVIDER}
    blocks = {"terraform": {**terraform, "required_providers": needed}, "provider": providers, "resource": rest}
    return {name: block for name, block in {**content, **blocks}.items() if block}  # none may be empty


def _independent(body: Json) -> Json:
    """Of what a resource depends on, what is there."""
    if "depends_on" not in body:
        return body
    kept = [one for one in body["depends_on"] if not one.startswith(_OF_GITHUB)]
    rest = {name: value for name, value in body.items() if name != "depends_on"}
    return {**rest, "depends_on": kept} if kept else rest
