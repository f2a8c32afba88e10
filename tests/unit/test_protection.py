"""No edit of settings destroys what was protected before it: what a stack could have held is declared or let go."""

import json
import re
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from builders import a_project, an_environment
from sagemaker_templates.blocks.protection import (
    KEPT_IN_FOUNDATIONS,
    KEPT_IN_PROJECTS,
    KEPT_IN_TARGETS,
    REMOVED_TF,
    SATELLITES,
    with_satellites,
)
from sagemaker_templates.blocks.storage import BucketOptions, encrypted_bucket
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.review.plan.data_loss import HOLDS
from sagemaker_templates.settings.model import Configuration
from sagemaker_templates.stacks.synthesis import StackPlan, Synthesis, planned_stacks
from sagemaker_templates.templates.context import ProjectContext
from sagemaker_templates.templates.registry import Template, all_templates
from synthesized import CASES, documents, files, input_of, rendered

KEPT = {"project": KEPT_IN_PROJECTS, "target": KEPT_IN_TARGETS, "foundation": KEPT_IN_FOUNDATIONS}
pytestmark = pytest.mark.xdist_group("protection")

# The attributes by which a bucket's settings, an alias, a policy or a rule say what they are for.
BELONGS_BY = ("bucket", "target_key_id", "model_package_group_name", "repository_id")


@cache
def _protecting(case: str) -> Configuration:
    """A case's settings, with all data protected: those that show every option are there to be destroyed."""
    configuration = load_configuration(input_of(case))
    environments = tuple(replace(environment, protect_data=True) for environment in configuration.environments)
    of = {environment.name: environment for environment in environments}
    projects = tuple(replace(project, environment=of[project.environment.name]) for project in configuration.projects)
    return Configuration(environments, projects)


@cache
def _synthesized(case: str) -> dict[str, tuple[dict[str, Any], list[str]]]:
    """Of each stack its JSON, and the addresses of its removed blocks."""
    with tempfile.TemporaryDirectory() as folder:
        synthesis = Synthesis(_protecting(case), all_templates(), Path(folder), Path(folder) / "cdktf.out")
        return {
            path.name: (json.loads((path / "cdk.tf.json").read_text()), _removed(path))
            for path in rendered(synthesis, Path(folder) / "new")
        }


def _removed(stack: Path) -> list[str]:
    """The addresses of the removed blocks beside a stack's JSON, none of which may destroy."""
    file = stack / REMOVED_TF
    text = file.read_text() if file.exists() else ""
    addresses = re.findall(
        r"^removed \{\n  from = (\S+)\n\n  lifecycle \{\n    destroy = false\n  \}\n\}$", text, re.M
    )
    assert len(addresses) == text.count("removed {")
    return addresses


STACKS = [(case, plan) for case in CASES for plan in planned_stacks(_protecting(case), all_templates())]
each_stack = pytest.mark.parametrize(("case", "plan"), STACKS, ids=lambda value: getattr(value, "name", value))


def _kind(plan: StackPlan) -> str:
    return "target" if plan.deployment else "project" if plan.project else "foundation"


def _resources(case: str, plan: StackPlan) -> dict[str, dict[str, Any]]:
    types = _synthesized(case)[plan.name][0]["resource"]
    return {f"{type_}.{id_}": body for type_, named in types.items() for id_, body in named.items()}


def _protected(case: str, plan: StackPlan) -> set[str]:
    bodies = _resources(case, plan)
    return {address for address, body in bodies.items() if body.get("lifecycle", {}).get("prevent_destroy")}


def _let_go(case: str, plan: StackPlan) -> list[str]:
    return _synthesized(case)[plan.name][1]


@cache
def _ever_protected(kind: str) -> frozenset[str]:
    found = [_protected(case, plan) for case, plan in STACKS if _kind(plan) == kind]
    return frozenset().union(*found)


def test_each_protected_thing_of_every_template_and_option_is_known() -> None:
    assert {kind: sorted(_ever_protected(kind) - KEPT[kind]) for kind in KEPT} == {kind: [] for kind in KEPT}


def test_everything_known_is_of_a_type_whose_loss_a_plan_names() -> None:
    types = {address.partition(".")[0] for addresses in KEPT.values() for address in addresses}
    assert types <= set(SATELLITES)
    assert types <= set(HOLDS)


@each_stack
def test_what_any_edit_may_have_left_behind_is_declared_or_let_go(case: str, plan: StackPlan) -> None:
    declared, let_go = set(_resources(case, plan)), _let_go(case, plan)
    assert _ever_protected(_kind(plan)) | KEPT[_kind(plan)] <= declared | set(let_go)
    assert declared.isdisjoint(let_go), "Terraform refuses a stack that declares what it lets go"
    assert len(set(let_go)) == len(let_go)


@each_stack
def test_what_keeps_a_thing_closed_goes_with_it_and_not_before(case: str, plan: StackPlan) -> None:
    let_go = _let_go(case, plan)
    hosts = [address for address in let_go if address in KEPT[_kind(plan)]]
    assert let_go == [address for host in hosts for address in with_satellites(host)]


@each_stack
def test_all_settings_of_a_protected_thing_are_known_as_belonging_to_it(case: str, plan: StackPlan) -> None:
    resources = _resources(case, plan)
    for host in KEPT[_kind(plan)] & resources.keys():
        belonging = {
            address
            for address, body in resources.items()
            if any(str(body.get(name)).startswith(f"${{{host}.") for name in BELONGS_BY)
        }
        assert belonging <= set(with_satellites(host))


@pytest.mark.parametrize("case", CASES)
def test_an_unprotected_stack_lets_everything_go_the_usual_way(case: str) -> None:
    for plan in planned_stacks(load_configuration(input_of(case)), all_templates()):
        if not plan.protects_data:
            assert f"{plan.name}/{REMOVED_TF}" not in files(case)
            assert "prevent_destroy" not in json.dumps(documents(case)[plan.name])


@pytest.mark.parametrize(("own", "environments", "protects"), [(False, True, False), (True, False, True)])
def test_a_projects_word_goes_above_every_environments(own: bool, environments: bool, protects: bool) -> None:
    environment = an_environment(protect_data=environments)
    project = a_project(environment=environment, protect_data=own)
    assert project.protects_data is protects
    assert project.protects_data_in(replace(environment, name="prod")) is protects
    assert a_project(environment=environment).protects_data is environments


def _synthesis(changed: Template, folder: Path, **changes: Any) -> Synthesis:
    project = a_project(**changes)
    configuration = Configuration((project.environment,), (project,))
    return Synthesis(configuration, {**all_templates(), changed.name: changed}, folder, folder / "cdktf.out")


def _with_features(context: ProjectContext) -> None:
    """A template of somebody else's, with a protected bucket of its own."""
    all_templates()["xgboost_abalone"].build(context)
    arn = context.names.bucket_arn("features")
    key = type("Key", (), {"arn": "arn:aws:kms:us-east-1:111111111111:key/1"})
    options = BucketOptions(protect=context.project.protects_data)
    encrypted_bucket(context.stack, "features", name="features", arn=arn, key=key, options=options)


def test_a_template_cannot_protect_what_it_does_not_name(tmp_path: Path) -> None:
    template = replace(all_templates()["xgboost_abalone"], build=_with_features)
    with pytest.raises(ValueError, match=r"aws_s3_bucket\.features"):
        rendered(_synthesis(template, tmp_path), tmp_path / "refused")
    named = replace(template, keeps=frozenset({"aws_s3_bucket.features"}))
    assert rendered(_synthesis(named, tmp_path), tmp_path / "named")
    parameters = all_templates()["finetune_llm_evaluation"].parameters()
    another = _synthesis(named, tmp_path, template="finetune_llm_evaluation", parameters=parameters)
    _, stack = rendered(another, tmp_path / "another")
    assert "aws_s3_bucket.features" in _removed(stack)
