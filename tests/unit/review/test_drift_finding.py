"""What a plan's JSON tells of drift: who has changed what, and what only waits for an apply."""

from typing import Any

import pytest
from sagemaker_templates.review.drift.finding import Cause, Difference, differences
from sagemaker_templates.review.drift.looking import Seen
from sagemaker_templates.review.drift.report import as_data, as_text
from sagemaker_templates.review.plan.changes import Action

BUCKET = "aws_s3_bucket.data"


def _entry(before: dict[str, Any] | None, after: dict[str, Any] | None, *actions: str) -> dict[str, Any]:
    change = {"actions": list(actions), "before": before, "after": after}
    return {"address": BUCKET, "type": "aws_s3_bucket", "mode": "managed", "change": change}


def _found(drift: list[dict[str, Any]], changes: list[dict[str, Any]]) -> tuple[Difference, ...]:
    return differences({"resource_drift": drift, "resource_changes": changes})


def test_an_attribute_that_was_changed_and_would_be_changed_back_was_changed_outside() -> None:
    drift = _entry({"acl": "private"}, {"acl": "public"}, "update")
    change = _entry({"acl": "public"}, {"acl": "private"}, "update")
    assert _found([drift], [change]) == (Difference(Cause.OUTSIDE, BUCKET, Action.UPDATE, ("acl",)),)


def test_what_is_gone_and_would_be_created_was_changed_outside() -> None:
    drift, change = _entry({"bucket": "data"}, None, "delete"), _entry(None, {"bucket": "data"}, "create")
    assert _found([drift], [change]) == (Difference(Cause.OUTSIDE, BUCKET, Action.CREATE, ("is gone",)),)


@pytest.mark.parametrize(
    "drift",
    [
        [],
        [_entry({"versions": 1}, {"versions": 2}, "update")],
        [_entry({"tags": None}, {"tags": {}}, "update")],
        [_entry({"tags": {"b": "1"}}, {"tags": {"b": "2"}}, "update")],
    ],
    ids=["nothing", "another attribute", "null became empty", "another tag"],
)
def test_what_the_settings_change_waits_for_an_apply_whatever_else_was_changed(drift: list[dict[str, Any]]) -> None:
    change = _entry({"tags": {"a": "1"}}, {"tags": {"a": "2"}}, "update")
    assert _found(drift, [change]) == (Difference(Cause.WAITING, BUCKET, Action.UPDATE, ('tags["a"]',)),)


def test_a_default_tag_that_was_changed_by_hand_was_changed_outside() -> None:
    drift = _entry(
        {"tags": {"a": "1"}, "tags_all": {"a": "1"}}, {"tags": {"a": "2"}, "tags_all": {"a": "2"}}, "update"
    )
    change = _entry({"tags_all": {"a": "2"}}, {"tags_all": {"a": "1"}}, "update")
    assert [one.cause for one in _found([drift], [change])] == [Cause.OUTSIDE]


def test_a_default_tag_of_the_settings_that_changes_waits_though_the_provider_reads_the_old_one_as_a_tag() -> None:
    all_tags = {"a": "old"}
    drift = _entry({"tags": None, "tags_all": all_tags}, {"tags": {"a": "old"}, "tags_all": all_tags}, "update")
    change = _entry({"tags": {"a": "old"}, "tags_all": all_tags}, {"tags": None, "tags_all": {"a": "new"}}, "update")
    assert [one.cause for one in _found([drift], [change])] == [Cause.WAITING]


def test_drift_that_an_apply_would_leave_alone_is_none() -> None:
    drift = _entry({"region": ""}, {"region": "us-east-1"}, "update")
    assert _found([drift], [_entry({}, {}, "no-op")]) == ()


def _resource(kind: str, **values: Any) -> dict[str, Any]:
    return {"address": f"{kind}.one", "type": kind, "mode": "managed", "values": values}


def test_policies_of_a_role_that_no_resource_has_put_there_are_rights_beside_the_stack() -> None:
    resources = [
        _resource(
            "aws_iam_role",
            name="jobs",
            managed_policy_arns=["arn:ours", "arn:theirs"],
            inline_policy=[{"name": "ours", "policy": "{}"}, {"name": "theirs", "policy": "{}"}],
        ),
        _resource("aws_iam_role_policy", role="jobs", name="ours"),
        _resource("aws_iam_role_policy_attachment", role="jobs", policy_arn="arn:ours"),
        _resource("aws_iam_role_policy_attachment", role="another", policy_arn="arn:theirs"),
        {**_resource("aws_iam_role", name="read", managed_policy_arns=["arn:theirs"]), "mode": "data"},
    ]
    state = {"values": {"root_module": {"resources": resources}}}
    about = ("attached: arn:theirs", "inline policy: theirs")
    assert differences({"prior_state": state}) == (Difference(Cause.BESIDE, "aws_iam_role.one", None, about),)


def test_outputs_alone_wait_for_an_apply() -> None:
    shown = {"output_changes": {"bucket": {"actions": ["update"]}, "role": {"actions": ["no-op"]}}}
    assert differences(shown) == (Difference(Cause.WAITING, "outputs", Action.UPDATE, ("bucket",)),)


def test_an_unknown_action_is_no_silence() -> None:
    with pytest.raises(ValueError, match="unknown action"):
        _found([], [_entry({}, {}, "explode")])


def test_the_report_begins_with_what_nobody_has_meant_to_do_and_ends_with_the_numbers() -> None:
    waiting = Difference(Cause.WAITING, BUCKET, Action.UPDATE, ("acl",))
    outside = Difference(Cause.OUTSIDE, BUCKET, Action.CREATE, ("is gone",))
    found = [
        Seen("dev-one", "dev", (waiting,)),
        Seen("dev-two", "dev", (outside,)),
        Seen("dev-three", "dev"),
        Seen("dev-four", "dev", error="Error: no credentials"),
    ]
    assert as_text(found).split("\n\n") == [
        f"! dev-two: changed outside of Terraform\n    + {BUCKET}: is gone",
        f"! dev-one: not applied yet\n    ~ {BUCKET}: acl",
        "! dev-four could not be planned\n  Error: no credentials",
        "4 stacks: 1 as applied, 2 different, 1 not planned",
    ]
    assert [one["status"] for one in as_data(found)["stacks"]] == [
        "different",
        "different",
        "as applied",
        "not planned",
    ]
