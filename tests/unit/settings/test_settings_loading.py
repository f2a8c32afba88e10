"""What right files give: complete, immutable, and read without Node."""

import os
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sagemaker_templates.settings import load
from sagemaker_templates.settings.model import (
    Environment,
    LocalState,
    Network,
    Project,
    Repository,
    S3State,
    Target,
)
from sagemaker_templates.templates.registry import all_templates
from settings.settings_folder import ABALONE, DEV, FILES, PROD, Loader, TrainParameters

ROOT = Path(__file__).parents[3]
SUBNET = "subnet-0123456789abcdef0"
OTHER_SUBNET = "subnet-0123456789abcdef1"
VPC = "vpc-0123456789abcdef0"
OTHER_VPC = "vpc-0123456789abcdef1"
GROUP = "sg-0123456789abcdef0"
EVERY_KEY = """\
project-template-type: train
sagemaker-project-name: abalone
sagemaker-project-id: p-abalone01
sagemaker-domain-id: d-abc
sagemaker-domain-arn: arn:aws:sagemaker:us-east-1:111111111111:domain/d-abc
repository-type: GitHub Enterprise
repository-owner: example
access-token-secret-name: teams/token
aws-codeconnection-arn: arn:aws:codestar-connections:us-east-1:111111111111:connection/0123-45
github-base-url: https://github.example.com/
branch-protection: false
protect-data: false
required-reviews: 2
repository-deletion: delete
repository-topics: [risk]
cross-account-external-id: my-id
permissions-boundary-name: boundary
s3-access-logs-bucket-arn: arn:aws:s3:::logs
tags: {a: "1", b: "2"}
custom-tags: {b: "3"}
rounds: 20
dev-security-group-ids: [sg-0123456789abcdef0]
prod-region: us-west-2
pre-prod-account-id: "222222222222"
pre-prod-region: us-east-2
"""


def _project(configuration: Loader, *args: object, **kwargs: object) -> Project:
    return configuration(*args, **kwargs).projects[0]


def test_an_environment_says_only_what_it_must(configuration: Loader) -> None:
    """Everything but account, region and state has a default."""
    prod = configuration().environments[1]
    assert prod == Environment("prod", "333333333333", "us-east-1", LocalState("terraform-state"))


def test_an_environment_says_everything(configuration: Loader) -> None:
    """Every key of an environment arrives."""
    more = """\
protect-data: false
aws-provider-version: ~> 6.0
log-retention-days: 30
permissions-boundary-name: boundary
s3-access-logs-bucket-arn: arn:aws:s3:::logs
tags: {cost-center: "42"}
"""
    dev = configuration({DEV: FILES[DEV] + more}).environments[0]
    assert dev == Environment(
        name="dev",
        account_id="111111111111",
        region="us-east-1",
        state=S3State("example-tfstate", "states/dev", "us-east-1"),
        network=Network(VPC, (SUBNET,)),
        promotes_to=("prod",),
        protect_data=False,
        aws_provider_version="~> 6.0",
        log_retention_days=30,
        permissions_boundary_name="boundary",
        s3_access_logs_bucket_arn="arn:aws:s3:::logs",
        tags={"cost-center": "42"},
    )


def test_the_state_may_be_in_another_region_with_a_key(configuration: Loader) -> None:
    """A bucket's region and key go above the environment's."""
    text = FILES[DEV].replace("states/dev", "states/dev\n  region: eu-west-1\n  kms-key-id: alias/state")
    state = configuration({DEV: text}).environments[0].state
    assert state == S3State("example-tfstate", "states/dev", "eu-west-1", "alias/state")


def test_a_project_says_only_what_it_must(configuration: Loader) -> None:
    """Network and targets come from the environments."""
    loaded = configuration()
    dev, prod = loaded.environments
    assert loaded.projects == (
        Project(
            environment=dev,
            template="train",
            name="abalone",
            id="p-abalone01",
            parameters=TrainParameters(isolated=True),
            network=dev.network,
            targets=(Target("prod", prod.account_id, prod.region),),
        ),
    )


def test_a_project_says_everything(configuration: Loader) -> None:
    """Every key of a project arrives, and goes above its environment's."""
    text = FILES[DEV] + "tags: {a: '0', z: '0'}\npermissions-boundary-name: other\n"
    project = _project(configuration, {DEV: text, ABALONE: EVERY_KEY})
    assert project == Project(
        environment=project.environment,
        template="train",
        name="abalone",
        id="p-abalone01",
        parameters=TrainParameters(rounds=20),
        network=Network(VPC, (SUBNET,), (GROUP,)),
        targets=(
            Target("prod", "333333333333", "us-west-2", Network(), "boundary", {"a": "1", "b": "3"}),
            Target("pre-prod", "222222222222", "us-east-2", Network(), "boundary", {"a": "1", "b": "3"}),
        ),
        repository=Repository(
            "GitHub Enterprise",
            "example",
            "teams/token",
            "arn:aws:codestar-connections:us-east-1:111111111111:connection/0123-45",
            base_url="https://github.example.com",
            branch_protection=False,
            required_reviews=2,
            deletion="delete",
            topics=("risk",),
        ),
        domain_id="d-abc",
        domain_arn="arn:aws:sagemaker:us-east-1:111111111111:domain/d-abc",
        cross_account_external_id="my-id",
        permissions_boundary_name="boundary",
        s3_access_logs_bucket_arn="arn:aws:s3:::logs",
        tags={"a": "1", "b": "3", "z": "0"},
        protect_data=False,
    )


def test_both_spellings_of_every_key_mean_the_same(configuration: Loader) -> None:
    """snake_case files give what kebab-case files give."""
    kebab = configuration({ABALONE: EVERY_KEY})
    snake = {name: _in_snake_case(text) for name, text in {**FILES, ABALONE: EVERY_KEY}.items()}
    assert configuration(snake) == kebab


def _in_snake_case(text: str) -> str:
    lines = (line.partition(":") for line in text.splitlines())
    return "\n".join(key.replace("-", "_") + colon + value for key, colon, value in lines)


def test_defaults_hold_unless_the_project_says_otherwise(configuration: Loader) -> None:
    """A default in either spelling reaches every project of its environment and gives way to the project's own."""
    defaults = "defaults:\n  cross_account_external_id: shared\n  sagemaker-domain-id: d-shared\n  tags: {a: b}\n"
    project = _project(
        configuration, {DEV: FILES[DEV] + defaults, ABALONE: FILES[ABALONE] + "sagemaker_domain_id: d-own\n"}
    )
    assert (project.cross_account_external_id, project.domain_id) == ("shared", "d-own")
    assert project.tags == {"a": "b"}


def test_boundary_and_access_logs_come_from_the_environment(configuration: Loader) -> None:
    """What a project does not say, its environment says."""
    more = "permissions-boundary-name: boundary\ns3-access-logs-bucket-arn: arn:aws:s3:::logs\n"
    project = _project(configuration, {DEV: FILES[DEV] + more})
    assert project.permissions_boundary_name == "boundary"
    assert project.s3_access_logs_bucket_arn == "arn:aws:s3:::logs"


def test_a_target_has_its_own_environments_tags_and_boundary_below_the_projects(configuration: Loader) -> None:
    """What is created in another account carries that environment's settings, not those of the project's own."""
    dev = FILES[DEV] + "tags: {stage: dev, only: dev}\npermissions-boundary-name: dev-boundary\n"
    prod = FILES[PROD] + "tags: {stage: prod, team: none}\npermissions-boundary-name: prod-boundary\n"
    own, target = _project(
        configuration, {DEV: dev, PROD: prod, ABALONE: FILES[ABALONE] + "tags: {team: risk}\n"}
    ).stages
    assert (own.tags, own.permissions_boundary_name) == (
        {"stage": "dev", "only": "dev", "team": "risk"},
        "dev-boundary",
    )
    assert (target.tags, target.permissions_boundary_name) == ({"stage": "prod", "team": "risk"}, "prod-boundary")


def test_another_vpc_replaces_the_whole_network(configuration: Loader) -> None:
    """Nothing of the environment's VPC is mixed into another one."""
    groups = f"  security-group-ids: [{GROUP}]\n  vpc-id"
    text = f"{FILES[ABALONE]}dev-vpc-id: {OTHER_VPC}\ndev-subnet-ids: [{OTHER_SUBNET}]\n"
    project = _project(configuration, {DEV: FILES[DEV].replace("  vpc-id", groups), ABALONE: text})
    assert project.environment.network == Network(VPC, (SUBNET,), (GROUP,))
    assert project.network == Network(OTHER_VPC, (OTHER_SUBNET,))


def test_targets_keep_the_order_of_promotion(configuration: Loader) -> None:
    """The order is the environment's, not the alphabet's."""
    environments = {f"{name}/environment.yaml": FILES[PROD] for name in ("a-last", "z-first")}
    text = FILES[DEV].replace("[prod]", "[z-first, prod, a-last]")
    project = _project(configuration, {DEV: text, **environments})
    assert [target.name for target in project.targets] == ["z-first", "prod", "a-last"]


def test_a_projects_own_promotion_goes_above_the_environments(configuration: Loader) -> None:
    """Further, less far, in another order, or nowhere; what its neighbours do is theirs."""
    environments = {f"{name}/environment.yaml": FILES[PROD] for name in ("a-last", "z-first")}
    own = {"abalone": "[a-last, z-first]", "nowhere": "[]", "shorter": "[z-first]"}
    projects = {f"dev/projects/{name}.yaml": f"{_named(name)}promotes-to: {to}\n" for name, to in own.items()}
    projects["dev/projects/other.yaml"] = _named("other")
    found = configuration({DEV: FILES[DEV].replace("[prod]", "[z-first, prod]"), **environments, **projects}).projects
    assert {project.name: [target.name for target in project.targets] for project in found} == {
        "abalone": ["a-last", "z-first"],
        "nowhere": [],
        "other": ["z-first", "prod"],
        "shorter": ["z-first"],
    }


def test_a_project_says_where_among_the_others_a_stage_stands_that_it_describes(configuration: Loader) -> None:
    """A stage without an environment comes last otherwise."""
    stage = 'pre-prod-account-id: "222222222222"\npre-prod-region: us-east-1\n'
    unsaid = _project(configuration, {ABALONE: FILES[ABALONE] + stage})
    assert [target.name for target in unsaid.targets] == ["prod", "pre-prod"]
    said = _project(configuration, {ABALONE: FILES[ABALONE] + stage + "promotes-to: [pre-prod, prod]\n"})
    assert [target.name for target in said.targets] == ["pre-prod", "prod"]


def test_what_is_inherited_about_a_stage_is_for_the_projects_that_go_there(configuration: Loader) -> None:
    """And no mistake of the others, whether the environment or a project alone goes there."""
    network = f"defaults: {{prod-vpc-id: {OTHER_VPC}, prod-subnet-ids: [{OTHER_SUBNET}]}}\n"
    for dev, goes, stays in (
        (FILES[DEV] + network, "", "promotes-to: []\n"),
        (FILES[DEV].replace("promotes-to: [prod]\n", network), "promotes-to: [prod]\n", ""),
    ):
        changes = {DEV: dev, ABALONE: FILES[ABALONE] + goes, "dev/projects/other.yaml": _named("other") + stays}
        abalone, other = configuration(changes).projects
        assert [target.network.vpc_id for target in abalone.targets] == [OTHER_VPC]
        assert other.targets == ()


def test_a_team_says_once_what_its_projects_have_in_common(configuration: Loader) -> None:
    """A project's own key wins, then the team's, then the environment's; tags are laid above each other by name."""
    changes = {
        DEV: FILES[DEV] + "tags: {stage: dev, team: none}\n"
        "defaults: {sagemaker-domain-id: d-shared, permissions-boundary-name: shared, tags: {shared: x}}\n",
        "dev/projects/risk/defaults.yaml": "permissions_boundary_name: risk\npromotes-to: []\n"
        "tags: {team: risk, data: open}\ncustom-tags: {cost: '1'}\n"
        f"dev-vpc-id: {OTHER_VPC}\ndev-subnet-ids: [{OTHER_SUBNET}]\n",
        "dev/projects/risk/churn.yaml": _named("churn"),
        "dev/projects/risk/fraud.yaml": _named("fraud")
        + "permissions-boundary-name: fraud\npromotes-to: [prod]\ntags: {data: closed}\n",
        "dev/projects/claims/claims.yml": _named("claims"),
    }
    found = {project.name: project for project in configuration(changes).projects}
    assert {name: project.team for name, project in found.items()} == {
        "abalone": None,
        "churn": "risk",
        "claims": "claims",
        "fraud": "risk",
    }
    assert {name: project.permissions_boundary_name for name, project in found.items()} == {
        "abalone": "shared",
        "churn": "risk",
        "claims": "shared",
        "fraud": "fraud",
    }
    assert {project.domain_id for project in found.values()} == {"d-shared"}
    assert {name: project.network.vpc_id for name, project in found.items()} == {
        "abalone": VPC,
        "churn": OTHER_VPC,
        "claims": VPC,
        "fraud": OTHER_VPC,
    }
    assert [name for name, project in found.items() if project.targets] == ["abalone", "claims", "fraud"]
    of_team = {"stage": "dev", "team": "risk", "data": "open", "cost": "1"}
    assert found["churn"].tags == of_team
    assert found["fraud"].tags == {**of_team, "data": "closed"}
    assert found["claims"].tags == {"stage": "dev", "team": "none", "shared": "x"}


def test_an_environment_may_be_named_as_the_folder_of_projects_is(configuration: Loader) -> None:
    """And a project's file as a team's defaults are, beside the folders of teams."""
    changes = {
        "projects/environment.yaml": FILES[PROD].replace("333333333333", "444444444444"),
        "projects/projects/defaults.yaml": _named("a"),
        "projects/projects/risk/defaults.yaml": "tags: {team: risk}\n",
        "projects/projects/risk/b.yaml": _named("b"),
    }
    found = [one for one in configuration(changes).projects if one.environment.name == "projects"]
    assert [(one.name, one.team, one.tags) for one in found] == [("a", None, {}), ("b", "risk", {"team": "risk"})]


def test_the_nearest_of_token_and_app_is_taken(configuration: Loader) -> None:
    """A team that acts as an app has no use for the token of its environment, and the other way round."""
    github = "repository-type: GitHub\nrepository-owner: example\naws-codeconnection-arn: arn:aws:codeconnections:"
    github += "us-east-1:111111111111:connection/1\n"
    token = "access-token-secret-name: token\n"
    app = "github-app-id: '1'\ngithub-app-installation-id: '2'\ngithub-app-private-key-secret-name: key\n"
    for environments, teams, projects, has_app in (
        (token, app, "", True),
        (app, token, "", False),
        (app, "", token, False),
        ("", token, app, True),
    ):
        defaults = "".join(f"  {line}\n" for line in (github + environments).splitlines())
        changes = {
            DEV: FILES[DEV] + f"defaults:\n{defaults}",
            ABALONE: None,
            "dev/projects/risk/defaults.yaml": teams or "repository-topics: [risk]\n",
            "dev/projects/risk/a.yaml": _named("a") + projects,
        }
        (project,) = configuration(changes).projects
        assert (project.repository.app is not None) is has_app


def _named(name: str) -> str:
    return (
        FILES[ABALONE].replace("p-abalone01", f"p-{name}").replace("project-name: abalone", f"project-name: {name}")
    )


def test_an_environment_of_any_name_has_its_keys(configuration: Loader) -> None:
    """`<name>-…` works for the folder's environments as for dev, pre-prod and prod."""
    changes = {
        DEV: FILES[DEV].replace("[prod]", "[eu-live]"),
        "eu-live/environment.yaml": FILES[PROD],
        ABALONE: FILES[ABALONE] + "eu-live-region: eu-west-1\n",
    }
    assert _project(configuration, changes).targets == (Target("eu-live", "333333333333", "eu-west-1"),)


@pytest.mark.parametrize("text", [f"{SUBNET},{OTHER_SUBNET}", f'["{SUBNET}", "{OTHER_SUBNET}"]'])
def test_a_variable_may_hold_a_list(text: str, configuration: Loader) -> None:
    """A list in a variable is JSON or separated by commas."""
    listed = FILES[DEV] + "variables: [SUBNETS]\n"
    changes = {DEV: listed.replace(f"[{SUBNET}]", "{valueFrom: {envVariable: SUBNETS}}")}
    network = configuration(changes, environ={"SUBNETS": text}).environments[0].network
    assert network.subnet_ids == (SUBNET, OTHER_SUBNET)


def test_a_variable_may_hold_any_value(configuration: Loader) -> None:
    """Text, numbers, true/false, items of lists, tags and the type of the state come from variables."""
    reference = "{valueFrom: {envVariable: %s}}"
    changes = {
        PROD: FILES[PROD].replace("type: local", f"type: {reference % 'STATE'}") + "variables: [STATE]\n",
        DEV: FILES[DEV].replace("us-east-1", reference % "REGION").replace(SUBNET, reference % "SUBNET")
        + "variables: [REGION, SUBNET, ISOLATED, ROUNDS, TAG]\n",
        ABALONE: FILES[ABALONE].replace("true", reference % "ISOLATED")
        + f"rounds: {reference % 'ROUNDS'}\ntags: {{a: {reference % 'TAG'}}}\n",
    }
    environ = {
        "STATE": "local",
        "REGION": "eu-west-1",
        "SUBNET": SUBNET,
        "ISOLATED": "true",
        "ROUNDS": "7",
        "TAG": "1",
    }
    project = _project(configuration, changes, environ=environ)
    assert project.environment.region == "eu-west-1"
    assert project.network.subnet_ids == (SUBNET,)
    assert project.parameters == TrainParameters(isolated=True, rounds=7)
    assert project.tags == {"a": "1"}


def test_names_that_look_like_dates_are_text(configuration: Loader) -> None:
    """A project may be called 2026-11-22."""
    changes = {ABALONE: FILES[ABALONE].replace("name: abalone", "name: 2026-11-22")}
    assert _project(configuration, changes).name == "2026-11-22"


def test_projects_are_sorted_whatever_their_files_are_called(configuration: Loader) -> None:
    """The output of two machines is the same."""
    changes = {
        "dev/projects/z.yml": FILES[ABALONE].replace("abalone", "aaa"),
        "prod/projects/a.yaml": FILES[ABALONE].replace("abalone", "mmm"),
    }
    names = [(one.environment.name, one.name) for one in configuration(changes).projects]
    assert names == [("dev", "aaa"), ("dev", "abalone"), ("prod", "mmm")]


def test_nothing_can_be_changed_afterwards(configuration: Loader) -> None:
    """What was validated stays as it was validated."""
    project: Any = _project(configuration, {ABALONE: EVERY_KEY})
    with pytest.raises(FrozenInstanceError):
        project.name = "other"
    with pytest.raises(TypeError):
        project.tags["a"] = "other"
    with pytest.raises(TypeError):
        project.environment.tags["a"] = "other"
    with pytest.raises(ValidationError):
        project.parameters.rounds = 1


def test_the_shipped_example_loads_and_has_a_project_everywhere() -> None:
    """A clone works as it stands, with and without a VPC, with and without network isolation."""
    loaded = load(ROOT / "environments", all_templates(), environ={})
    assert [environment.name for environment in loaded.environments] == ["dev", "pre-prod", "prod"]
    assert {project.environment.name for project in loaded.projects} == {"dev", "pre-prod", "prod"}
    dev, _, prod = (project for project in loaded.projects if project.name == "abalone")
    assert [target.name for target in dev.targets] == ["pre-prod", "prod"]
    assert dev.network.vpc_id
    assert not prod.network.vpc_id


def test_loading_starts_no_node_and_asks_for_no_aws_profile(tmp_path: Path) -> None:
    """Validation needs neither the bindings nor a configured AWS."""
    code = (
        "import sys; from pathlib import Path; from sagemaker_templates.settings import load; "
        "from sagemaker_templates.templates.registry import all_templates; "
        "load(Path('environments'), all_templates()); "
        "print([m for m in sys.modules if m.split('.')[0] in ('cdktf', 'constructs', 'jsii', 'boto3')"
        " or m.startswith('cdktf')])"
    )
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "constructs"),
        "AWS_PROFILE": "no-such-profile",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
    }
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_settings_know_neither_templates_nor_names() -> None:
    """The path of the data is one way: settings import nothing of what is built from them."""
    code = (
        "import sys, sagemaker_templates.settings, sagemaker_templates.settings.schema, "
        "sagemaker_templates.settings.reference; "
        "print(sorted(m for m in sys.modules if m.startswith('sagemaker_templates.')"
        " and not m.startswith('sagemaker_templates.settings')))"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "constructs")}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
