"""Stacks with repositories on GitHub, schema-checked: a stand-in takes the place of the GitHub provider.

The stand-in serves the real provider's schema and keeps repositories in a file (``tests/stand_in_github/README.md``).
Terraform, the AWS provider and what is synthesized are the real ones; GitHub is not, so that nothing here says how
GitHub answers. The AWS half of each stack is applied, planned again and destroyed on the emulator.
"""

import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest
from github_account import Repository
from installation import StandIn
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.operations.terraform import Terraform, TerraformError
from sagemaker_templates.seeds import assemble
from sagemaker_templates.settings.model import Project
from sagemaker_templates.stacks.synthesis import StackPlan
from sagemaker_templates.templates.registry import all_templates
from site_on_emulator import Site, apply_and_plan_again, at_once, destroy

GOLDEN = Path(__file__).parents[1] / "unit" / "golden"
ACCOUNT = "111111111111"
TOKEN = "ghp" + "_plantedTokenThatNothingMayEverRepeat0"
CONNECTION = f"arn:aws:codeconnections:us-east-1:{ACCOUNT}:connection/01234567-89ab-cdef-0123-456789abcdef"
ENVIRONMENT = f"""\
account-id: "{ACCOUNT}"
region: us-east-1
protect-data: false
defaults:
  aws-codeconnection-arn: {CONNECTION}
"""
LOCAL_STATE = "state:\n  type: local\n"
REMOTE_STATE = f"state:\n  type: s3\n  bucket: example-tfstate-{ACCOUNT}\n  key-prefix: ml/dev\n"
KINDS = {
    "personal": "  repository-type: GitHub\n  repository-owner: example-user\n  branch-protection: false\n",
    "organization": "  repository-type: GitHub\n  repository-owner: example-org\n",
    "enterprise": (
        "  repository-type: GitHub Enterprise\n  repository-owner: ml-platform\n"
        "  github-base-url: https://github.example.com\n"
    ),
}
OWNERS = {
    "personal": ("github.com", "example-user"),
    "organization": ("github.com", "example-org"),
    "enterprise": ("github.example.com", "ml-platform"),
}

APPLIED = "organization"
"""The kind whose repositories of every template are not only planned."""

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]

MakeSite = Callable[[Path], Site]


class Environments(Protocol):
    """Writes a folder with one environment whose repositories are of a kind."""

    def __call__(self, kind: str, templates: Iterable[str] = ..., more: str = ...) -> Path: ...


@pytest.fixture
def github(stand_in_github: StandIn) -> StandIn:
    """Return the stand-in with no repository in it."""
    return stand_in_github


@pytest.fixture
def provider_variables(github: StandIn) -> Mapping[str, str]:
    """Return what tells a site's Terraform where both providers and the repositories are."""
    return github.environment()


@pytest.fixture
def environments(tmp_path_factory: pytest.TempPathFactory) -> Environments:
    """Return what writes a folder of environments: by default with a project of each template."""

    def written(kind: str, templates: Iterable[str] = tuple(all_templates()), more: str = "") -> Path:
        folder = tmp_path_factory.mktemp("environments") / "environments"
        projects = folder / "dev" / "projects"
        projects.mkdir(parents=True)
        # The builds of model_deploy have to reach the state.
        state = REMOTE_STATE if "model_deploy" in templates else LOCAL_STATE
        (folder / "dev" / "environment.yaml").write_text(state + ENVIRONMENT + KINDS[kind])
        for file in GOLDEN.glob("*minimal/environments/dev/projects/*.yaml"):
            text = file.read_text()
            if any(f"project-template-type: {template}\n" in text for template in templates):
                (projects / file.name).write_text(text + more)
        return folder

    return written


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != APPLIED])
def test_schema_checked_every_template_can_be_planned(
    make_site: MakeSite, github: StandIn, environments: Environments, kind: str
) -> None:
    """A plan includes validation; the kind that is left out is planned and applied below."""
    site = make_site(environments(kind))
    assert {plan.project.template for plan in site.plans if plan.project} == set(all_templates())
    for plan in site.plans:
        assert _created(site.terraform(plan), "github_repository") == _repositories_of(plan)
    assert github.account.content().repositories == []


def _repositories_of(plan: StackPlan) -> list[str]:
    """The names of the repositories that a stack makes."""
    if plan.project:
        return [_repository_of(plan.project)]
    if plan.deployment:
        return []
    return sorted(f"sagemaker-template-dev-{name}" for name in all_templates())


def _repository_of(project: Project) -> str:
    return f"{project.name}-{all_templates()[project.template].repository_suffix}"


def _repositories(github: StandIn, host: str, owner: str) -> dict[str, Repository]:
    """An owner's repositories by name."""
    every = github.account.content().repositories
    return {found["name"]: found for found in every if (found["host"], found["owner"]) == (host, owner)}


def _create_by_hand(github: StandIn, name: str) -> None:
    with github.account.changing() as content:
        owner = content.owner(*OWNERS["organization"])
        owner.create_repository(name, {"visibility": "private", "description": "by hand"}, first_commit=True)


def _received(github: StandIn, secret: str) -> bool:
    return github.account.content().received(*OWNERS["organization"], secret)


def _created(terraform: Terraform, type_: str) -> list[str]:
    changes = terraform.show_json(terraform.plan())["resource_changes"]
    return sorted(
        change["change"]["after"]["name"]
        for change in changes
        if change["type"] == type_ and change["change"]["actions"] == ["create"]
    )


def test_schema_checked_two_owners_are_planned_beside_codecommit(make_site: MakeSite, github: StandIn) -> None:
    site = make_site(GOLDEN / "github-two-owners" / "environments")
    foundation = site.plans[0]
    assert _created(site.terraform(foundation), "github_repository") == ["sagemaker-template-dev-xgboost_abalone"] * 2


def _renamed(body: dict[str, Any], old: str, new: str) -> None:
    body[new] = body.pop(old)


WRONG: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "an unknown argument": (
        lambda stack: _renamed(stack["github_repository"]["repository"], "topics", "topcs"),
        "topcs",
    ),
    "a missing argument": (
        lambda stack: stack["github_branch_protection"]["repository_main"].pop("pattern"),
        '"pattern" is required',
    ),
    "a list of the wrong type": (
        lambda stack: stack["github_repository"]["repository"].update(topics="one"),
        '"topics"',
    ),
    "text for true or false": (
        lambda stack: stack["github_repository"]["repository"].update(archive_on_destroy="perhaps"),
        '"archive_on_destroy"',
    ),
    "an unknown argument of a block": (
        lambda stack: stack["github_repository"]["repository"]["template"].update(branch="main"),
        "branch",
    ),
    "a missing argument of a block": (
        lambda stack: stack["github_repository"]["repository"]["template"].pop("owner"),
        '"owner" is required',
    ),
    "a block too many": (
        lambda stack: stack["github_repository"]["repository"].update(
            template=[{"owner": "a", "repository": "b"}, {"owner": "c", "repository": "d"}]
        ),
        "template",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_the_stand_in_refuses(terraform_engine: Engine, github: StandIn, tmp_path: Path, wrong: str) -> None:
    """What the real provider's schema does not allow is refused: else the tests above would prove nothing."""
    golden = json.loads((GOLDEN / "github-organization" / "stacks" / "dev-llama" / "cdk.tf.json").read_text())
    resources = {kind: body for kind, body in golden["resource"].items() if kind.startswith("github_")}
    stack = {
        "terraform": {"required_providers": {"github": golden["terraform"]["required_providers"]["github"]}},
        "resource": resources,
    }
    terraform = Terraform(terraform_engine, tmp_path, github.environment(), tmp_path / "data")
    file = tmp_path / "main.tf.json"
    file.write_text(json.dumps(stack))
    terraform.init()
    terraform.validate()
    change, named = WRONG[wrong]
    change(resources)
    file.write_text(json.dumps(stack))
    with pytest.raises(TerraformError) as refused:
        terraform.validate()
    assert named in str(refused.value)


def test_with_a_stand_in_for_github_every_template_is_applied_stays_as_planned_and_can_be_destroyed(
    make_site: MakeSite, github: StandIn, environments: Environments
) -> None:
    site = make_site(environments(APPLIED))
    first = [plan for plan in site.plans if not plan.project]
    projects = [plan for plan in site.plans if plan.project]
    at_once(lambda plan: apply_and_plan_again(site.terraform(plan)), first)
    at_once(lambda plan: apply_and_plan_again(site.terraform(plan)), projects)
    repositories = _repositories(github, *OWNERS[APPLIED])
    assert sorted(repositories) == sorted(name for plan in site.plans for name in _repositories_of(plan))
    assert {plan.project.template for plan in projects if plan.project} == set(all_templates())
    for plan in projects:
        assert plan.project
        seed = assemble(all_templates()[plan.project.template].seed)
        assert _files_on_main(repositories[_repository_of(plan.project)]) == seed
    assert _received(github, "emulated-token")
    at_once(lambda plan: destroy(site.terraform(plan)), projects)
    at_once(lambda plan: destroy(site.terraform(plan)), first)
    left = _repositories(github, *OWNERS[APPLIED])
    assert sorted(left) == sorted(repositories)
    assert all(repository["settings"]["archived"] for repository in left.values()), "destroyed means archived"


def _files_on_main(repository: Repository) -> dict[str, bytes]:
    files = repository["branches"]["main"]["files"]
    return {path: file["content"].encode() for path, file in files.items()}


@pytest.mark.parametrize(
    ("case", "host", "owner", "archived"),
    [
        ("github-enterprise", "github.example.com", "ml-platform", True),
        ("github-organization", "github.com", "example-org", False),
    ],
)
def test_with_a_stand_in_for_github_a_case_is_applied_stays_as_planned_and_can_be_destroyed(
    make_site: MakeSite, github: StandIn, *, case: str, host: str, owner: str, archived: bool
) -> None:
    site = make_site(GOLDEN / case / "environments")
    foundation, project = site.plans
    apply_and_plan_again(site.terraform(foundation))
    apply_and_plan_again(site.terraform(project))
    assert project.project
    clone_url = site.terraform(project).output()["repository_clone_url"]
    assert clone_url == f"https://{host}/{owner}/{project.project.name}-build.git"
    destroy(site.terraform(project))
    destroy(site.terraform(foundation))
    assert bool(_repositories(github, host, owner)) is archived


GITHUB_HALF = ("-target=github_repository.repository",)


def test_with_a_stand_in_for_github_an_existing_repository_is_neither_taken_over_nor_destroyed(
    make_site: MakeSite, github: StandIn, environments: Environments
) -> None:
    site = make_site(environments("organization", ["xgboost_abalone"]))
    foundation, project = site.plans
    site.terraform(foundation).apply()
    _create_by_hand(github, "abalone-build")
    before = _repositories(github, *OWNERS["organization"])["abalone-build"]
    terraform = site.terraform(project)
    with pytest.raises(TerraformError, match="Name already exists on this account"):
        terraform.apply(None, *GITHUB_HALF)
    terraform.destroy(*GITHUB_HALF)
    assert _repositories(github, *OWNERS["organization"])["abalone-build"] == before


def test_with_a_stand_in_for_github_an_import_block_adopts_an_existing_repository(
    make_site: MakeSite, github: StandIn, environments: Environments
) -> None:
    site = make_site(environments("organization", ["xgboost_abalone"]))
    _, project = site.plans
    _create_by_hand(github, "abalone-build")
    block = 'import {\n  to = github_repository.repository\n  id = "abalone-build"\n}\n'
    (site.folder / "cdktf.out" / "stacks" / project.name / "adopt.tf").write_text(block)
    terraform = site.terraform(project)
    plan = terraform.plan(*GITHUB_HALF)
    (change,) = [
        one
        for one in terraform.show_json(plan)["resource_changes"]
        if one["address"] == "github_repository.repository"
    ]
    assert change["change"]["actions"] == ["update"]
    assert change["change"]["importing"] == {"id": "abalone-build"}
    terraform.apply(plan)
    assert _repositories(github, *OWNERS["organization"])["abalone-build"]["settings"]["vulnerability_alerts"] is True
    assert not terraform.plan(*GITHUB_HALF).has_changes


@pytest.mark.parametrize("secret", [TOKEN, f"{TOKEN}\n", json.dumps({"github_token": TOKEN, "user": "x"})])
def test_the_token_reaches_the_provider_whether_its_secret_is_plain_or_json(
    make_site: MakeSite, github: StandIn, environments: Environments, emulator: Emulator, secret: str
) -> None:
    _plant(emulator, "github_token", secret)
    site = make_site(environments("organization", ["xgboost_abalone"]))
    site.terraform(site.plans[0]).plan()
    assert _received(github, TOKEN)


def test_json_without_a_token_is_an_error_that_does_not_show_it(
    make_site: MakeSite, github: StandIn, environments: Environments, emulator: Emulator
) -> None:
    _plant(emulator, "github_token", json.dumps({"githubtoken": TOKEN}))
    site = make_site(environments("organization", ["xgboost_abalone"]))
    with pytest.raises(TerraformError, match="github_token") as refused:
        site.terraform(site.plans[0]).plan()
    assert TOKEN not in str(refused.value)


def test_the_apps_key_reaches_the_provider(
    make_site: MakeSite, github: StandIn, environments: Environments, emulator: Emulator
) -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nplanted\n-----END RSA PRIVATE KEY-----\n"
    _plant(emulator, "app-key", key)
    app = 'github-app-id: "1"\ngithub-app-installation-id: "2"\ngithub-app-private-key-secret-name: app-key\n'
    site = make_site(environments("organization", ["xgboost_abalone"], app))
    site.terraform(site.plans[0]).plan()
    assert _received(github, key)


def test_a_planted_token_is_found_in_no_plan_state_json_or_log(
    *,
    make_site: MakeSite,
    github: StandIn,
    environments: Environments,
    emulator: Emulator,
    terraform_engine: Engine,
    tmp_path: Path,
) -> None:
    _plant(emulator, "github_token", TOKEN)
    site = make_site(environments("organization", ["hf_import_models"]))
    said: list[str] = []
    for plan in site.plans:
        terraform = Terraform(
            terraform_engine,
            tmp_path / "cdktf.out" / "stacks" / plan.name,
            {
                **emulator.environment(ACCOUNT, "us-east-1"),
                **github.environment(),
                "TF_LOG": LOG_LEVEL,
                "TF_LOG_PATH": str(tmp_path / f"{plan.name}.log"),
            },
            tmp_path / "data" / plan.name,
            said.append,
        )
        terraform.init()
        first = terraform.plan()
        said.append(json.dumps(terraform.show_json(first)))
        said.append(terraform.apply(first))
        said.append(terraform.plan().text)
        said.append(json.dumps(terraform.show_json()))
        said.append(json.dumps(terraform.output()))
    assert _received(github, TOKEN), "otherwise nothing was shown"
    assert [text for text in said if TOKEN in text] == []
    searched = _files_with_contents(tmp_path) | _files_with_contents(github.cli_config_file.parent)
    names = " ".join(searched)
    assert all(kind in names for kind in ("tfstate", "cdk.tf.json", ".log", "plan!tfplan", "plan!tfstate"))
    assert [name for name, content in searched.items() if TOKEN.encode() in content] == []


LOG_LEVEL = "DEBUG"


def _plant(emulator: Emulator, name: str, secret: str) -> None:
    emulator.client("secretsmanager", ACCOUNT, "us-east-1").create_secret(Name=name, SecretString=secret)


def _files_with_contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, and what is packed in those that are archives, as a plan is."""
    found: dict[str, bytes] = {}
    for path in folder.rglob("*"):
        if not path.is_file() or "providers" in path.parts:
            continue
        found[str(path.relative_to(folder))] = path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                found |= {f"{path.name}!{name}": packed.read(name) for name in packed.namelist()}
    return found
