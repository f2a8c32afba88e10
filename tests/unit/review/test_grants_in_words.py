"""A policy is told whole: who may do what, and under which condition; nobody is credited with another's rights."""

import json
from typing import Any

import pytest
from sagemaker_templates.review.plan.conditions_in_words import in_words
from sagemaker_templates.review.plan.grants_in_words import in_short
from sagemaker_templates.review.plan.policy_document import parse_policy


def _told(*statements: dict[str, Any], is_trust: bool = False) -> list[str]:
    policy = parse_policy(json.dumps({"Statement": list(statements)}))
    assert policy is not None
    return list(in_short(policy, is_trust=is_trust))


def _root(account: str) -> str:
    return f"arn:aws:iam::{account}:root"


OWN, ONE, OTHER = "111111111111", "222222222222", "333333333333"
_KEY_ADMINISTRATION = {
    "Effect": "Allow",
    "Principal": {"AWS": _root(OWN)},
    "Action": [f"kms:Action{number}" for number in range(27)],
    "Resource": "*",
}
_DECRYPTION = {
    "Effect": "Allow",
    "Principal": {"AWS": [_root(ONE), _root(OTHER)]},
    "Action": ["kms:Decrypt", "kms:DescribeKey"],
    "Resource": "*",
    "Condition": {"ArnLike": {"aws:PrincipalArn": [f"arn:aws:iam::{ONE}:role/*-endpoint"]}},
}


def test_each_principal_has_its_own_actions_and_its_own_condition() -> None:
    assert _told(_KEY_ADMINISTRATION, _DECRYPTION) == [
        f"lets account {OWN} do 27 actions",
        f"lets account {ONE}, account {OTHER} do kms:Decrypt, kms:DescribeKey "
        f"if aws:PrincipalArn is like arn:aws:iam::{ONE}:role/*-endpoint",
    ]


def test_a_principal_of_one_more_action_is_not_told_of_together_with_the_others() -> None:
    more = {**_DECRYPTION, "Principal": {"AWS": _root(OTHER)}, "Action": "kms:Encrypt"}
    told = _told(_DECRYPTION, more)
    assert [line.split(" if ")[0] for line in told] == [
        f"lets account {OTHER} do kms:Decrypt, kms:DescribeKey, kms:Encrypt",
        f"lets account {ONE} do kms:Decrypt, kms:DescribeKey",
    ]


def test_who_may_become_a_role_is_told_with_the_condition() -> None:
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": _root(OWN)},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "example"}, "Bool": {"aws:SecureTransport": True}},
    }
    assert _told(trust, is_trust=True) == [
        f"can be assumed by account {OWN} if aws:SecureTransport is true, and sts:ExternalId is example"
    ]


def test_a_roles_rights_are_told_condition_by_condition_with_what_holds_everywhere() -> None:
    some = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::a/*"}
    everywhere = {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}
    passed = {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": f"arn:aws:iam::{OWN}:role/a",
        "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
    }
    assert _told(some, everywhere, passed) == [
        "allows ecr:GetAuthorizationToken, s3:GetObject, s3:PutObject, on every resource ecr:GetAuthorizationToken",
        "allows iam:PassRole if iam:PassedToService is sagemaker.amazonaws.com",
    ]
    assert _told(everywhere) == ["allows ecr:GetAuthorizationToken on every resource"]


def test_a_denial_is_told_as_one() -> None:
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    assert _told(denial) == ["denies anybody s3:* if aws:SecureTransport is false"]
    assert _told({"Effect": "Deny", "NotPrincipal": {"AWS": _root(OWN)}, "Action": "s3:*", "Resource": "*"}) == [
        f"denies everybody but account {OWN} s3:*"
    ]


@pytest.mark.parametrize(
    ("operator", "values", "said"),
    [
        ("stringequals", ["a"], "k is a"),
        ("stringequals", ["b", "a"], "k is a or b"),
        ("stringnotequals", ["b", "a"], "k is not a and not b, or k is missing"),
        ("stringlike", ["a*"], "k is like a*"),
        ("stringlike", ["a"], "k is a"),
        ("arnnotlike", ["a*"], "k is not like a*, or k is missing"),
        ("stringequalsifexists", ["a"], "k is a, or k is missing"),
        ("null", ["true"], "k is missing"),
        ("null", ["false"], "k is given"),
        ("numericlessthanequals", ["3"], "k is at most 3"),
        ("dategreaterthan", ["2026-01-01"], "k is after 2026-01-01"),
        ("notipaddress", ["10.0.0.0/8"], "k is not in 10.0.0.0/8, or k is missing"),
        ("foranyvalue:stringequals", ["a", "b"], "some value of k is a or b"),
        ("forallvalues:stringlike", ["a*"], "every value of k is like a*, or k is missing"),
        ("somethingnew", ["a"], "k somethingnew a"),
    ],
)
def test_a_condition_is_said_in_words_and_says_when_a_missing_key_will_do(
    operator: str, values: list[str], said: str
) -> None:
    assert in_words(operator, "k", values) == said
