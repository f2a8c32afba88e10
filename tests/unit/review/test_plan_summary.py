"""What is said of a plan, on plans that real Terraform made (see tests/integration/support/record_plans.py)."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates.review.plan.changes import Action, read_plan
from sagemaker_templates.review.plan.danger import Kind
from sagemaker_templates.review.plan.markdown import as_markdown
from sagemaker_templates.review.plan.summary import NotPlanned, Review, StackSummary, summarize, told_apart
from sagemaker_templates.review.plan.text import as_text

PLANS = Path(__file__).with_name("plans")
RECORDED = sorted(file.stem for file in PLANS.glob("*.json"))


@cache
def _text_of(name: str) -> str:
    return (PLANS / f"{name}.json").read_text()


def plan(name: str) -> dict[str, Any]:
    """A recorded plan, to be changed at will."""
    shown: dict[str, Any] = json.loads(_text_of(name))
    return shown


def summary(name: str) -> StackSummary:
    """What is said of a recorded plan."""
    return summarize("dev-example", plan(name))


def dangers(shown: StackSummary) -> set[tuple[Kind, str, str]]:
    """Each danger as its kind, its resource and its text."""
    return {(danger.kind, danger.address, danger.text) for danger in shown.dangers}


def _with(name: str, address: str, **parts: Any) -> StackSummary:
    """A recorded plan in which parts of one resource's change are different."""
    shown = copy.deepcopy(plan(name))
    entry = next(entry for entry in shown["resource_changes"] if entry["address"] == address)
    for part, values in parts.items():
        if isinstance(values, dict) and isinstance(entry["change"].get(part), dict):
            entry["change"][part].update(values)
        else:
            entry["change"][part] = values
    return summarize("dev-example", shown)


def test_a_first_plan_creates_everything_and_is_no_danger() -> None:
    shown = summary("create")
    assert shown.counts == {Action.CREATE: 11}
    assert dangers(shown) == set()
    assert {(rights.address, rights.text) for rights in shown.rights} == {
        (
            "aws_iam_role.worker",
            "can be assumed by codebuild.amazonaws.com if aws:SourceAccount is 111111111111",
        ),
        ("aws_iam_role_policy.worker", "allows s3:GetObject"),
        ("aws_kms_key.key", "lets account 111111111111 do kms:*"),
    }


def test_a_changed_tag_is_named_without_its_value() -> None:
    shown = summary("tag")
    assert shown.in_a_line == "1 to change"
    assert dangers(shown) == set()
    text = as_text(Review((shown,)))
    assert '~ aws_s3_bucket.data: tags["Owner"]\n' in text
    assert "two" not in text


def test_a_replacement_of_what_holds_data_says_what_forces_it_and_what_is_lost() -> None:
    found = dangers(summary("replace"))
    bucket = "is destroyed and created anew because of bucket; lost: objects"
    assert (Kind.DATA, "aws_s3_bucket.data", bucket) in found
    assert (
        Kind.DATA,
        "aws_cloudwatch_log_group.logs",
        "is destroyed and created anew because of name; lost: logs",
    ) in found
    assert "-/+ aws_s3_bucket.data: forced by bucket" in as_text(Review((summary("replace"),)))


def test_a_destruction_is_a_danger_for_what_holds_data_alone() -> None:
    shown = summary("destroy")
    assert shown.counts == {Action.DESTROY: 11}
    assert {(danger.kind, danger.address) for danger in shown.dangers} == {
        (Kind.DATA, "aws_cloudwatch_log_group.logs"),
        (Kind.DATA, "aws_kms_key.key"),
        (Kind.DATA, "aws_s3_bucket.data"),
        (Kind.DATA, "aws_ssm_parameter.token"),
    }


def test_data_that_loses_its_protection_is_a_danger() -> None:
    found = dangers(summary("weaken"))
    assert (Kind.DATA, "aws_s3_bucket.data", "may from now on be destroyed with everything in it") in found
    assert (Kind.DATA, "aws_s3_bucket_versioning.data", "old versions of objects are no longer kept") in found
    assert (Kind.DATA, "aws_cloudwatch_log_group.logs", "only 30 days of logs are kept, before: 365") in found
    key = "is destroyed, with it the only way to read what it encrypts"
    assert (Kind.DATA, "aws_kms_key.key", key) in found


def test_sensitive_values_are_never_shown() -> None:
    shown = summary("weaken")
    assert "token-before" in _text_of("weaken")
    assert "token-after" in _text_of("weaken")
    review = Review((shown, summary("destroy"), summary("create")))
    for text in (as_text(review), as_markdown(review)):
        assert "aws_ssm_parameter.token" in text
        assert "token-before" not in text
        assert "token-after" not in text


def test_more_rights_are_told_as_what_is_new_about_them() -> None:
    assert dangers(summary("widen")) == {
        (
            Kind.RIGHTS,
            "aws_iam_role.worker",
            "condition removed or loosened (aws:SourceAccount is 111111111111): "
            "sts:AssumeRole by codebuild.amazonaws.com",
        ),
        (
            Kind.RIGHTS,
            "aws_iam_role.worker",
            "the permissions boundary arn:aws:iam::111111111111:policy/boundary becomes none",
        ),
        (Kind.RIGHTS, "aws_iam_role_policy.worker", "new resource: s3:GetObject on arn:aws:s3:::another/*"),
        (
            Kind.RIGHTS,
            "aws_iam_role_policy.worker",
            "new action: s3:PutObject on arn:aws:s3:::another/*, arn:aws:s3:::example-data/*",
        ),
        (
            Kind.RIGHTS,
            "aws_iam_role_policy_attachment.worker",
            "attaches arn:aws:iam::aws:policy/ReadOnlyAccess",
        ),
    }


def test_fewer_rights_are_no_danger() -> None:
    shown = summary("narrow")
    assert shown.counts == {Action.UPDATE: 2}
    assert dangers(shown) == set()


def test_what_is_opened_to_the_public_is_a_danger() -> None:
    opened = {(address, text) for kind, address, text in dangers(summary("expose")) if kind is Kind.EXPOSURE}
    assert opened == {
        ("aws_kms_key.key", "anybody may kms:Decrypt"),
        ("aws_s3_bucket_policy.data", "anybody may s3:GetObject"),
        ("aws_s3_bucket_public_access_block.data", "no longer set: block_public_policy"),
        ("aws_security_group.jobs", "every port can be reached from ::/0"),
        ("aws_vpc_security_group_ingress_rule.jobs", "tcp port 443 can be reached from 0.0.0.0/0"),
    }


def test_a_policy_that_is_not_known_yet_is_said_to_be_so_with_what_it_declares() -> None:
    shown = summary("unknown")
    assert dangers(shown) == {
        (
            Kind.UNKNOWN,
            "aws_iam_role_policy.worker",
            "new action: sqs:SendMessage on (known after apply)",
        )
    }


def test_a_policy_that_is_not_known_and_declared_nowhere_cannot_be_judged() -> None:
    shown = plan("unknown")
    shown["resource_changes"] = [entry for entry in shown["resource_changes"] if entry["mode"] == "managed"]
    assert dangers(summarize("s", shown)) == {
        (Kind.UNKNOWN, "aws_iam_role_policy.worker", "policy changes and is known only after apply")
    }


def test_a_sensitive_policy_cannot_be_judged_and_is_not_shown() -> None:
    shown = _with("widen", "aws_iam_role_policy.worker", after_sensitive={"policy": True})
    found = {text for _, address, text in dangers(shown) if address == "aws_iam_role_policy.worker"}
    assert found == {"policy changes and is marked sensitive, not shown"}
    assert "s3:PutObject" not in as_text(Review((shown,)))


def test_what_is_paid_for_is_listed_with_what_the_price_goes_by() -> None:
    shown = {cost.address: (cost.charged, cost.size) for cost in summary("endpoint").costs}
    assert shown == {
        "aws_sagemaker_endpoint_configuration.c": ("by the endpoint that uses it", "ml.m5.large 2"),
        "aws_vpc_endpoint.kms": ("per hour and zone, and per byte", ""),
    }


def _update(kind: str, before: dict[str, Any], after: dict[str, Any], actions: tuple[str, ...]) -> StackSummary:
    change = {"actions": list(actions), "before": before or None, "after": after or None}
    entry = {"address": f"{kind}.it", "mode": "managed", "type": kind, "change": change}
    resource = {"address": f"{kind}.it", "expressions": {name: {} for name in after}}
    return summarize("s", {"resource_changes": [entry], "configuration": {"root_module": {"resources": [resource]}}})


def _expiry(days: int, status: str = "Enabled") -> dict[str, Any]:
    return {"rule": [{"id": "old", "status": status, "expiration": [{"days": days}]}]}


DANGEROUS: dict[str, tuple[str, dict[str, Any], dict[str, Any], Kind]] = {
    "expiry": ("aws_s3_bucket_lifecycle_configuration", _expiry(30), _expiry(3), Kind.DATA),
    "new expiry": ("aws_s3_bucket_lifecycle_configuration", _expiry(3, "Disabled"), _expiry(3), Kind.DATA),
    "disabled key": ("aws_kms_key", {"is_enabled": True}, {"is_enabled": False}, Kind.DATA),
    "deletion": (
        "aws_kms_key",
        {"deletion_window_in_days": 30},
        {"deletion_window_in_days": 7},
        Kind.DATA,
    ),
    "logs": ("aws_cloudwatch_log_group", {"retention_in_days": 0}, {"retention_in_days": 7}, Kind.DATA),
    "images": ("aws_ecr_repository", {"force_delete": False}, {"force_delete": True}, Kind.DATA),
    "managed policy": (
        "aws_iam_role",
        {"managed_policy_arns": []},
        {"managed_policy_arns": ["arn:aws:iam::aws:policy/AdministratorAccess"]},
        Kind.RIGHTS,
    ),
    "access list": ("aws_s3_bucket_acl", {"acl": "private"}, {"acl": "public-read"}, Kind.EXPOSURE),
    "builds": (
        "aws_codebuild_project",
        {"project_visibility": "PRIVATE"},
        {"project_visibility": "PUBLIC_READ"},
        Kind.EXPOSURE,
    ),
    "code": ("github_repository", {"visibility": "private"}, {"visibility": "public"}, Kind.EXPOSURE),
    "old rule resource": (
        "aws_security_group_rule",
        {"type": "ingress", "protocol": "tcp", "from_port": 1, "to_port": 2, "cidr_blocks": []},
        {"type": "ingress", "protocol": "tcp", "from_port": 1, "to_port": 2, "cidr_blocks": ["0.0.0.0/0"]},
        Kind.EXPOSURE,
    ),
}


@pytest.mark.parametrize(("kind", "before", "after", "danger"), DANGEROUS.values(), ids=DANGEROUS)
def test_each_of_these_is_a_danger_and_its_reverse_is_not(
    kind: str, before: dict[str, Any], after: dict[str, Any], danger: Kind
) -> None:
    assert [found.kind for found in _update(kind, before, after, ("update",)).dangers] == [danger]
    assert _update(kind, after, before, ("update",)).dangers == ()


@pytest.mark.parametrize(
    ("kind", "after"),
    [
        ("aws_kms_grant", {"key_id": "k", "operations": ["Decrypt"]}),
        ("aws_lambda_permission", {"function_name": "f", "principal": "999999999999"}),
        ("aws_iam_role_policy_attachment", {"role": "r", "policy_arn": "p"}),
    ],
)
def test_a_right_that_is_added_to_something_that_exists_is_a_danger(kind: str, after: dict[str, Any]) -> None:
    assert [found.kind for found in _update(kind, {}, after, ("create",)).dangers] == [Kind.RIGHTS]


_SEEDING = {"Effect": "Allow", "Action": ["codecommit:CreateCommit", "codecommit:ListBranches"]}
_PLACE = {
    "aws": {
        "expressions": {
            "allowed_account_ids": {"constant_value": ["111111111111"]},
            "region": {"constant_value": "us-east-1"},
        }
    }
}


def _stack(name: str, *entries: dict[str, Any], place: dict[str, Any] | None = None) -> StackSummary:
    resources = [
        {
            "address": entry["address"],
            "expressions": {key: {} for key in (entry["change"]["after"] or entry["change"]["before"])},
        }
        for entry in entries
    ]
    configuration = {"root_module": {"resources": resources}, "provider_config": _PLACE if place is None else place}
    return summarize(name, {"resource_changes": list(entries), "configuration": configuration})


def _entry(address: str, actions: list[str], before: Any, after: Any, **more: Any) -> dict[str, Any]:
    change = {"actions": actions, "before": before, "after": after}
    return {
        "address": address,
        "mode": "managed",
        "type": address.split(".", maxsplit=1)[0],
        "change": change,
        **more,
    }


def _seeds(*repositories: str, action: Any = _SEEDING["Action"]) -> dict[str, Any]:
    resources = [f"arn:aws:codecommit:us-east-1:111111111111:{name}" for name in repositories]
    statement = {**_SEEDING, "Action": action, "Resource": resources}
    return {"role": "seeder", "name": "seeder", "policy": json.dumps({"Statement": [statement]})}


def _seeder(before: dict[str, Any], after: dict[str, Any]) -> StackSummary:
    return _stack("dev-foundation", _entry("aws_iam_role_policy.seeder", ["update"], before, after))


def _project(name: str = "new", actions: str = "create", place: dict[str, Any] | None = None) -> StackSummary:
    there, repository = actions != "create", {"repository_name": name}
    entry = _entry("aws_codecommit_repository.code", [actions], repository if there else None, repository)
    return _stack("dev-new", entry, place=place)


def test_a_new_project_is_no_danger_though_the_seeder_gets_its_repository() -> None:
    review = Review(told_apart([_seeder(_seeds("old"), _seeds("old", "new")), _project()]))
    assert review.total == "2 stacks: 1 to change, 1 to create; no danger found"
    (asked,) = review.planned[0].asked
    assert asked.text == (
        "codecommit:CreateCommit, codecommit:ListBranches on arn:aws:codecommit:us-east-1:111111111111:new, "
        "which dev-new creates"
    )
    for text in (as_text(review), as_markdown(review)):
        assert "asked for with it" in text
        assert "which dev-new creates" in text


@pytest.mark.parametrize(
    ("seeder", "project"),
    [
        (_seeder(_seeds("old"), _seeds("old", "other")), _project()),
        (_seeder(_seeds("old"), _seeds("old", "n*")), _project("n*")),
        (_seeder(_seeds("old"), _seeds("old", "new", action="codecommit:*")), _project()),
        (_seeder(_seeds("old"), _seeds("old", "new")), _project(actions="no-op")),
        (_seeder(_seeds("old"), _seeds("old", "new")), _project(place={})),
        (
            _seeder(_seeds("old"), _seeds("old", "new")),
            _project(
                place={
                    "aws": {
                        "expressions": {
                            "allowed_account_ids": {"constant_value": ["222222222222"]},
                            "region": {"constant_value": "us-east-1"},
                        }
                    }
                }
            ),
        ),
    ],
    ids=["another repository", "a pattern", "more actions", "it exists already", "place unknown", "another account"],
)
def test_rights_on_what_nobody_creates_stay_a_danger(seeder: StackSummary, project: StackSummary) -> None:
    (judged, _) = told_apart([seeder, project])
    assert {danger.kind for danger in judged.dangers} == {Kind.RIGHTS}


def _role(**rights: Any) -> dict[str, Any]:
    role = {"name": "worker", "inline_policy": [], "managed_policy_arns": [], **rights}
    return _entry("aws_iam_role.worker", ["no-op"], role, role)


def _policy() -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    after = {"role": "worker", "name": "rights", "policy": json.dumps({"Statement": [statement]})}
    return _entry("aws_iam_role_policy.worker", ["create"], None, after)


def _attachment() -> dict[str, Any]:
    after = {"role": "worker", "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    return _entry("aws_iam_role_policy_attachment.worker", ["create"], None, after)


def test_an_apply_that_goes_on_gives_a_role_its_first_rights_and_widens_none() -> None:
    shown = _stack("s", _role(), _policy(), _attachment())
    assert shown.dangers == ()
    assert {(rights.address, rights.text) for rights in shown.rights} == {
        ("aws_iam_role_policy.worker", "allows s3:GetObject on every resource"),
        ("aws_iam_role_policy_attachment.worker", "has arn:aws:iam::aws:policy/ReadOnlyAccess attached"),
    }


@pytest.mark.parametrize(
    "role",
    [
        _role(inline_policy=[{"name": "other", "policy": "{}"}]),
        _role(managed_policy_arns=["arn:aws:iam::aws:policy/ReadOnlyAccess"]),
        _role(name="somebody-else"),
        {**_role(), "change": {**_role()["change"], "before_sensitive": {"inline_policy": True}}},
    ],
    ids=["inline", "attached", "another role", "not shown"],
)
@pytest.mark.parametrize("given", [_policy(), _attachment()], ids=["policy", "attachment"])
def test_more_rights_of_a_role_that_may_have_some_are_a_danger(role: dict[str, Any], given: dict[str, Any]) -> None:
    assert [danger.kind for danger in _stack("s", role, given).dangers] == [Kind.RIGHTS]


def test_what_was_left_half_made_is_said_to_be_so() -> None:
    logs = {"name": "/example"}
    entry = _entry(
        "aws_cloudwatch_log_group.logs", ["delete", "create"], logs, logs, action_reason="replace_because_tainted"
    )
    (danger,) = _stack("s", entry).dangers
    assert danger.text == (
        "is created anew, for its creation did not come to its end; lost, if there are any by now: logs"
    )


def test_a_policy_for_an_existing_bucket_is_judged_though_other_things_of_the_bucket_are_new() -> None:
    shown = plan("expose")
    shown["resource_changes"] = [
        {**entry, "change": {**entry["change"], "actions": ["create"], "before": None}}
        if entry["type"] == "aws_s3_bucket_public_access_block"
        else entry
        for entry in shown["resource_changes"]
    ]
    found = {(danger.kind, danger.address) for danger in summarize("s", shown).dangers}
    assert (Kind.RIGHTS, "aws_s3_bucket_policy.data") in found


def test_denials_that_go_are_a_danger_unless_what_they_protect_goes_too() -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::example-data/*"}
    shown = plan("destroy")
    policy = {"bucket": "example-data", "policy": json.dumps({"Statement": [deny]})}
    change = {"actions": ["delete"], "before": policy, "after": None}
    entry = {"address": "aws_s3_bucket_policy.p", "mode": "managed", "type": "aws_s3_bucket_policy", "change": change}
    shown["resource_changes"].append(entry)
    assert Kind.RIGHTS not in {danger.kind for danger in summarize("s", shown).dangers}
    shown["resource_changes"] = [
        other for other in shown["resource_changes"] if other["address"] != "aws_s3_bucket.data"
    ]
    texts = {danger.text for danger in summarize("s", shown).dangers if danger.kind is Kind.RIGHTS}
    assert texts == {"no longer denied: s3:* on arn:aws:s3:::example-data/* by anybody"}


def test_outgoing_traffic_to_everywhere_is_no_exposure() -> None:
    rule = {"type": "egress", "protocol": "-1", "cidr_blocks": ["0.0.0.0/0"]}
    assert _update("aws_security_group_rule", {}, rule, ("create",)).dangers == ()


@pytest.mark.parametrize("cidr", ["0.0.0.0/0", "::/0"])
def test_a_rule_inside_a_security_group_counts_as_one_of_its_own(cidr: str) -> None:
    rule = {"from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": [cidr], "ipv6_cidr_blocks": []}
    opened = _with("tag", "aws_security_group.jobs", actions=["update"], after={"ingress": [rule]})
    assert (Kind.EXPOSURE, "aws_security_group.jobs", f"tcp port 22 can be reached from {cidr}") in dangers(opened)
    as_before = _with(
        "tag", "aws_security_group.jobs", actions=["update"], before={"ingress": [rule]}, after={"ingress": [rule]}
    )
    assert Kind.EXPOSURE not in {kind for kind, _, _ in dangers(as_before)}


def test_a_public_access_block_that_goes_while_its_bucket_stays_is_a_danger() -> None:
    block = "aws_s3_bucket_public_access_block.data"
    assert (Kind.EXPOSURE, block, "nothing blocks public access any more") in dangers(
        _with("tag", block, actions=["delete"], after=None)
    )


def test_what_is_forgotten_is_named_with_the_way_back_and_is_no_loss() -> None:
    shown = _with("tag", "aws_s3_bucket.data", actions=["forget"], before={"id": "example-data"}, after=None)
    assert shown.in_a_line == "1 to forget"
    ((kind, address, text),) = dangers(shown)
    assert (kind, address) == (Kind.LEFT, "aws_s3_bucket.data")
    assert "lives on with objects" in text
    assert "terraform import aws_s3_bucket.data example-data" in text


@pytest.mark.parametrize("forgotten", ["aws_s3_bucket_public_access_block.data", "aws_iam_role_policy.worker"])
def test_what_keeps_a_thing_safe_and_is_forgotten_with_it_goes_on_doing_so(forgotten: str) -> None:
    shown = _with("tag", forgotten, actions=["forget"], after=None)
    assert dangers(shown) == set()
    assert f". {forgotten}" in as_text(Review((shown,)))


def test_an_action_that_is_not_known_is_not_taken_for_nothing() -> None:
    shown = plan("tag")
    shown["resource_changes"][0]["change"]["actions"] = ["vanish"]
    with pytest.raises(ValueError, match="vanish"):
        read_plan(shown)


@pytest.mark.parametrize("name", RECORDED)
def test_every_change_of_a_plan_is_listed_in_text_and_in_markdown(name: str) -> None:
    shown = summary(name)
    changed = [
        entry["address"]
        for entry in plan(name)["resource_changes"]
        if entry["mode"] == "managed" and entry["change"]["actions"] != ["no-op"]
    ]
    assert changed
    text, markdown = as_text(Review((shown,))), as_markdown(Review((shown,)))
    for address in changed:
        assert f" {address}" in text
        assert f"`{address}`" in markdown


def test_dangers_come_first_the_gravest_kind_on_top_then_what_could_not_be_planned() -> None:
    review = Review((summary("tag"), summary("expose"), summary("replace")), (NotPlanned("prod-x", "refused"),))
    for text in (as_text(review), as_markdown(review)):
        order = ["Data is destroyed", "Opened to the public", "prod-x could not be planned", "dev-example"]
        assert text.index(order[0]) < text.index(order[1]) < text.index(order[2])
        assert text.index(order[2]) < text.index("aws_s3_bucket_versioning.data", text.index(order[2]))
    assert review.total.endswith("1 stack could not be planned")


def test_where_nothing_could_be_planned_nothing_is_said_to_be_without_danger() -> None:
    review = Review((), (NotPlanned("prod-x", "refused"),))
    assert as_text(review) == "! prod-x could not be planned\n  refused\n\n1 stack could not be planned"
    assert "no danger" not in as_markdown(review)


def test_no_name_can_break_out_of_the_markdown_or_steer_the_terminal() -> None:
    address = 'aws_s3_bucket.data["``<b>@org/team\x1b[31m\n# x"]'
    shown = plan("replace")
    for entry in shown["resource_changes"]:
        entry["address"] = address if entry["address"] == "aws_s3_bucket.data" else entry["address"]
    review = Review((summarize("<script>", shown),), (NotPlanned("x", "``` \x1b[2J @org"),))
    text, markdown = as_text(review), as_markdown(review)
    assert "\x1b" not in text + markdown
    assert "\n# x" not in text + markdown
    assert "``` aws_s3_bucket.data" in markdown, "a longer fence than any in the name"
    assert "<script>" not in markdown
    assert "````text" in markdown


def test_a_comment_that_would_be_too_long_keeps_every_danger_and_says_what_it_leaves_out() -> None:
    review = Review(tuple(summarize(f"dev-{number}", plan("replace")) for number in range(5)))
    whole = as_markdown(review)
    short = as_markdown(review, longest=len(whole) - 100)
    assert "left out" not in whole
    assert len(short) <= len(whole) - 100
    assert "the lists of the last" in short
    assert short.count("objects") == 5
    assert short.count("| dev") == 5
