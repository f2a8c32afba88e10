"""What is said of a plan is what real Terraform planned: created, changed, replaced, destroyed, with its dangers.

The plans of the small stack below are also kept in tests/unit/review/plans, written when RECORD_PLANS=1.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.operations.mirror import ProviderSource
from sagemaker_templates.operations.terraform import Terraform
from sagemaker_templates.review.plan_changes import changes_of
from sagemaker_templates.review.plan_summary import StackSummary
from sagemaker_templates.review.planning import plan_stacks, selected
from site_on_emulator import Site

RECORDED = Path(__file__).parents[1] / "unit" / "review" / "plans"
SHIPPED = Path(__file__).parents[2] / "environments"

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]


def _stack(tag: str = "blue", group: str = "/ml/jobs", action: str = "s3:GetObject") -> dict[str, Any]:
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "codebuild.amazonaws.com"}}
        ],
    }
    return {
        "provider": {"aws": [{"region": "us-east-1", "default_tags": [{"tags": {"color": tag}}]}]},
        "resource": {
            "aws_cloudwatch_log_group": {"jobs": {"name": group}},
            "aws_iam_role": {"build": {"name": "build", "assume_role_policy": json.dumps(trust)}},
            "aws_iam_role_policy": {
                "rights": {"name": "rights", "role": "${aws_iam_role.build.name}", "policy": json.dumps(policy)}
            },
            "aws_secretsmanager_secret": {"token": {"name": "token", "recovery_window_in_days": 0}},
        },
    }


def _summary(terraform: Terraform, name: str, *arguments: str) -> StackSummary:
    plan = terraform.show_json(terraform.plan(*arguments))
    if os.environ.get("RECORD_PLANS") == "1":
        RECORDED.mkdir(exist_ok=True)
        kept = {"resource_changes": plan.get("resource_changes", [])}
        (RECORDED / f"{name}.json").write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
    return StackSummary(name, tuple(changes_of(plan)))


def test_a_stacks_life_is_told_as_terraform_plans_it(terraform: Callable[..., Terraform], tmp_path: Path) -> None:
    runner = terraform("small", _stack(), "111111111111")
    file = tmp_path / "small" / "main.tf.json"

    created = _summary(runner, "create")
    assert created.figures == "4 created"
    assert created.dangers == []
    assert [line.partition(":")[0] for line in created.billed] == ["aws_secretsmanager_secret.token"]
    runner.apply()
    assert _summary(runner, "nothing").figures == "no changes"

    file.write_text(json.dumps(_stack(tag="green")))
    assert _summary(runner, "tag").figures == "3 changed"
    assert _summary(runner, "tag").dangers == []

    file.write_text(json.dumps(_stack(group="/ml/other", action="s3:DeleteObject")))
    worse = _summary(runner, "worse")
    assert worse.with_action("replace") == ["aws_cloudwatch_log_group.jobs"]
    assert [(danger.kind, danger.address) for danger in worse.dangers] == [
        ("data loss", "aws_cloudwatch_log_group.jobs"),
        ("wider rights", "aws_iam_role_policy.rights"),
    ]

    destroyed = _summary(runner, "destroy", "-destroy")
    assert destroyed.figures == "4 destroyed"
    assert {danger.address for danger in destroyed.dangers} == {
        "aws_cloudwatch_log_group.jobs",
        "aws_secretsmanager_secret.token",
    }


def test_stacks_are_planned_with_the_credentials_of_whoever_runs_it(
    make_site: Callable[[Path], Site],
    emulator: Emulator,
    provider: ProviderSource,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = make_site(SHIPPED)
    environment = site.configuration.environments[0]
    for name, value in {
        **emulator.environment(environment.account_id, environment.region),
        **provider.environment(),
    }.items():
        monkeypatch.setenv(name, value)
    planned: list[str] = []
    (summary,) = plan_stacks(
        selected(site.configuration, "dev/foundation"), site.folder / "cdktf.out" / "stacks", planned.append
    )
    assert planned == ["dev-foundation"]
    assert summary.failure is None
    assert "aws_lambda_function.seeder" in summary.with_action("create")
    assert any(line.startswith("aws_kms_key.foundation_key") for line in summary.billed)


def test_a_stack_that_cannot_be_planned_says_why_in_terraforms_words(
    make_site: Callable[[Path], Site], emulator: Emulator, provider: ProviderSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site(SHIPPED)
    other = emulator.environment("999999999999", "us-east-1")
    for name, value in {**other, **provider.environment()}.items():
        monkeypatch.setenv(name, value)
    (summary,) = plan_stacks(selected(site.configuration, "dev/foundation"), site.folder / "cdktf.out" / "stacks")
    assert summary.failure
    assert summary.figures == "no plan"
