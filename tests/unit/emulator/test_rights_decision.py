"""Who may do what: each rule of AWS's evaluation by a policy that is small enough to read."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sagemaker_templates.emulator.rights.access import Access, Caller
from sagemaker_templates.emulator.rights.decision import Decision, Policies, Reason, decide
from sagemaker_templates.emulator.rights.documents import MalformedPolicyError, Named

DEV, PROD = "111111111111", "222222222222"
ROLE = f"arn:aws:iam::{DEV}:role/service/builder"
SESSION = f"arn:aws:sts::{DEV}:assumed-role/builder/build-1"
CALLER = Caller(DEV, SESSION, role=ROLE)
ADMINISTRATOR = Caller(DEV, f"arn:aws:iam::{DEV}:root")
EVENTS = Caller(DEV, "events.amazonaws.com", service="events.amazonaws.com")
OBJECT = "arn:aws:s3:::bucket/reports/a.csv"
GET = Access("s3:GetObject", OBJECT, DEV, "us-east-1")
KEY = f"arn:aws:kms:us-east-1:{DEV}:key/1"
DECRYPT = Access("kms:Decrypt", KEY, DEV, "us-east-1", via="s3.us-east-1.amazonaws.com")
ASSUME = Access("sts:AssumeRole", f"arn:aws:iam::{PROD}:role/deployer", PROD, "us-east-1")


def _policy(*statements: dict[str, Any], name: str = "rights") -> Named:
    return Named(name, json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def _allow(actions: Any = "s3:GetObject", resources: Any = "arn:aws:s3:::bucket/*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def _deny(**more: Any) -> dict[str, Any]:
    return {**_allow(**more), "Effect": "Deny"}


def _decision(
    *identity: dict[str, Any], access: Access = GET, caller: Caller = CALLER, **more: Named | None
) -> Decision:
    return decide(caller, access, Policies(identity=(_policy(*identity),) if identity else (), **more))


def test_nothing_is_allowed_that_no_policy_allows() -> None:
    decision = _decision()
    assert decision.reason is Reason.NO_IDENTITY
    assert decision.message == (
        f"User: {SESSION} is not authorized to perform: s3:GetObject on resource: {OBJECT} "
        "because no identity-based policy allows the s3:GetObject action"
    )


def test_what_allows_is_named() -> None:
    decision = _decision(_allow("s3:PutObject"), _allow(Sid="Read"))
    assert decision.allowed
    assert decision.by == (("rights", "Read"),)


@pytest.mark.parametrize("action", ["s3:GetObject", "S3:getobject", "s3:Get*", "s3:GetObjec?", "*", "s3:*"])
def test_an_action_is_a_pattern_in_any_case(action: str) -> None:
    assert _decision(_allow(action)).allowed


@pytest.mark.parametrize("action", ["s3:GetObjectAcl", "s3:Put*", "s3:GetObjec", "sts:*"])
def test_another_action_is_not_allowed(action: str) -> None:
    assert not _decision(_allow(action)).allowed


@pytest.mark.parametrize(
    ("resource", "allowed"),
    [
        (OBJECT, True),
        ("arn:aws:s3:::bucket/*", True),
        ("arn:aws:s3:::*", True),
        ("*", True),
        ("arn:aws:s3:::bucket/reports/?.csv", True),
        ("arn:aws:s3:::bucket", False),
        ("arn:aws:s3:::BUCKET/*", False),
        ("arn:aws:s3:::bucket/report", False),
        ("arn:aws:s3:::${aws:PrincipalAccount}/*", False),
        ("arn:aws:s3:::${aws:nothing, 'bucket'}/*", True),
        ("arn:aws:s3:::${aws:nothing}/*", False),
    ],
)
def test_a_resource_is_a_pattern_in_which_case_counts(resource: str, allowed: bool) -> None:
    assert _decision(_allow(resources=resource)).allowed is allowed


def test_a_wildcard_in_the_value_of_a_variable_is_a_letter_like_others() -> None:
    caller = replace(CALLER, context={"aws:principaltag/team": ("*",)})
    statement = _allow(resources="arn:aws:s3:::bucket/${aws:PrincipalTag/team}/a.csv")
    assert not _decision(statement, caller=caller).allowed
    assert _decision(statement, caller=replace(CALLER, context={"aws:principaltag/team": ("reports",)})).allowed


def test_all_but_some_actions_and_resources_can_be_spoken_of() -> None:
    others = {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::secret/*"}
    assert _decision(others).allowed
    assert not _decision(others, access=replace(GET, resource="arn:aws:s3:::secret/a")).allowed
    assert not _decision(others, access=replace(GET, action="iam:GetRole")).allowed


DENIERS = {
    "identity": Reason.DENIED_BY_IDENTITY,
    "resource": Reason.DENIED_BY_RESOURCE,
    "boundary": Reason.DENIED_BY_BOUNDARY,
    "session": Reason.DENIED_BY_SESSION,
}


@pytest.mark.parametrize("denier", DENIERS)
def test_an_explicit_denial_is_above_every_permission(denier: str) -> None:
    everything = _policy(_allow("*", "*", Principal="*"))
    denial = _policy(_deny(Principal="*", Sid="Never"), name=denier)
    policies = Policies((everything,), everything, everything, everything)
    changed: Any = {denier: (everything, denial) if denier == "identity" else denial}
    decision = decide(CALLER, GET, replace(policies, **changed))
    assert decision.reason is DENIERS[denier]
    assert decision.by == ((denier, "Never"),)
    assert DENIERS[denier].value in decision.message


def test_a_boundary_and_a_session_policy_allow_nothing_and_have_to_allow() -> None:
    other = _policy(_allow("s3:PutObject"))
    same = _policy(_allow())
    assert _decision(boundary=same).reason is Reason.NO_IDENTITY
    assert _decision(_allow(), boundary=other).reason is Reason.NO_BOUNDARY
    assert _decision(_allow(), session=other).reason is Reason.NO_SESSION
    assert _decision(_allow(), boundary=same, session=same).allowed


def _of_bucket(principal: Any, **more: Any) -> Named:
    return _policy(_allow(Principal=principal, **more), name="bucket")


@pytest.mark.parametrize(
    ("principal", "allowed"),
    [
        ({"AWS": ROLE}, True),
        ({"AWS": SESSION}, True),
        ({"AWS": "*"}, True),
        ("*", True),
        ({"AWS": [f"arn:aws:iam::{PROD}:root", ROLE]}, True),
        ({"AWS": DEV}, False),
        ({"AWS": f"arn:aws:iam::{DEV}:root"}, False),
        ({"AWS": f"arn:aws:iam::{DEV}:role/builder"}, False),
        ({"Service": "codebuild.amazonaws.com"}, False),
    ],
)
def test_within_an_account_a_resource_that_names_the_role_is_enough(principal: Any, allowed: bool) -> None:
    assert _decision(resource=_of_bucket(principal)).allowed is allowed


def test_a_resource_that_names_the_account_leaves_it_to_the_roles_own_policies() -> None:
    assert _decision(_allow(), resource=_of_bucket({"AWS": DEV})).allowed


def test_a_resource_that_names_a_role_is_kept_in_by_the_boundary_and_one_that_names_the_session_is_not() -> None:
    boundary = _policy(_allow("s3:PutObject"))
    assert _decision(resource=_of_bucket({"AWS": ROLE}), boundary=boundary).reason is Reason.NO_BOUNDARY
    assert _decision(resource=_of_bucket({"AWS": SESSION}), boundary=boundary).allowed


@pytest.mark.parametrize("principal", [{"AWS": DEV}, {"AWS": f"arn:aws:iam::{DEV}:root"}, {"AWS": ROLE}, "*"])
def test_another_accounts_resource_and_the_roles_own_policy_have_to_allow_both(principal: Any) -> None:
    elsewhere = replace(GET, account=PROD)
    assert _decision(_allow(), access=elsewhere).reason is Reason.NO_RESOURCE
    assert _decision(access=elsewhere, resource=_of_bucket(principal)).reason is Reason.NO_IDENTITY
    assert _decision(_allow(), access=elsewhere, resource=_of_bucket(principal)).allowed


def _of_key(*statements: dict[str, Any]) -> Named:
    return _policy(*statements, name="key")


def test_a_key_has_to_let_the_account_or_the_role_in() -> None:
    own = _allow("kms:Decrypt", KEY)
    to_account = _of_key(_allow("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{DEV}:root"}))
    to_role = _of_key(_allow("kms:Decrypt", "*", Principal={"AWS": ROLE}))
    to_nobody = _of_key(_allow("kms:Decrypt", "*", Principal={"Service": "logs.us-east-1.amazonaws.com"}))
    assert _decision(own, access=DECRYPT, resource=to_account).allowed
    assert _decision(access=DECRYPT, resource=to_account).reason is Reason.NO_IDENTITY
    assert _decision(access=DECRYPT, resource=to_role).allowed
    assert _decision(own, access=DECRYPT, resource=to_nobody).reason is Reason.NO_RESOURCE
    assert _decision(access=DECRYPT, caller=ADMINISTRATOR, resource=to_nobody).reason is Reason.NO_RESOURCE


def test_a_right_to_a_key_can_be_bound_to_the_service_that_asks() -> None:
    through_s3 = {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    own = _allow("kms:Decrypt", KEY, Condition=through_s3)
    to_account = _of_key(_allow("kms:*", "*", Principal={"AWS": DEV}))
    assert _decision(own, access=DECRYPT, resource=to_account).allowed
    assert not _decision(own, access=replace(DECRYPT, via=None), resource=to_account).allowed
    other = replace(DECRYPT, via="secretsmanager.us-east-1.amazonaws.com")
    assert not _decision(own, access=other, resource=to_account).allowed


def _trust(**more: Any) -> Named:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{DEV}:root"}}
    return _policy({**statement, **more}, name="trust")


def test_a_role_is_assumed_by_whom_it_trusts_and_who_may() -> None:
    own = _allow("sts:AssumeRole", ASSUME.resource)
    assert _decision(own, access=ASSUME, resource=_trust()).allowed
    assert _decision(own, access=ASSUME).reason is Reason.NO_TRUST
    assert _decision(access=ASSUME, resource=_trust()).reason is Reason.NO_IDENTITY
    other = {"AWS": f"arn:aws:iam::{PROD}:root"}
    assert _decision(own, access=ASSUME, resource=_trust(Principal=other)).reason is Reason.NO_TRUST


def test_an_external_id_and_the_role_that_assumes_can_be_demanded() -> None:
    own = _allow("sts:AssumeRole", ASSUME.resource)
    demanded = {"StringEquals": {"sts:ExternalId": "ours"}, "ArnEquals": {"aws:PrincipalArn": ROLE}}
    trust = _trust(Condition=demanded)
    knowing = replace(ASSUME, context={"sts:externalid": ("ours",)})
    assert _decision(own, access=knowing, resource=trust).allowed
    assert not _decision(own, access=ASSUME, resource=trust).allowed
    assert not _decision(own, access=replace(ASSUME, context={"sts:externalid": ("x",)}), resource=trust).allowed
    other = replace(CALLER, role=f"arn:aws:iam::{DEV}:role/other")
    assert not _decision(own, access=knowing, caller=other, resource=trust).allowed


def test_a_service_may_what_the_resource_lets_it_for_whom_it_asks() -> None:
    resource = f"arn:aws:sns:us-east-1:{DEV}:topic"
    publish = Access("sns:Publish", resource, DEV, "us-east-1", context={"aws:sourceaccount": (DEV,)})
    from_here = {"StringEquals": {"aws:SourceAccount": DEV}}
    topic = _policy(_allow("sns:Publish", resource, Principal={"Service": EVENTS.service}, Condition=from_here))
    assert _decision(access=publish, caller=EVENTS, resource=topic).allowed
    for other in (replace(publish, context={"aws:sourceaccount": (PROD,)}), replace(publish, context={})):
        assert _decision(access=other, caller=EVENTS, resource=topic).reason is Reason.NO_RESOURCE
    assert not _decision(access=publish, caller=replace(EVENTS, service="s3.amazonaws.com"), resource=topic).allowed


def test_an_administrator_may_all_in_the_account_but_what_is_denied() -> None:
    assert _decision(caller=ADMINISTRATOR).allowed
    denial = _policy(_deny(Principal="*"))
    assert _decision(caller=ADMINISTRATOR, resource=denial).reason is Reason.DENIED_BY_RESOURCE
    assert _decision(caller=ADMINISTRATOR, access=replace(GET, account=PROD)).reason is Reason.NO_RESOURCE


def test_a_denial_can_spare_those_whom_it_names() -> None:
    spared = _policy({**_deny(), "NotPrincipal": {"AWS": ROLE}})
    assert _decision(_allow(), resource=spared).allowed
    other = replace(CALLER, role=f"arn:aws:iam::{DEV}:role/other")
    assert not _decision(_allow(), caller=other, resource=spared).allowed


CONDITIONS: list[tuple[str, Any, dict[str, tuple[str, ...]], bool]] = [
    ("StringEquals", "a", {"k": ("a",)}, True),
    ("StringEquals", ["b", "a"], {"k": ("a",)}, True),
    ("StringEquals", "A", {"k": ("a",)}, False),
    ("StringEquals", "a", {}, False),
    ("StringEqualsIfExists", "a", {}, True),
    ("StringEqualsIfExists", "a", {"k": ("b",)}, False),
    ("StringNotEquals", "a", {"k": ("b",)}, True),
    ("StringNotEquals", ["a", "b"], {"k": ("b",)}, False),
    ("StringNotEquals", "a", {}, True),
    ("StringEqualsIgnoreCase", "A", {"k": ("a",)}, True),
    ("StringNotEqualsIgnoreCase", "A", {"k": ("a",)}, False),
    ("StringLike", "a*", {"k": ("abc",)}, True),
    ("StringLike", "a?", {"k": ("abc",)}, False),
    ("StringNotLike", "a*", {"k": ("abc",)}, False),
    ("ArnLike", "arn:aws:iam::*:role/*", {"k": ("arn:aws:iam::1:role/a/b",)}, True),
    ("ArnEquals", "arn:aws:*:role/a", {"k": ("arn:aws:iam::1:role/a",)}, False),
    ("ArnNotEquals", "arn:aws:iam::1:role/a", {"k": ("arn:aws:iam::1:role/b",)}, True),
    ("ArnLike", "*", {"k": ("arn:aws:iam::1:role/a",)}, True),
    ("Bool", "true", {"k": ("true",)}, True),
    ("Bool", False, {"k": ("false",)}, True),
    ("BoolIfExists", "false", {}, True),
    ("NumericLessThanEquals", 5, {"k": ("5",)}, True),
    ("NumericLessThan", "5", {"k": ("5",)}, False),
    ("NumericGreaterThan", "4.5", {"k": ("5",)}, True),
    ("NumericNotEquals", "5", {"k": ("5",)}, False),
    ("NumericEquals", "5", {"k": ("five",)}, False),
    ("DateLessThan", "2026-11-27T00:00:00Z", {"k": ("2026-11-26T23:59:59Z",)}, True),
    ("DateGreaterThanEquals", "2026-11-27T00:00:00Z", {"k": ("2026-11-26T23:59:59Z",)}, False),
    ("IpAddress", "10.0.0.0/8", {"k": ("10.1.2.3",)}, True),
    ("NotIpAddress", "10.0.0.0/8", {"k": ("10.1.2.3",)}, False),
    ("IpAddress", "10.0.0.0/8", {"k": ("2001:db8::1",)}, False),
    ("BinaryEquals", "YQ==", {"k": ("YQ==",)}, True),
    ("Null", "true", {}, True),
    ("Null", "true", {"k": ("a",)}, False),
    ("Null", "false", {"k": ("a",)}, True),
    ("ForAllValues:StringEquals", ["a", "b"], {"k": ("a", "b")}, True),
    ("ForAllValues:StringEquals", ["a", "b"], {"k": ("a", "c")}, False),
    ("ForAllValues:StringEquals", "a", {}, True),
    ("ForAnyValue:StringEquals", "a", {"k": ("c", "a")}, True),
    ("ForAnyValue:StringEquals", "a", {}, False),
    ("ForAnyValue:StringNotEquals", "a", {"k": ("a", "b")}, True),
    ("ForAllValues:StringNotLike", "a*", {"k": ("b", "abc")}, False),
    ("StringEquals", "${aws:PrincipalAccount}", {"k": (DEV,)}, True),
    ("StringEquals", "${aws:nothing}", {"k": ("",)}, False),
]


@pytest.mark.parametrize(("operator", "wanted", "given", "holds"), CONDITIONS)
def test_a_condition_holds_as_its_operator_says(
    operator: str, wanted: Any, given: dict[str, tuple[str, ...]], holds: bool
) -> None:
    statement = _allow(Condition={operator: {"K": wanted}})
    assert _decision(statement, access=replace(GET, context=given)).allowed is holds


def test_all_conditions_of_a_statement_have_to_hold() -> None:
    both = {"StringEquals": {"a": "1", "b": "2"}}
    assert _decision(_allow(Condition=both), access=replace(GET, context={"a": ("1",), "b": ("2",)})).allowed
    assert not _decision(_allow(Condition=both), access=replace(GET, context={"a": ("1",)})).allowed


def test_loopback_stands_for_tls() -> None:
    without_tls = _policy(_deny(Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}}))
    assert _decision(_allow(), resource=without_tls).allowed


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        "{}",
        '{"Statement": [{"Effect": "Maybe", "Action": "*", "Resource": "*"}]}',
        '{"Statement": [{"Effect": "Allow", "Resource": "*"}]}',
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Equal": {"a": "b"}}}]}',
    ],
)
def test_what_is_no_policy_is_said(text: str) -> None:
    with pytest.raises(MalformedPolicyError):
        decide(CALLER, GET, Policies(identity=(Named("rights", text),)))


STATEMENTS = st.builds(
    lambda effect, action, resource, condition: {
        "Effect": effect,
        "Action": action,
        "Resource": resource,
        **({"Condition": {"StringEquals": {"k": condition}}} if condition else {}),
    },
    st.sampled_from(["Allow", "Deny"]),
    st.sampled_from(["s3:GetObject", "s3:Get*", "*", "s3:PutObject"]),
    st.sampled_from([OBJECT, "arn:aws:s3:::bucket/*", "*", "arn:aws:s3:::other/*"]),
    st.sampled_from(["", "a", "b"]),
)


def _may(statements: Sequence[dict[str, Any]]) -> bool:
    return _decision(*statements, access=replace(GET, context={"k": ("a",)})).allowed


@given(st.lists(STATEMENTS, max_size=5), STATEMENTS)
def test_a_permission_more_takes_nothing_away_and_a_denial_more_gives_nothing(
    statements: list[dict[str, Any]], another: dict[str, Any]
) -> None:
    before, after = _may(statements), _may([*statements, another])
    assert after >= before if another["Effect"] == "Allow" else after <= before


@given(st.lists(STATEMENTS, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_statements_decides_nothing(statements: list[dict[str, Any]], random: Any) -> None:
    shuffled = [*statements]
    random.shuffle(shuffled)
    assert _may(statements) == _may(shuffled)
