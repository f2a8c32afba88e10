"""A policy that allows no more than before is never reported; one that allows more always is."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sagemaker_templates.review.plan.policy_comparison import gained, no_longer_denied
from sagemaker_templates.review.plan.policy_document import NO_POLICY, PolicyDocument, parse_policy

ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:Get*", "s3:*", "kms:Decrypt", "iam:PassRole")
RESOURCES = ("arn:aws:s3:::a/*", "arn:aws:s3:::a/b/*", "arn:aws:s3:::a?/*", "arn:aws:s3:::*", "*")
PRINCIPALS: tuple[Any, ...] = (
    "*",
    {"AWS": "*"},
    {"AWS": ["111111111111", "arn:aws:iam::222222222222:role/r"]},
    {"AWS": "arn:aws:iam::111111111111:root"},
    {"Service": "codebuild.amazonaws.com"},
)
CONDITIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("StringEquals", "aws:SourceAccount", ("111111111111", "222222222222")),
    ("ArnLike", "aws:SourceArn", ("arn:aws:codebuild:*:111111111111:project/*", "arn:aws:events:*")),
    ("StringNotEquals", "aws:RequestedRegion", ("us-east-1", "us-west-2")),
    ("Bool", "aws:SecureTransport", ("true",)),
)
UNHEARD_OF = ("dynamodb:Scan", "arn:aws:dynamodb:us-east-1:111111111111:table/t", {"AWS": "999999999999"})

Statement = dict[str, Any]


def _some(values: tuple[Any, ...]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3)


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, dict[str, list[str]]]:
    """Conditions with some of their values."""
    chosen = draw(st.lists(st.sampled_from(CONDITIONS), max_size=2, unique=True))
    return {
        operator: {key: draw(st.lists(st.sampled_from(values), min_size=1, unique=True))}
        for operator, key, values in chosen
    }


@st.composite
def statements(draw: st.DrawFn, effect: str | None = None) -> Statement:
    """A statement of a resource's policy; now and then with one of the negations."""
    statement: Statement = {"Effect": effect or draw(st.sampled_from(("Allow", "Allow", "Deny")))}
    statement[draw(st.sampled_from(("Action", "Action", "NotAction")))] = draw(_some(ACTIONS))
    statement[draw(st.sampled_from(("Resource", "Resource", "NotResource")))] = draw(_some(RESOURCES))
    statement["Principal"] = draw(st.sampled_from(PRINCIPALS))
    if block := draw(conditions()):
        statement["Condition"] = block
    return statement


policies = st.lists(statements(), min_size=1, max_size=4)


def parsed(listed: list[Statement]) -> PolicyDocument:
    """The policy with these statements."""
    document = parse_policy(json.dumps({"Version": "2012-10-17", "Statement": listed}))
    assert document is not None
    return document


def widens(before: list[Statement], after: list[Statement]) -> bool:
    """Whether the comparison reports anything."""
    old, new = parsed(before), parsed(after)
    return bool(gained(old, new) or no_longer_denied(old, new))


def _rewritten(statement: Statement) -> list[Statement]:
    """The same in other words: one statement per action, other case, lists turned round."""
    if "Action" not in statement:
        return [statement]
    return [{**statement, "Sid": "other", "Action": action.upper()} for action in reversed(statement["Action"])]


@settings(deadline=None)
@given(policies)
def test_equal_policies_in_other_words_are_not_a_widening(policy: list[Statement]) -> None:
    rewritten = [part for statement in reversed(policy) for part in _rewritten(statement)]
    assert not widens(policy, rewritten)
    assert not widens(rewritten, policy)


@settings(deadline=None)
@given(policies, st.data())
def test_a_policy_with_less_in_it_is_not_a_widening(policy: list[Statement], data: st.DataObject) -> None:
    allows = [statement for statement in policy if statement["Effect"] == "Allow"]
    denies = [statement for statement in policy if statement["Effect"] == "Deny"]
    kept = data.draw(st.lists(st.sampled_from(allows), unique_by=id)) if allows else []
    narrower = [data.draw(_narrowed(statement)) for statement in kept]
    assert not widens(policy, narrower + denies + data.draw(st.lists(statements("Deny"), max_size=1)))


@st.composite
def _narrowed(draw: st.DrawFn, statement: Statement) -> Statement:
    """A statement that allows the same or less: fewer actions and resources, longer patterns, more conditions."""
    narrow = dict(statement)
    for key in ("Action", "Resource"):
        if key in statement:
            listed = draw(st.lists(st.sampled_from(statement[key]), min_size=1, unique=True))
            longer = [text.replace("*", draw(st.sampled_from(("*", "x*", "?", "x"))), 1) for text in listed]
            narrow[key] = longer
        elif f"Not{key}" in statement:
            narrow[f"Not{key}"] = [*statement[f"Not{key}"], UNHEARD_OF[0]]
    block = {operator: dict(by_key) for operator, by_key in statement.get("Condition", {}).items()}
    block.setdefault("StringLike", {})["aws:PrincipalTag/team"] = ["ml"]
    if "StringNotEquals" in block:
        block["StringNotEquals"]["aws:RequestedRegion"].append("eu-west-1")
    return {**narrow, "Condition": block}


@settings(deadline=None)
@given(policies)
def test_an_action_a_resource_or_a_principal_more_is_always_a_widening(policy: list[Statement]) -> None:
    closed = [s for s in policy if "NotAction" not in s and "NotResource" not in s and "*" not in str(s["Principal"])]
    statement = {"Effect": "Allow", "Action": UNHEARD_OF[0], "Resource": UNHEARD_OF[1], "Principal": UNHEARD_OF[2]}
    assert widens(closed, [*closed, statement])


@settings(deadline=None)
@given(statements("Allow"))
def test_a_condition_less_is_always_a_widening(statement: Statement) -> None:
    stricter = {**statement, "Condition": {"StringEquals": {"aws:PrincipalOrgID": ["o-1"]}}}
    assert widens([stricter], [{key: value for key, value in statement.items() if key != "Condition"}])


@settings(deadline=None)
@given(statements("Allow"))
def test_a_value_more_in_a_condition_is_always_a_widening(statement: Statement) -> None:
    def limited(*values: str) -> Statement:
        return {**statement, "Condition": {"StringEquals": {"aws:SourceAccount": list(values)}}}

    assert widens([limited("111111111111")], [limited("111111111111", "999999999999")])
    assert not widens([limited("111111111111", "999999999999")], [limited("111111111111")])


@settings(deadline=None)
@given(statements("Deny"), policies)
def test_a_denial_less_is_a_widening_unless_another_covers_it(denial: Statement, policy: list[Statement]) -> None:
    allows = [statement for statement in policy if statement["Effect"] == "Allow"]
    assert widens([denial, *allows], allows)
    everything = {"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*"}
    assert not widens([denial, *allows], [everything, *allows])


@settings(deadline=None)
@given(policies)
def test_all_that_a_policy_allows_is_a_widening_of_no_policy(policy: list[Statement]) -> None:
    document = parsed(policy)
    assert gained(NO_POLICY, document) == document.allows


def _pair(before: Statement, after: Statement) -> tuple[Statement, Statement]:
    full = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"}
    return {**full, **before}, {**full, **after}


WIDER = {
    "NotAction excludes less": ({"NotAction": ["iam:*", "s3:*"]}, {"NotAction": ["iam:*"]}),
    "IfExists lets in who does not say": (
        {"Condition": {"StringEquals": {"aws:SourceArn": "a"}}},
        {"Condition": {"StringEqualsIfExists": {"aws:SourceArn": "a"}}},
    ),
    "a pattern instead of a value": (
        {"Condition": {"StringEquals": {"aws:SourceArn": "a"}}},
        {"Condition": {"StringLike": {"aws:SourceArn": "a*"}}},
    ),
    "a negated condition excludes less": (
        {"Condition": {"StringNotEquals": {"aws:RequestedRegion": ["x", "y"]}}},
        {"Condition": {"StringNotEquals": {"aws:RequestedRegion": ["x"]}}},
    ),
    "a pattern instead of a resource": ({"Resource": "arn:aws:s3:::a/b"}, {"Resource": "arn:aws:s3:::a/?"}),
    "everybody instead of an account": ({"Principal": {"AWS": "111111111111"}}, {"Principal": "*"}),
    "everybody but one": ({"Principal": {"AWS": "111111111111"}}, {"NotPrincipal": {"AWS": "111111111111"}}),
}


@pytest.mark.parametrize(("before", "after"), WIDER.values(), ids=WIDER)
def test_known_ways_to_widen_are_reported_and_their_reverse_is_not(before: Statement, after: Statement) -> None:
    old, new = _pair(before, after)
    for one in (old, new):
        if "NotAction" in one:
            del one["Action"]
    assert widens([old], [new])
    if "NotPrincipal" not in after:  # an account and everybody but it have nothing in common
        assert not widens([new], [old])


NARROWER = {
    "a wildcard run in another order": ({"Resource": "arn:aws:s3:::a*?"}, {"Resource": "arn:aws:s3:::a?*"}),
    "an account and its root": (
        {"Principal": {"AWS": "111111111111"}},
        {"Principal": {"AWS": "arn:aws-cn:iam::111111111111:root"}},
    ),
    "a key's case": (
        {"Condition": {"StringEquals": {"AWS:sourcearn": "a"}}},
        {"Condition": {"StringEquals": {"aws:SourceArn": "a"}}},
    ),
    "a boolean as a word": (
        {"Condition": {"Bool": {"aws:SecureTransport": True}}},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
    ),
    "ArnEquals and ArnLike": (
        {"Condition": {"ArnEquals": {"aws:SourceArn": "arn:*"}}},
        {"Condition": {"ArnLike": {"aws:SourceArn": "arn:*"}}},
    ),
}


@pytest.mark.parametrize(("before", "after"), NARROWER.values(), ids=NARROWER)
def test_the_same_in_another_spelling_is_not_a_widening(before: Statement, after: Statement) -> None:
    old, new = _pair(before, after)
    assert not widens([old], [new])
    assert not widens([new], [old])


PUBLIC = {
    "everybody": ({}, True),
    "everybody over TLS": ({"Bool": {"aws:SecureTransport": "true"}}, True),
    "everybody of an organisation": ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
    "every account by pattern": ({"StringLike": {"aws:SourceAccount": "*"}}, True),
    "any account's builds": ({"ArnLike": {"aws:SourceArn": "arn:aws:codebuild:us-east-1:*:project/x"}}, True),
    "any ARN of a service": ({"ArnLike": {"aws:SourceArn": "arn:aws:codebuild:*"}}, True),
    "one account's builds": ({"ArnLike": {"aws:SourceArn": "arn:aws:codebuild:*:111111111111:project/*"}}, False),
    "one bucket": ({"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::a"}}, False),
    "from anywhere": ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, True),
    "from one network": ({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, False),
    "all but one account": ({"StringNotEquals": {"aws:SourceAccount": "111111111111"}}, True),
    "one account, if it says so": ({"StringEqualsIfExists": {"aws:SourceAccount": "111111111111"}}, True),
}


@pytest.mark.parametrize(("condition", "public"), PUBLIC.values(), ids=PUBLIC)
def test_everybody_is_public_unless_a_condition_says_who(condition: Statement, public: bool) -> None:
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Principal": {"AWS": "*"}}
    document = parsed([{**allow, "Condition": condition}])
    assert [grant.is_public for grant in document.allows] == [public]


@pytest.mark.parametrize("text", ["", "no", "[]", "{}", '{"Statement": [1]}', '{"Statement": {"Condition": 1}}'])
def test_what_is_no_policy_is_said_to_be_none(text: str) -> None:
    assert parse_policy(text) is None
