"""What Terraform would make at GitHub is read from the stacks, and all else is applied as it was synthesized."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates.rehearsal.github import GitHubHalf, GitHubNotRehearsed
from sagemaker_templates.seeds import assemble
from sagemaker_templates.templates.registry import all_templates
from synthesized import ROOT

GOLDEN = ROOT / "tests/unit/golden"


def _half(case: str, *names: str) -> GitHubHalf:
    return GitHubHalf.of(GOLDEN / case / "stacks", names)


def _content(stack: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((stack / "cdk.tf.json").read_text())
    return content


@pytest.mark.parametrize(
    ("case", "project", "repository", "template"),
    [
        ("github-organization", "dev-llama", "example-org/llama-build", "hf_import_models"),
        ("github-enterprise", "dev-abalone", "ml-platform/abalone-build", "xgboost_abalone"),
        ("github-two-owners", "dev-oysters", "other-org/oysters-build", "xgboost_abalone"),
        ("github-model-deploy", "dev-serving", "example-org/serving-deploy", "model_deploy"),
    ],
)
def test_a_repository_holds_what_its_template_is_seeded_with(
    case: str, project: str, repository: str, template: str, tmp_path: Path
) -> None:
    stacks, seed = tmp_path / "stacks", assemble(all_templates()[template].seed)
    shutil.copytree(GOLDEN / case / "stacks", stacks)
    for path, content in seed.items():  # which synthesis puts there, and golden cases do without
        file = stacks / "dev-foundation/assets/repositories" / template / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    assert GitHubHalf.of(stacks, ["dev-foundation", project]).files(repository) == seed


def test_a_repository_of_no_stack_or_of_a_template_of_no_stack_is_refused() -> None:
    half = _half("github-organization", "dev-llama")
    with pytest.raises(GitHubNotRehearsed, match="no stack makes the repository example-org/another at GitHub"):
        half.files("example-org/another")
    with pytest.raises(
        GitHubNotRehearsed, match="no stack makes example-org/sagemaker-template-dev-hf_import_models"
    ):
        half.files("example-org/llama-build")


def test_the_stacks_without_it_hold_everything_else_as_it_was(tmp_path: Path) -> None:
    half = _half("github-organization", "dev-foundation", "dev-llama")
    folder = half.without(tmp_path / "aws")
    before, after = _content(GOLDEN / "github-organization/stacks/dev-llama"), _content(folder / "dev-llama")
    of_github = {kind for kind in before["resource"] if kind.startswith("github_")}
    assert of_github == {"github_repository", "github_branch_protection"}
    assert before["resource"].keys() - of_github == after["resource"].keys()
    assert "github" not in json.dumps([after["provider"], after["terraform"]["required_providers"]])
    assert "github_repository." not in json.dumps(after)
    (pipeline,) = before["resource"]["aws_codepipeline"].values()
    pipeline["depends_on"].remove("github_repository.repository")
    for name in after["resource"]:
        assert after["resource"][name] == before["resource"][name]
    assert {name: after[name] for name in ("data", "output")} == {name: before[name] for name in ("data", "output")}
    assert "resource" not in _content(folder / "dev-foundation")
    assert (folder / "dev-llama/versions.tf").exists()
    assert half.resources > len(of_github)


def test_stacks_with_nothing_at_github_are_applied_as_they_are(tmp_path: Path) -> None:
    half = _half("shipped", "dev-foundation", "dev-abalone")
    assert half.resources == 0
    folder = half.without(tmp_path / "aws")
    for stack in half.stacks:
        assert (folder / stack.name / "cdk.tf.json").read_bytes() == (stack / "cdk.tf.json").read_bytes()
