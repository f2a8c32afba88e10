"""``sagemaker-templates plan`` as a person runs it: real plans of the shipped environment, on the emulator."""

import json
import re
import subprocess
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates.operations.mirror import ProviderSource
from site_on_emulator import Site, command_in, shipped_with_one_project

HELD_BACK = "Instance cannot be destroyed"

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]

Plan = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def site(make_site: Callable[[Path], Site], tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The shipped environments, with nothing in the first but the project that is planned here."""
    return make_site(shipped_with_one_project(tmp_path_factory.mktemp("environments")))


@pytest.fixture
def plan(site: Site, provider: ProviderSource) -> Plan:
    """The command in the site's folder."""
    return partial(command_in, site, provider.environment(), "plan")


def _change(site: Site, file: str, changes: Mapping[str, str]) -> None:
    path = site.folder / "environments" / file
    text = path.read_text()
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    site.synthesize()


def _resources(site: Site, stack: str) -> int:
    written: dict[str, Any] = json.loads((site.folder / "cdktf.out" / "stacks" / stack / "cdk.tf.json").read_text())
    return sum(len(resources) for resources in written["resource"].values())


def test_what_is_created_is_said_in_text_and_in_markdown(site: Site, plan: Plan) -> None:
    run = plan("dev", "--markdown", "review/plan.md")
    assert run.returncode == 0, run.stderr
    for stack in ("dev-foundation", "dev-abalone"):
        assert f"{stack}: {_resources(site, stack)} to create\n" in run.stdout
    assert run.stdout.splitlines()[-1].endswith("no danger found")
    assert "aws_iam_role.execution_role can be assumed by sagemaker.amazonaws.com" in run.stdout
    assert run.stderr.splitlines() == ["Planning dev-foundation (1 of 2)", "Planning dev-abalone (2 of 2)"]
    assert "| dev-abalone |" in (site.folder / "review" / "plan.md").read_text()
    assert not list(site.folder.glob("cdktf.out/stacks/*/.terraform/plan")), "a plan holds secrets"


def test_what_changes_and_is_replaced_is_said_and_what_is_protected_fails_alone(site: Site, plan: Plan) -> None:
    for stack in site.of("dev"):
        site.terraform(stack).apply()
    _nothing_to_change(plan)
    _a_changed_tag_and_a_new_project(site, plan)
    _a_protected_replacement(site, plan)
    _an_allowed_replacement(site, plan)


def _nothing_to_change(plan: Plan) -> None:
    run = plan("dev/abalone")
    assert (run.returncode, run.stdout) == (
        0,
        "dev-abalone: nothing to change\n\n1 stack: nothing to change; no danger found\n",
    )


def _a_changed_tag_and_a_new_project(site: Site, plan: Plan) -> None:
    """What the new project asks of the foundation is told as asked for."""
    second = site.folder / "environments" / "dev" / "projects" / "second.yaml"
    second.write_text(second.with_name("abalone.yaml").read_text().replace("abalone", "second"))
    second.write_text(second.read_text().replace("xgboost_second", "xgboost_abalone"))
    _change(site, "dev/environment.yaml", {"cost-center: machine-learning": "cost-center: research"})
    run = plan("dev")
    assert run.returncode == 0, run.stderr
    assert re.search(r'~ aws_s3_bucket\.artifact_bucket: tags(_all)?\["cost-center"\]$', run.stdout, re.MULTILINE)
    assert "research" not in run.stdout, "values are not shown"
    assert re.fullmatch(r"3 stacks: \d+ to change, \d+ to create; no danger found", run.stdout.splitlines()[-1])
    assert "asked for with it" in run.stdout
    assert ":second-build, which dev-second creates" in run.stdout
    second.unlink()
    site.synthesize("dev-second")


def _a_protected_replacement(site: Site, plan: Plan) -> None:
    _change(site, "dev/projects/abalone.yaml", {"project-id: p-abalone01": "project-id: p-abalone02"})
    run = plan("dev")
    assert run.returncode == 1
    assert "! dev-abalone could not be planned" in run.stdout
    assert HELD_BACK in run.stdout
    assert "dev-foundation: " in run.stdout, "the other stack is planned all the same"


def _an_allowed_replacement(site: Site, plan: Plan) -> None:
    _change(site, "dev/environment.yaml", {"account-id:": "protect-data: false\naccount-id:"})
    run = plan("dev/abalone", "--markdown", "plan.md")
    assert run.returncode == 0, run.stdout + run.stderr
    lines = run.stdout.splitlines()
    assert lines[0] == "! Data is destroyed"
    assert any("aws_sagemaker_model_package_group.model_package_group: is destroyed and created" in x for x in lines)
    markdown = (site.folder / "plan.md").read_text()
    assert markdown.index("Data is destroyed") < markdown.index("| Stack |")


def test_a_stack_of_an_account_that_the_credentials_are_not_for_is_shown_with_its_error(
    site: Site, plan: Plan
) -> None:
    run = plan("dev/abalone", "--markdown", "plan.md", AWS_ACCESS_KEY_ID="222222222222")
    assert run.returncode == 1
    assert "! dev-abalone could not be planned" in run.stdout
    assert run.stdout.endswith("\n1 stack could not be planned\n")
    assert "Traceback" not in run.stderr
    assert "could not be planned" in (site.folder / "plan.md").read_text()
