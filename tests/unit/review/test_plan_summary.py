"""Plans in few words: read from plans that real Terraform made (tests/integration/test_plan_summary.py)."""

import json
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates.cli import app, main
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.failures import WrongInput
from sagemaker_templates.review.dangers import dangers
from sagemaker_templates.review.plan_changes import Action, Change, changes_of
from sagemaker_templates.review.plan_summary import StackSummary, markdown, plain
from sagemaker_templates.review.planning import selected
from sagemaker_templates.review.policy_widening import widened
from synthesized import SHIPPED, input_of
from typer.testing import CliRunner

PLANS = Path(__file__).with_name("plans")


def _recorded(name: str) -> StackSummary:
    return StackSummary(f"dev-{name}", tuple(changes_of(json.loads((PLANS / f"{name}.json").read_text()))))


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("create", "4 created"),
        ("nothing", "no changes"),
        ("tag", "3 changed"),
        ("worse", "1 replaced, 1 changed"),
        ("destroy", "4 destroyed"),
    ],
)
def test_a_plan_is_one_line_of_figures(name: str, figures: str) -> None:
    assert _recorded(name).figures == figures


def test_dangers_come_first_in_the_terminal() -> None:
    lines = plain([_recorded("create"), _recorded("worse")]).splitlines()
    assert lines[0] == "2 to look at before approving:"
    assert lines[1].startswith("  data loss: dev-worse: aws_cloudwatch_log_group.jobs: destroyed and created anew")
    assert lines[2] == (
        "  wider rights: dev-worse: aws_iam_role_policy.rights: policy, now allowed: s3:DeleteObject on *"
    )
    assert "dev-create: 4 created" in lines
    assert "  billed aws_secretsmanager_secret.token: per month and by requests" in lines


def test_markdown_has_dangers_then_figures_then_details() -> None:
    text = markdown([_recorded("create"), _recorded("worse")])
    order = ["### Look at this before approving", "### Plan", "| dev-create | 4 created |", "<details>"]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)
    assert "s3:DeleteObject on \\*" in text
    assert text.count("<details>") == text.count("</details>") == 2


def test_a_quiet_plan_has_no_section_of_dangers() -> None:
    assert "before approving" not in markdown([_recorded("tag")])
    assert "before approving" not in plain([_recorded("tag")])


def test_no_value_of_an_attribute_is_shown_besides_policies() -> None:
    change = Change(
        "aws_ssm_parameter.p", "aws_ssm_parameter", "update", {"value": "old"}, {"value": "hunter2"}, _KNOWN
    )
    assert "hunter2" not in plain([StackSummary("s", (change,))]) + markdown([StackSummary("s", (change,))])


_KNOWN: frozenset[str] = frozenset()


def _policy(**statement: Any) -> str:
    one = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "a", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [one]})


_CONDITION = {"StringEquals": {"aws:SourceAccount": "111111111111"}}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (_policy(), _policy(), []),
        (_policy(), _policy(Action=["s3:GetObject"]), []),
        (_policy(Action=["s3:GetObject", "s3:PutObject"]), _policy(), []),
        (_policy(), _policy(Condition=_CONDITION), []),
        (_policy(), _policy(Resource=["a", "b"]), ["now allowed: s3:GetObject on b"]),
        (_policy(), _policy(Action=["s3:GetObject", "s3:PutObject"]), ["now allowed: s3:PutObject on a"]),
        (_policy(Condition=_CONDITION), _policy(), ["fewer conditions on: s3:GetObject on a"]),
        (
            _policy(Principal={"AWS": "x"}),
            _policy(Principal={"AWS": ["x", "y"]}),
            ["now allowed: AWS y: s3:GetObject on a"],
        ),
        (
            _policy(Effect="Deny"),
            _policy(Effect="Deny", Action="s3:PutObject"),
            ["denied no more: s3:GetObject on a"],
        ),
        (_policy(), json.dumps({"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}}), [
            "now allowed: all but iam:* on *"
        ]),
        (None, _policy(), ["now allowed: s3:GetObject on a"]),
        ("not json", "not json", []),
    ],
)  # fmt: skip
def test_what_a_policy_allows_in_addition_is_said(before: object, after: object, said: list[str]) -> None:
    assert list(widened(before, after)) == said


_BLOCKED = dict.fromkeys(
    ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"), True
)
_OPEN_RULE = [{"cidr_blocks": ["0.0.0.0/0"], "ipv6_cidr_blocks": []}]
_EVERYBODY = _policy(Principal="*")


@pytest.mark.parametrize(
    ("kind", "action", "before", "after", "said"),
    [
        (
            "aws_s3_bucket_public_access_block",
            "update",
            _BLOCKED,
            {**_BLOCKED, "block_public_acls": False},
            "off: block",
        ),
        ("aws_s3_bucket_public_access_block", "destroy", _BLOCKED, {}, "blocked no more"),
        ("aws_s3_bucket_policy", "create", {}, {"policy": _EVERYBODY}, "everybody s3:GetObject, without a condition"),
        (
            "aws_kms_key",
            "update",
            {},
            {"policy": _policy(Principal={"AWS": ["*"]}, Condition=_CONDITION)},
            "under cond",
        ),
        ("aws_security_group", "update", {"ingress": []}, {"ingress": _OPEN_RULE}, "any address"),
        ("aws_vpc_security_group_ingress_rule", "create", {}, {"cidr_ipv6": "::/0"}, "any address"),
        ("aws_security_group_rule", "create", {}, {"type": "ingress", "cidr_blocks": ["0.0.0.0/0"]}, "any address"),
        ("aws_lambda_function_url", "create", {}, {"authorization_type": "NONE"}, "anybody"),
    ],
)
def test_exposure_to_the_public_is_a_danger(
    kind: str, action: Action, before: dict[str, Any], after: dict[str, Any], said: str
) -> None:
    found = dangers([Change(f"{kind}.x", kind, action, before, after, _KNOWN)])
    assert any(danger.kind == "public" and said in danger.text for danger in found)


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("aws_s3_bucket_public_access_block", {}, _BLOCKED),
        ("aws_s3_bucket_policy", {}, {"policy": _policy(Effect="Deny", Principal="*")}),
        ("aws_s3_bucket_policy", {"policy": _EVERYBODY}, {"policy": _EVERYBODY}),
        ("aws_security_group", {"ingress": _OPEN_RULE}, {"ingress": _OPEN_RULE}),
        ("aws_security_group_rule", {}, {"type": "egress", "cidr_blocks": ["0.0.0.0/0"]}),
    ],
)
def test_what_is_not_open_or_was_before_is_no_danger(
    kind: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    found = dangers([Change(f"{kind}.x", kind, "create", before, after, _KNOWN)])
    assert [danger for danger in found if danger.kind == "public"] == []


def test_a_policy_that_is_known_only_later_is_pointed_out() -> None:
    change = Change(
        "aws_iam_role_policy.r", "aws_iam_role_policy", "update", {"policy": "{}"}, {}, frozenset({"policy"})
    )
    (danger,) = dangers([change])
    assert "known only after the apply" in danger.text


def test_a_target_is_an_environment_or_one_of_its_stacks() -> None:
    configuration = load_configuration(input_of(SHIPPED))
    assert [stack.name for stack in selected(configuration, "dev")] == ["dev-foundation", "dev-abalone"]
    assert [stack.name for stack in selected(configuration, "pre-prod/abalone")] == ["pre-prod-abalone"]
    assert len(selected(configuration, None)) == 6
    with pytest.raises(WrongInput, match='did you mean "dev/abalone"'):
        selected(configuration, "dev/abalon")


def test_an_unknown_target_is_one_line_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["plan", "deff", "--environments", str(input_of(SHIPPED))])
    assert ended.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_stacks_that_were_not_synthesized_are_named(tmp_path: Path) -> None:
    run = CliRunner().invoke(
        app,
        ["plan", "dev", "--environments", str(input_of(SHIPPED)), "--output", str(tmp_path)],
    )
    assert isinstance(run.exception, WrongInput)
    assert "dev-foundation, dev-abalone: not in" in str(run.exception)
