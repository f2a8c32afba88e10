"""What grows with a fleet stays within what AWS takes, or is refused in a line that says so."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from builders import ACCOUNT, a_project, an_environment, parameters
from hypothesis import given, settings
from hypothesis import strategies as st
from sagemaker_templates import foundation_checks
from sagemaker_templates.blocks.codecommit_seeder import most_repositories, seeding_policies
from sagemaker_templates.blocks.iam import PolicyTooLongError, Statement
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.naming import FoundationNames
from sagemaker_templates.providers import cdktf
from sagemaker_templates.settings import InvalidSettings
from sagemaker_templates.settings.files import EnvironmentKeys, NetworkKeys
from sagemaker_templates.settings.model import Configuration, Environment, Network, Project, Repository, Target
from sagemaker_templates.stacks.base import new_stack
from sagemaker_templates.stacks.foundation import codecommit_projects, fill_foundation_stack
from sagemaker_templates.stacks.synthesis import Synthesis
from sagemaker_templates.templates.registry import all_templates
from synthesized import ROOT, documents, rendered

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html and the pages of S3, SageMaker and KMS
INLINE, ATTACHED, TRUST, ATTACHABLE = 10_240, 6_144, 2_048, 10
MOST = {"_trust": TRUST, "_rights": INLINE, "_access": 20_480, "_key_policy": 32_768}
LONGEST_ARN = 128
LENGTHS = st.lists(st.integers(min_value=4, max_value=39), min_size=1, max_size=400)


def _length(statements: Any) -> int:
    """Characters as IAM counts them, with an ARN in place of each reference of Terraform's."""
    text = json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
    return len(re.sub(r"\$\{[^}]+\}", "x" * LONGEST_ARN, text))


def _written(statement: Statement) -> dict[str, Any]:
    return {
        "Sid": statement.sid,
        "Effect": statement.effect,
        "Action": statement.actions,
        "Resource": statement.resources,
    }


def _dev(count: int, **changes: Any) -> tuple[Environment, list[Project]]:
    """An environment with so many projects, whose names are as long as a project's can be."""
    environment = an_environment(**changes)
    names = [f"{'a' * 27}-{number:04}" for number in range(count)]
    return environment, [a_project(environment=environment, name=name, id=f"p-{name[-4:]}") for name in names]


# The CodeCommit seeder, which names each repository.


@settings(deadline=None)
@given(LENGTHS)
def test_the_seeder_may_commit_to_each_repository_and_no_other_with_policies_that_fit(lengths: list[int]) -> None:
    foundation, names = (
        FoundationNames(an_environment()),
        [f"{n:04}".ljust(most, "x") for n, most in enumerate(lengths)],
    )
    policies = seeding_policies(foundation, names)
    granted = Counter(
        resource
        for policy in policies
        for statement in policy
        if statement.sid == "SeedRepositories"
        for resource in statement.resources
    )

    assert granted == Counter(foundation.arn("codecommit", name) for name in names)
    for policy, most in zip(policies, [INLINE, *[ATTACHED] * len(policies)], strict=False):
        assert _length([_written(statement) for statement in policy]) <= most


def test_a_hundred_projects_need_the_seeders_own_policy_alone() -> None:
    environment, projects = _dev(100)
    names = [one.repository for one in codecommit_projects(projects, all_templates())]

    (own,) = seeding_policies(FoundationNames(environment), names)
    assert [statement.sid for statement in own] == ["SeedRepositories", "WriteLogs"]


def test_three_hundred_projects_of_one_environment_have_a_foundation(tmp_path: Path) -> None:
    environment, projects = _dev(300)
    app = cdktf.App(outdir=str(tmp_path))
    stack = new_stack(
        app, "dev-foundation", environment=environment, tags={}, project_folder=tmp_path, stack_folder=tmp_path
    )
    fill_foundation_stack(stack, environment, projects, all_templates())
    app.synth()
    (file,) = tmp_path.rglob("cdk.tf.json")
    synthesized = json.loads(file.read_text())
    resources, policies = synthesized["resource"], synthesized["data"]["aws_iam_policy_document"]
    rights = {name: policies[name]["statement"] for name in policies if name.endswith("_rights")}
    named = {resource for one in rights.values() for s in one for resource in s["resources"] if "commit" in resource}

    assert len(named) == 300
    assert {name: body["name"] for name, body in resources["aws_iam_policy"].items()} == {
        f"seeder_policy_{number}": f"sagemaker-templates-dev-seeder-{number}" for number in (2, 3, 4)
    }
    attachments = resources["aws_iam_role_policy_attachment"]
    assert {one["role"] for one in attachments.values()} == {resources["aws_iam_role"]["seeder_role"]["name"]}
    assert [len(attachments), len(rights)] == [3, 4]
    assert {f"aws_iam_role_policy_attachment.{name}" for name in attachments} <= set(
        resources["aws_lambda_function"]["seeder"]["depends_on"]
    )


def test_projects_that_the_seeder_has_no_room_for_are_refused_at_the_first_of_them() -> None:
    environment, projects = _dev(900)
    (objection,) = foundation_checks.objections(Configuration((environment,), tuple(projects)), all_templates())
    held = most_repositories(
        FoundationNames(environment), [f"{project.name}-build" for project in sorted(projects, key=lambda p: p.name)]
    )

    assert 800 < held < 900
    assert objection.project is projects[held]
    assert objection.field == "repository_type"
    assert objection.message == (
        f"is one of 900 projects of dev on CodeCommit, and the policies of the role that fills their repositories "
        f"have room for {held}; allowed for the others: GitHub, or another environment"
    )


def test_the_seeder_has_room_for_what_the_page_says_however_long_names_and_region_are() -> None:
    in_longest_region = FoundationNames(an_environment(region="us-gov-east-1"))
    repositories = [f"{number:04}{'a' * 28}-deploy" for number in range(1000)]

    assert most_repositories(in_longest_region, repositories) >= 720


def test_the_refusal_names_file_line_and_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foundation_checks, "most_repositories", lambda names, repositories: 1)
    projects = tmp_path / "dev" / "projects"
    projects.mkdir(parents=True)
    (tmp_path / "dev" / "environment.yaml").write_text(
        f'account-id: "{ACCOUNT}"\nregion: {REGION}\nstate: {{type: local}}\n'
    )
    for name in ("first", "second"):
        text = (
            f"project-template-type: xgboost_abalone\nsagemaker-project-name: {name}\nsagemaker-project-id: {name}\n"
        )
        (projects / f"{name}.yaml").write_text(f"{text}repository-type: CodeCommit\n")

    with pytest.raises(InvalidSettings) as refused:
        load_configuration(tmp_path)
    (problem,) = str(refused.value).splitlines()
    assert problem.partition(": is one of 2 projects")[0].endswith("dev/projects/second.yaml:4: repository-type")


def test_projects_on_github_take_no_room_of_the_seeders() -> None:
    environment, projects = _dev(900)
    on_github = tuple(replace(project, repository=Repository("GitHub", owner="example")) for project in projects)

    assert list(foundation_checks.objections(Configuration((environment,), on_github), all_templates())) == []


# Policies that name each account, subnet and image, and the pipeline with a stage for each target.

REGION = "us-gov-east-1"
GROUP = "M" * 63


def _most(model: type[EnvironmentKeys] | type[NetworkKeys], field: str) -> int:
    schema = model.model_json_schema()["properties"][field]
    return next(int(one["maxItems"]) for one in [schema, *schema.get("anyOf", [])] if "maxItems" in one)


def _widest(images: dict[str, Any]) -> Configuration:
    """One project of each template, whose names are long and whose lists are as long as the settings take."""
    network = Network(
        "vpc-0123456789abcdef0",
        tuple(f"subnet-{number:017x}" for number in range(_most(NetworkKeys, "subnet_ids"))),
        tuple(f"sg-{number:017x}" for number in range(_most(NetworkKeys, "security_group_ids"))),
        "444444444444",
    )
    environment = an_environment(region=REGION, network=network)
    # What it promotes to, and the two stages that a project may describe itself.
    targets = tuple(
        Target(f"e{number:02}-{'x' * 6}", f"2222222222{number:02}", REGION, network)
        for number in range(_most(EnvironmentKeys, "promotes_to") + 2)
    )
    models = {"model_package_group_name": GROUP, "model_bucket_name": "b" * 63, **images}
    given_to: dict[str, dict[str, Any]] = {
        "batch_inference": {**models, "base_job_prefix": "p" * 24},
        "finetune_llm_evaluation": {},
        "hf_import_models": {"hf_model_id": "o/m", "hf_access_token_secret": "s" * 512},
        "model_deploy": models,
        "xgboost_abalone": {},
    }
    projects = tuple(
        a_project(
            environment=environment,
            template=template,
            name=f"{template.partition('_')[0]}-{'n' * 4}",
            id="i" * 20,
            parameters=parameters(template, **values),
            network=network,
            targets=targets,
            cross_account_external_id="x" * 1224,
        )
        for template, values in given_to.items()
    )
    return Configuration((environment,), projects)


def test_no_policy_is_too_long_and_no_pipeline_has_too_many_stages_however_long_the_lists(tmp_path: Path) -> None:
    synthesis = Synthesis(_widest({}), all_templates(), tmp_path, tmp_path / "cdktf.out")
    stacks = [json.loads((path / "cdk.tf.json").read_text()) for path in rendered(synthesis, tmp_path / "new")]
    policies = {
        (number, name): document["statement"]
        for number, stack in enumerate(stacks)
        for name, document in stack["data"]["aws_iam_policy_document"].items()
    }
    stages = [len(p["stage"]) for s in stacks for p in s["resource"].get("aws_codepipeline", {}).values()]

    too_long = {
        name: _length(statements)
        for name, statements in policies.items()
        for ending, most in MOST.items()
        if name[1].endswith(ending) and _length(statements) > most
    }
    assert too_long == {}
    assert len(policies) > 60
    assert max(stages) == _most(EnvironmentKeys, "promotes_to") + 5 <= 50


def test_a_policy_that_is_too_long_is_refused_in_a_line_before_anything_is_written(tmp_path: Path) -> None:
    images = {"model_image_repositories": tuple(f"{number:02}{'i' * 254}" for number in range(20))}
    synthesis = Synthesis(_widest(images), all_templates(), tmp_path, tmp_path / "cdktf.out")

    with pytest.raises(PolicyTooLongError) as refused:
        rendered(synthesis, tmp_path / "new")
    assert re.fullmatch(
        r"dev-model-nnnn-target: the policy endpoint_role_rights has up to 1[0-9],[0-9]{3} characters, and AWS takes "
        r"10,240; nothing was written\. Fewer or shorter settings that end up in it make it fit",
        str(refused.value),
    )
    assert not (tmp_path / "cdktf.out").exists()


# What the page says of quotas.


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("aws_iam_role", "IAM roles"),
        ("aws_cloudwatch_event_rule", "EventBridge rules"),
        ("aws_s3_bucket", "S3 buckets"),
        ("aws_kms_key", "KMS keys"),
    ],
)
def test_the_page_counts_what_a_project_has_in_its_account(kind: str, what: str) -> None:
    page = (ROOT / "docs" / "applying.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| {what} \| (.*)", page, re.MULTILINE)
    cells = [cell.strip() for cell in row.split("|")]
    stacks = {
        "xgboost_abalone": [("every-option", "dev-abalone")],
        "batch_inference": [("batch-inference", "dev-scoring")],
        "finetune_llm_evaluation": [("finetune-llm-evaluation", "dev-text-to-sql")],
        "hf_import_models": [("hf-import-models", "dev-llama")],
        "model_deploy": [("model-deploy", "dev-serving"), ("model-deploy", "dev-serving-target")],
    }
    counted = [sum(len(documents(c)[s]["resource"].get(kind, {})) for c, s in found) for found in stacks.values()]

    assert cells[: len(counted)] == [str(count) for count in counted]
