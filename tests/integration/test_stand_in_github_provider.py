"""The stand-in GitHub provider does what the tests of GitHub stacks rely on.

It is not the real provider: stacks that pass here are schema-checked. Its schema is measured against the real one in
`tests/unit/test_stand_in_github_schema.py`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from installation import StandIn
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.operations.terraform import Terraform, TerraformError
from terraform_factory import TerraformFactory

pytestmark = [pytest.mark.emulator, pytest.mark.terraform]

ACCOUNT = "222222222222"
REGION = "eu-west-1"
OWNER = "octo-org"
HOST = "github.com"
# Recognizable, so that it can be searched for; it opens nothing.
TOKEN = "ghp_Recognizable0123456789"
REQUIRED = {"github": {"source": "integrations/github", "version": ">= 6.9, < 7"}}

Stack = dict[str, Any]
GitHub = Callable[..., Terraform]

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def github(terraform: TerraformFactory, stand_in_github: StandIn) -> GitHub:
    """Return a function that initializes Terraform with a stack on the stand-in."""

    def initialized(
        stack: Stack, name: str = "github", variables: Mapping[str, str] | None = None, **provider: Any
    ) -> Terraform:
        configured = {"owner": OWNER, "token": TOKEN, **provider}
        providers = {"github": {key: value for key, value in configured.items() if value is not None}}
        whole = {
            "terraform": {"required_providers": REQUIRED},
            **stack,
            "provider": {**providers, **stack.get("provider", {})},
        }
        return terraform(
            name, whole, ACCOUNT, REGION, variables={**stand_in_github.environment(), **(variables or {})}
        )

    return initialized


def _project() -> Stack:
    """Return a template repository with a file, and a protected repository that is generated from it."""
    return {
        "github_repository": {
            "template": {
                "name": "abalone-template",
                "visibility": "private",
                "auto_init": True,
                "is_template": True,
            },
            "build": {
                "name": "abalone-build",
                "visibility": "private",
                "vulnerability_alerts": True,
                "delete_branch_on_merge": True,
                "topics": ["sagemaker", "abalone"],
                "archive_on_destroy": True,
                "template": {"owner": OWNER, "repository": "${github_repository.template.name}"},
                "depends_on": ["github_repository_file.code"],
            },
        },
        "github_repository_file": {
            "code": {
                "repository": "${github_repository.template.name}",
                "branch": "main",
                "file": "abalone/pipeline.py",
                "content": "print('abalone')\n",
            }
        },
        "github_branch_protection": {
            "main": {
                "repository_id": "${github_repository.build.node_id}",
                "pattern": "main",
                "required_pull_request_reviews": {"required_approving_review_count": 1},
            }
        },
    }


def _repository() -> Stack:
    """Return a stack of nothing but a repository."""
    return {"resource": {"github_repository": {"build": {"name": "abalone-build"}}}}


def _with_aws() -> Stack:
    """Return the project, with a token that is read from AWS and a parameter that depends on GitHub."""
    aws = {"source": "hashicorp/aws"}
    return {
        "terraform": {"required_providers": {**REQUIRED, "aws": aws}},
        "provider": {"aws": {"region": REGION}},
        "ephemeral": {"aws_secretsmanager_secret_version": {"token": {"secret_id": "github_token"}}},
        "resource": {
            **_project(),
            "aws_ssm_parameter": {
                "address": {
                    "name": "/abalone/repository",
                    "type": "String",
                    "value": "${github_repository.build.http_clone_url}",
                }
            },
        },
        "output": {"build": {"value": "${github_repository.build}"}},
    }


def _second_plan(runner: Terraform) -> bool:
    return runner.plan().has_changes


def _files_with(text: str, *folders: Path) -> list[Path]:
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path for path in files if text.encode() in path.read_bytes()]


def test_github_and_aws_apply_together_plan_again_empty_and_are_destroyed(
    github: GitHub, stand_in_github: StandIn, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.client("secretsmanager", ACCOUNT, REGION).create_secret(Name="github_token", SecretString=TOKEN)
    runner = github(_with_aws(), token="${ephemeral.aws_secretsmanager_secret_version.token.secret_string}")

    runner.apply(runner.plan())

    assert not _second_plan(runner)
    owner = stand_in_github.account.content().owner(HOST, OWNER)
    build = owner.repository("abalone-build")
    assert build["branches"]["main"]["files"]["abalone/pipeline.py"]["content"] == "print('abalone')\n"
    assert list(build["rules"]["github_branch_protection"]) == ["main"]
    given = runner.output()["build"]
    assert given["full_name"] == f"{OWNER}/abalone-build"
    assert given["html_url"] == f"https://github.com/{OWNER}/abalone-build"
    assert (given["node_id"], given["repo_id"]) == (build["node_id"], build["id"])
    assert given["topics"] == ["abalone", "sagemaker"]
    parameter = emulator.client("ssm", ACCOUNT, REGION).get_parameter(Name="/abalone/repository")
    assert parameter["Parameter"]["Value"] == f"https://github.com/{OWNER}/abalone-build.git"
    assert stand_in_github.account.content().received(HOST, OWNER, TOKEN)
    assert not stand_in_github.account.content().received(HOST, OWNER, f"{TOKEN}0")
    assert _files_with(TOKEN, tmp_path) == []

    runner.destroy()

    owner = stand_in_github.account.content().owner(HOST, OWNER)
    assert not owner.has_repository("abalone-template")
    assert owner.repository("abalone-build")["settings"]["archived"] is True


def test_what_the_schema_does_not_allow_is_refused(github: GitHub) -> None:
    wrong: Stack = {
        "unknown_argument": {"name": "a", "visiblity": "private"},
        "wrong_type": {"name": "a", "topics": "abalone"},
        "not_a_truth_value": {"name": "a", "archive_on_destroy": "perhaps"},
        "missing_argument": {"visibility": "private"},
        "given_by_github": {"name": "a", "node_id": "R_1"},
        "unknown_in_a_block": {"name": "a", "template": {"owner": OWNER, "repository": "t", "branch": "main"}},
        "missing_in_a_block": {"name": "a", "template": {"owner": OWNER}},
        "two_blocks": {"name": "a", "template": [{"owner": OWNER, "repository": name} for name in ("t", "u")]},
        "impossible_name": {"name": "a b"},
    }

    with pytest.raises(TerraformError) as error:
        github({"resource": {"github_repository": wrong}}).validate()

    said = "\n".join(error.value.diagnostics)
    for expected in (
        'No argument or block type is named "visiblity"',
        'Inappropriate value for attribute "topics": set of string required',
        'Inappropriate value for attribute "archive_on_destroy": a bool is required',
        'The argument "name" is required',
        "node_id is read-only and should not be set",
        'No argument or block type is named "branch"',
        'The argument "repository" is required',
        'No more than 1 "template" blocks are allowed',
        "Invalid repository name",
    ):
        assert expected in said
    assert len(error.value.diagnostics) == len(wrong)


def test_a_provider_that_is_configured_wrongly_is_refused(github: GitHub) -> None:
    app = {"id": "1", "installation_id": "2"}
    with pytest.raises(TerraformError, match='"pem_file" is required'):
        github(_repository(), "incomplete", app_auth=app, token=None).validate()
    with pytest.raises(TerraformError, match="conflicts with app_auth"):
        github(_repository(), "both", app_auth={**app, "pem_file": "key"}).validate()
    with pytest.raises(TerraformError, match="Invalid base URL"):
        github(_repository(), "address", base_url="github.example.com").validate()


def test_an_existing_repository_is_not_taken_over_but_can_be_imported(
    github: GitHub, stand_in_github: StandIn
) -> None:
    with stand_in_github.account.changing() as content:
        content.owner(HOST, OWNER).create_repository("Abalone-Build", {"visibility": "private"}, first_commit=True)
    before = stand_in_github.account.content().repositories
    repository = {"name": "Abalone-Build", "visibility": "private", "archive_on_destroy": True}
    stack: Stack = {"resource": {"github_repository": {"build": repository}}}

    with pytest.raises(TerraformError, match=r"422 .*name already exists on this account"):
        github(stack).apply()

    assert stand_in_github.account.content().repositories == before
    adopting = {**stack, "import": [{"to": "github_repository.build", "id": "Abalone-Build"}]}
    runner = github(adopting, "adopting")
    runner.apply(runner.plan())
    assert not _second_plan(runner)
    assert list(stand_in_github.account.content().repositories[0]["branches"]) == ["main"]


def test_a_repository_and_the_protection_of_its_main_are_imported_by_the_ids_that_the_pages_give(
    github: GitHub,
) -> None:
    """Their form is that of the real provider's pages; docs/applying.md links to them."""
    page = (DOCS / "applying.md").read_text()
    assert "`github_repository` | its name |" in page
    assert "| `github_branch_protection` | `REPOSITORY:main` |" in page
    protection = {"repository_id": "${github_repository.build.node_id}", "pattern": "main"}
    repository = {"name": "abalone-build", "visibility": "private", "auto_init": True}
    resources = {"github_repository": {"build": repository}, "github_branch_protection": {"main": protection}}
    github({"resource": resources}).apply()
    imports = [
        {"to": "github_repository.build", "id": "abalone-build"},
        {"to": "github_branch_protection.main", "id": "abalone-build:main"},
    ]

    runner = github({"resource": resources, "import": imports}, "adopting")
    plan = runner.plan()
    changes = {one["address"]: one["change"] for one in runner.show_json(plan)["resource_changes"]}
    runner.apply(plan)

    assert [changes[one["to"]]["importing"]["id"] for one in imports] == [one["id"] for one in imports]
    assert all(change["actions"] in (["no-op"], ["update"]) for change in changes.values())
    assert not _second_plan(runner)


def test_what_somebody_changes_on_github_is_seen_and_put_right(github: GitHub, stand_in_github: StandIn) -> None:
    runner = github({"resource": _project()})
    runner.apply()
    with stand_in_github.account.changing() as content:
        owner = content.owner(HOST, OWNER)
        owner.repository("abalone-template")["branches"]["main"]["files"].clear()
        owner.repository("abalone-build")["rules"].clear()
        owner.repository("abalone-build")["settings"]["vulnerability_alerts"] = False

    plan = runner.plan()
    actions = {
        change["address"]: change["change"]["actions"] for change in runner.show_json(plan)["resource_changes"]
    }
    runner.apply(plan)

    assert actions == {
        "github_repository.template": ["no-op"],
        "github_repository.build": ["update"],
        "github_repository_file.code": ["create"],
        "github_branch_protection.main": ["create"],
    }
    assert not _second_plan(runner)


def test_a_github_app_on_an_enterprise_server_is_known_by_its_host(github: GitHub, stand_in_github: StandIn) -> None:
    stack = {**_repository(), "output": {"address": {"value": "${github_repository.build.html_url}"}}}
    app = {"id": "1", "installation_id": "2", "pem_file": "-----BEGIN-----"}
    runner = github(stack, base_url="https://github.example.com/", app_auth=app, token=None)

    runner.apply()

    assert runner.output()["address"] == f"https://github.example.com/{OWNER}/abalone-build"
    content = stand_in_github.account.content()
    assert content.authentication("github.example.com", OWNER) == "app"
    assert content.received("github.example.com", OWNER, "-----BEGIN-----")
    assert not content.owner(HOST, OWNER).has_repository("abalone-build")


def test_the_token_is_in_no_log(github: GitHub, stand_in_github: StandIn, tmp_path: Path) -> None:
    log = tmp_path / "trace.log"
    stack = {**_repository(), "variable": {"token": {"type": "string", "ephemeral": True}}}
    variables = {"TF_LOG": "trace", "TF_LOG_PATH": str(log), "TF_VAR_token": TOKEN}

    github(stack, variables=variables, token="${var.token}").plan()

    assert stand_in_github.account.content().received(HOST, OWNER, TOKEN)
    assert "terraform-provider-github" in log.read_text()
    assert _files_with(TOKEN, tmp_path) == []


def test_nothing_is_changed_without_credentials(github: GitHub, stand_in_github: StandIn) -> None:
    with pytest.raises(TerraformError, match="401 Requires authentication"):
        github(_repository(), token=None).apply()
    assert stand_in_github.account.content().repositories == []


def test_a_person_without_a_paid_plan_cannot_protect_a_private_repository(
    github: GitHub, stand_in_github: StandIn
) -> None:
    with stand_in_github.account.changing() as content:
        content.add_personal_account(HOST, OWNER)
    with pytest.raises(TerraformError, match="403 Upgrade to GitHub Pro or make this repository public"):
        github({"resource": _project()}).apply()


def test_a_resource_that_is_not_kept_can_be_planned_and_is_not_applied(github: GitHub) -> None:
    runner = github({"resource": {"github_team": {"team": {"name": "abalone"}}}})
    plan = runner.plan()
    assert plan.has_changes
    with pytest.raises(TerraformError, match="github_team is only schema-checked here"):
        runner.apply(plan)
