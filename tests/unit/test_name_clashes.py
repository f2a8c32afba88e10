"""No two stacks, states or resources have one name: what would is refused before anything is written."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from builders import a_project, an_environment, parameters
from hypothesis import given, settings
from hypothesis import strategies as st
from sagemaker_templates import name_clashes
from sagemaker_templates.naming import S3_BUCKET, FoundationNames, ProjectNames, TargetNames
from sagemaker_templates.settings import Configuration
from sagemaker_templates.settings.model import Project, Repository, Target
from sagemaker_templates.stacks.synthesis import planned_stacks
from sagemaker_templates.templates.registry import all_templates
from told_lines import told_lines

ENVIRONMENT = """\
account-id: "111111111111"
region: %s
state: {type: s3, bucket: tfstate, key-prefix: ml}
"""
PROJECT = "project-template-type: xgboost_abalone\nsagemaker-project-name: %s\nsagemaker-project-id: %s\n"

Lines = Callable[[Mapping[str, str]], list[str]]


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lines:
    """What a user reads for these files."""
    monkeypatch.chdir(tmp_path)
    return told_lines


def test_a_project_whose_stack_would_be_a_foundation_is_refused(lines: Lines) -> None:
    files = {
        "dev/environment.yaml": ENVIRONMENT % "us-east-1",
        "dev/projects/a.yaml": PROJECT % ("llm-foundation", "p-1"),
        "dev-llm/environment.yaml": ENVIRONMENT % "us-east-1",
        "dev-llm/projects/b.yaml": PROJECT % ("other", "p-2"),
    }
    assert lines(files) == [
        'dev/projects/a.yaml:2: sagemaker-project-name: "llm-foundation" makes the stack "dev-llm-foundation", as '
        "the foundation of dev-llm does"
    ]


def test_the_name_of_the_stack_that_projects_share_is_no_projects(lines: Lines) -> None:
    files = {
        "dev/environment.yaml": ENVIRONMENT % "us-east-1",
        "dev/projects/a.yaml": PROJECT % ("foundation", "p-1"),
    }
    assert lines(files) == [
        'dev/projects/a.yaml:2: sagemaker-project-name: "foundation" makes the stack "dev-foundation", as the '
        "foundation of dev does"
    ]


def test_two_projects_whose_names_and_ids_make_one_group_are_refused(lines: Lines) -> None:
    """Of "a-b" and "c", and of "a" and "b-c", the model package group and the pipeline are "a-b-c"."""
    files = {
        "dev/environment.yaml": ENVIRONMENT % "us-east-1",
        "dev/projects/a.yaml": PROJECT % ("tree-b", "c"),
        "dev/projects/b.yaml": PROJECT % ("tree", "b-c"),
    }
    assert [line for line in lines(files) if "SageMaker" in line] == [
        'dev/projects/a.yaml:2: sagemaker-project-name: "tree-b" makes the SageMaker model package group "tree-b-c", '
        'as the project "tree" of dev does'
    ]


def test_the_same_group_in_another_region_is_fine(lines: Lines) -> None:
    files = {
        "dev/environment.yaml": ENVIRONMENT % "us-east-1",
        "dev/projects/a.yaml": PROJECT % ("a-b", "c"),
        "eu/environment.yaml": ENVIRONMENT % "eu-west-1",
        "eu/projects/b.yaml": PROJECT % ("a", "b-c"),
    }
    assert lines(files) == []


_WORDS = st.lists(
    st.sampled_from(["a", "b", "foundation", "target", "endpoint", "deploy", "apply", "planner", "codebuild"]),
    min_size=1,
    max_size=3,
).map("-".join)
_ACCOUNTS = st.sampled_from(["111111111111", "222222222222"])


@st.composite
def _configurations(draw: st.DrawFn) -> Configuration:
    named = draw(st.sets(_WORDS, min_size=1, max_size=3))
    environments = {name: an_environment(name=name, account_id=draw(_ACCOUNTS)) for name in sorted(named)}
    projects = []
    for name, environment in environments.items():
        for project_name in sorted(draw(st.sets(_WORDS, max_size=3))):
            targets = [Target(other.name, other.account_id, other.region) for other in environments.values()]
            deploys = draw(st.booleans())
            github = draw(st.booleans())
            projects.append(
                a_project(
                    environment=environment,
                    name=project_name,
                    id=draw(_WORDS),
                    template="model_deploy" if deploys else "xgboost_abalone",
                    parameters=parameters("model_deploy", model_package_group_name="g", model_bucket_name="models")
                    if deploys
                    else parameters("xgboost_abalone"),
                    targets=tuple(target for target in targets if target.name != name) if deploys else (),
                    repository=Repository("GitHub", owner="o") if github else Repository(),
                )
            )
    return Configuration(tuple(environments.values()), tuple(projects))


def _resources(configuration: Configuration) -> Iterator[tuple[str, ...]]:
    """Every name of a resource, with all that it must be told apart by, gathered otherwise than in the check."""
    for environment in configuration.environments:
        for limit, name in FoundationNames(environment).derived():
            yield limit.kind, environment.account_id, name
    for project in configuration.projects:
        own = project.environment.account_id
        for limit, name in ProjectNames(project, all_templates()[project.template].repository_suffix).derived():
            # Template repositories are shared.
            if limit.kind != "GitHub repository":
                yield limit.kind, "" if limit is S3_BUCKET else own, name
        for target in project.stages if project.template == "model_deploy" else ():
            for limit, name in TargetNames(project, target).derived():
                yield limit.kind, "" if limit is S3_BUCKET else target.account_id, name
            for limit, name in TargetNames(project, target).derived_for_pipeline():
                yield limit.kind, own, name


def _named_alike(projects: Sequence[Project]) -> bool:
    """What the settings' own check of uniqueness refuses."""
    names = {(project.environment.account_id, project.name) for project in projects}
    stacks = {ProjectNames(project).stack for project in projects}
    return min(len(names), len(stacks)) < len(projects)


@given(configuration=_configurations())
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_where_nothing_is_refused_each_name_is_made_once(configuration: Configuration) -> None:
    stacks = [plan.name for plan in planned_stacks(configuration, all_templates())]
    twice = {name for name, count in Counter([*stacks, *_resources(configuration)]).items() if count > 1}
    refused = list(name_clashes.objections(configuration, all_templates()))
    assert refused or _named_alike(configuration.projects) or not twice


def test_a_bucket_that_would_receive_its_own_logs_is_refused(lines: Lines) -> None:
    more = "s3-access-logs-bucket-arn: arn:aws:s3:::mlops-abalone-111111111111\n"
    files = {
        "dev/environment.yaml": ENVIRONMENT % "us-east-1",
        "dev/projects/a.yaml": PROJECT % ("abalone", "p-1") + more,
    }
    assert lines(files) == [
        'dev/projects/a.yaml:4: s3-access-logs-bucket-arn: access logs go to "mlops-abalone-111111111111", a bucket '
        "of the project itself; allowed: one that other stacks make"
    ]


def test_a_capture_bucket_that_would_receive_its_own_logs_is_refused(lines: Lines) -> None:
    own = "s3-access-logs-bucket-arn: arn:aws:s3:::serving-%s-capture-111111111111\n"
    deploying = "project-template-type: model_deploy\nsagemaker-project-name: serving\nsagemaker-project-id: p-1\n"
    files = {
        "dev/environment.yaml": ENVIRONMENT % "us-east-1" + "promotes-to: [prod]\n",
        "prod/environment.yaml": ENVIRONMENT % "us-east-1",
        "dev/projects/a.yaml": deploying + "model-package-group-name: g\nmodel-bucket-name: models\n",
    }
    assert lines(files) == []
    for name in ("dev", "prod"):
        edited = files | {f"{name}/environment.yaml": files[f"{name}/environment.yaml"] + own % name}
        assert lines(edited) == [
            f'dev/projects/a.yaml:1: project-template-type: access logs go to "serving-{name}-capture-111111111111", '
            "a bucket of the project itself; allowed: one that other stacks make"
        ]
