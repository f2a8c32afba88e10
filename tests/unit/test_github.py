"""GitHub and GitHub Enterprise: what is synthesized of repositories, providers, secrets and connections."""

import json
from dataclasses import replace
from typing import Any

import pytest
from builders import a_project, an_environment
from hypothesis import given
from hypothesis import strategies as st
from sagemaker_templates.blocks.template_repository import MAX_FILE_BYTES, seed_assets
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.naming import FoundationNames, ProjectNames, name_problems
from sagemaker_templates.seeds import SeedError, assemble
from sagemaker_templates.settings.model import Repository
from sagemaker_templates.stacks.github_access import owner_alias
from sagemaker_templates.templates.registry import all_templates
from synthesized import documents, files, input_of

CASES = ("github-enterprise", "github-model-deploy", "github-organization", "github-personal", "github-two-owners")
PROJECTS = [
    (case, f"dev-{project.name}", project.repository)
    for case in CASES
    for project in load_configuration(input_of(case)).projects
    if project.repository.type != "CodeCommit"
]
each_project = pytest.mark.parametrize(
    ("case", "stack", "repository"), PROJECTS, ids=[f"{case}-{stack}" for case, stack, _ in PROJECTS]
)
each_case = pytest.mark.parametrize("case", CASES)
SECRET = "aws_secretsmanager_secret_version"
NAMES = st.from_regex(r"[a-z0-9](-?[a-z0-9]){0,15}", fullmatch=True)


def _all(case: str, stack: str, kind: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = documents(case)[stack]["resource"].get(kind, {})
    return found


def _source(case: str, stack: str) -> dict[str, Any]:
    pipeline = _all(case, stack, "aws_codepipeline")["delivery_pipeline"]
    source: dict[str, Any] = pipeline["stage"][0]["action"][0]
    return source


@each_project
def test_a_projects_repository_is_private_watched_and_generated_from_the_owners_template(
    case: str, stack: str, repository: Repository
) -> None:
    created = _all(case, stack, "github_repository")["repository"]
    assert created["visibility"] == "private"
    assert created["vulnerability_alerts"] is repository.vulnerability_alerts is (case != "github-enterprise")
    assert created["delete_branch_on_merge"] is True
    assert created["template"]["owner"] == repository.owner
    templates = _all(case, "dev-foundation", "github_repository").values()
    assert created["template"]["repository"] in {template["name"] for template in templates}


@each_project
def test_what_happened_to_the_template_after_creation_is_no_difference(
    case: str, stack: str, repository: Repository
) -> None:
    assert _all(case, stack, "github_repository")["repository"]["lifecycle"]["ignore_changes"] == ["template"]


@each_project
def test_a_repository_is_protected_from_destruction_as_the_environment_says(
    case: str, stack: str, repository: Repository
) -> None:
    (environment,) = load_configuration(input_of(case)).environments
    lifecycle = _all(case, stack, "github_repository")["repository"]["lifecycle"]
    assert lifecycle.get("prevent_destroy", False) is environment.protect_data


@each_project
def test_main_takes_reviewed_pull_requests_only_unless_that_is_switched_off(
    case: str, stack: str, repository: Repository
) -> None:
    rules = _all(case, stack, "github_branch_protection")
    if not repository.branch_protection:
        assert rules == {}
        return
    (rule,) = rules.values()
    assert (rule["pattern"], rule["enforce_admins"]) == ("main", True)
    assert (rule["allows_deletions"], rule["allows_force_pushes"]) == (False, False)
    (reviews,) = rule["required_pull_request_reviews"]
    assert reviews["required_approving_review_count"] == repository.required_reviews


@each_project
def test_a_destroyed_repository_is_archived_unless_the_project_says_delete(
    case: str, stack: str, repository: Repository
) -> None:
    created = _all(case, stack, "github_repository")["repository"]
    assert created["archive_on_destroy"] is (repository.deletion == "archive")


def test_topics_are_the_projects_own_and_the_users() -> None:
    created = _all("github-organization", "dev-llama", "github_repository")["repository"]
    assert created["topics"] == ["hf-import-models", "risk", "sagemaker-project", "team-a"]


@each_project
def test_the_connection_is_used_by_the_delivery_role_alone_under_both_names_and_on_that_arn_only(
    case: str, stack: str, repository: Repository
) -> None:
    using = {
        name: statement
        for name, document in documents(case)[stack]["data"]["aws_iam_policy_document"].items()
        for statement in document["statement"]
        if any("connections:" in action for action in statement["actions"])
    }
    assert list(using) == ["delivery_pipeline_role_rights"]
    statement = using["delivery_pipeline_role_rights"]
    assert statement["actions"] == ["codeconnections:UseConnection", "codestar-connections:UseConnection"]
    assert statement["resources"] == [repository.codeconnection_arn]


@each_project
def test_a_push_to_main_starts_the_pipeline_through_the_connection_and_no_rule(
    case: str, stack: str, repository: Repository
) -> None:
    source = _source(case, stack)
    name = _all(case, stack, "github_repository")["repository"]["name"]
    assert (source["owner"], source["provider"]) == ("AWS", "CodeStarSourceConnection")
    assert source["configuration"] == {
        "ConnectionArn": repository.codeconnection_arn,
        "FullRepositoryId": f"{repository.owner}/{name}",
        "BranchName": "main",
        "OutputArtifactFormat": "CODE_ZIP",
        "DetectChanges": "true",
    }
    assert "push" not in _all(case, stack, "aws_cloudwatch_event_rule")


@each_case
def test_nothing_is_shared_with_the_whole_account_and_nothing_of_codecommit_is_left(case: str) -> None:
    for stack, document in documents(case).items():
        assert "aws_codebuild_source_credential" not in document["resource"]
        if stack != "dev-turbots" and not (case == "github-two-owners" and stack == "dev-foundation"):
            # A target's own function removes its endpoint.
            absent = ("codecommit",) if stack.endswith("-target") else ("codecommit", "lambda")
            assert not [kind for kind in document["resource"] if any(service in kind for service in absent)]


@each_case
def test_secrets_are_named_in_ephemeral_blocks_and_read_by_providers_only(case: str) -> None:
    for document in documents(case).values():
        rest = {key: value for key, value in document.items() if key not in ("ephemeral", "provider")}
        assert "ephemeral." not in json.dumps(rest)
        assert SECRET not in json.dumps(rest)


@each_project
def test_the_credential_is_the_token_or_the_app(case: str, stack: str, repository: Repository) -> None:
    (provider,) = documents(case)[stack]["provider"]["github"]
    (secret,) = documents(case)[stack]["ephemeral"][SECRET].values()
    assert provider["owner"] == repository.owner
    if repository.app is None:
        assert secret == {"secret_id": repository.access_token_secret_name}
        assert "app_auth" not in provider
        assert f"ephemeral.{SECRET}.github.secret_string" in provider["token"]
    else:
        assert secret == {"secret_id": repository.app.private_key_secret_name}
        assert "token" not in provider
        assert provider["app_auth"] == {
            "id": repository.app.id,
            "installation_id": repository.app.installation_id,
            "pem_file": f"${{ephemeral.{SECRET}.github.secret_string}}",
        }


@each_case
def test_any_minor_version_of_the_github_provider_will_do(case: str) -> None:
    for document in documents(case).values():
        if "github" in document["provider"]:
            required = document["terraform"]["required_providers"]["github"]
            assert required == {"source": "integrations/github", "version": ">= 6.9, < 7"}


def test_the_address_of_github_enterprise_is_in_the_provider_and_in_the_clone_url() -> None:
    for stack in ("dev-foundation", "dev-abalone"):
        (provider,) = documents("github-enterprise")[stack]["provider"]["github"]
        assert provider["base_url"] == "https://github.example.com/"
    output = documents("github-enterprise")["dev-abalone"]["output"]["repository_clone_url"]
    assert output["value"] == "https://github.example.com/ml-platform/abalone-build.git"


def test_github_com_needs_no_address() -> None:
    (provider,) = documents("github-personal")["dev-abalone"]["provider"]["github"]
    assert "base_url" not in provider
    output = documents("github-personal")["dev-abalone"]["output"]["repository_clone_url"]
    assert output["value"] == "https://github.com/example-user/abalone-build.git"


@each_case
def test_a_template_repository_holds_its_seed_file_by_file(case: str) -> None:
    stack = documents(case)["dev-foundation"]
    for id_, repository in stack["resource"]["github_repository"].items():
        template = repository["name"].removeprefix("sagemaker-template-dev-")
        held = [f for f in stack["resource"]["github_repository_file"].values() if f"{id_}.name" in f["repository"]]
        for file in held:
            path = f"assets/repositories/{template}/{file['file']}"
            assert file["content"] == f'${{file("${{path.module}}/{path}")}}'
            assert file["branch"] == "main"
        seed = assemble(all_templates()[template].seed)
        assert sorted(file["file"] for file in held) == sorted(seed)
        for path, content in seed.items():
            assert files(case)[f"dev-foundation/assets/repositories/{template}/{path}"] == content


@each_case
def test_template_repositories_are_private_templates_with_a_first_branch(case: str) -> None:
    for repository in _all(case, "dev-foundation", "github_repository").values():
        assert (repository["visibility"], repository["is_template"], repository["auto_init"]) == (
            "private",
            True,
            True,
        )
        assert repository["vulnerability_alerts"] is (case != "github-enterprise")


def test_two_owners_have_a_provider_a_secret_and_template_repositories_each() -> None:
    stack = documents("github-two-owners")["dev-foundation"]
    providers = {provider["alias"]: provider["owner"] for provider in stack["provider"]["github"]}
    assert providers == {"github_example-org": "example-org", "github_other-org": "other-org"}
    assert stack["ephemeral"][SECRET] == {
        "github_example-org": {"secret_id": "github_token"},
        "github_other-org": {"secret_id": "other-org/github_token"},
    }
    for kind in ("github_repository", "github_repository_file"):
        for id_, body in stack["resource"][kind].items():
            alias = body["provider"].removeprefix("github.")
            assert id_.startswith(f"{alias}_xgboost_abalone")
    assert len(stack["resource"]["github_repository"]) == 2


def test_names_on_github_are_pinned() -> None:
    names = FoundationNames(an_environment())
    assert names.template_repository("xgboost_abalone") == "sagemaker-template-dev-xgboost_abalone"
    assert ProjectNames(a_project(), "deploy").repository == "abalone-deploy"


def test_one_owner_on_two_hosts_has_two_configurations() -> None:
    aliases = [
        owner_alias(Repository("GitHub Enterprise", "Example", base_url=base_url))
        for base_url in (None, "https://github.example.com", "https://github.example.com:8443", "http://[::1]:80")
    ]
    assert aliases == [
        "github_example",
        "enterprise_github_example_com_example",
        "enterprise_github_example_com_8443_example",
        "enterprise____1__80_example",
    ]


@given(NAMES)
def test_names_within_sagemakers_limits_give_names_that_github_accepts(name: str) -> None:
    project = a_project(name=name, repository=Repository("GitHub", "example"))
    if name != "foundation":
        assert list(name_problems(project)) == []


@pytest.mark.parametrize("name", ["a" * 90, "a b", "a/b", "é"])
def test_a_repository_name_that_github_refuses_is_told_with_its_rule(name: str) -> None:
    project = a_project(template=name, repository=Repository("GitHub", "example"))
    (problem,) = name_problems(project)
    assert "GitHub repository" in problem
    assert "100" in problem or "which GitHub refuses (https://docs.github.com/" in problem


def test_codecommit_projects_are_not_judged_by_githubs_rules() -> None:
    assert list(name_problems(replace(a_project(), template="a b"))) == []


def test_a_seed_that_is_no_text_is_refused_by_name() -> None:
    with pytest.raises(SeedError, match=r"not UTF-8 text.*: image\.png"):
        seed_assets("x", {"README.md": b"text", "image.png": b"\x89PNG\xff"})


def test_a_seed_larger_than_github_gives_back_is_refused_by_name() -> None:
    fine = b"a" * MAX_FILE_BYTES
    assert [asset.name for asset in seed_assets("x", {"a": fine})] == ["repositories/x/a"]
    with pytest.raises(SeedError, match=r"larger than 1048576 bytes.*: b"):
        seed_assets("x", {"a": fine, "b": fine + b"a"})
