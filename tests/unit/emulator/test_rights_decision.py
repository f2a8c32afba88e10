"""Who may do what: each rule of AWS's evaluation by a policy that is small enough to read."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sagemaker_templates.emulator.rights.access import Access, Caller
from sagemaker_templates.emulator.rights.decision import Decision, Policies, Reason, decide
from sagemaker_templates.emulator.rights.documents import Named
from sagemaker_templates.emulator.rights.grants import Grant
from sagemaker_templates.emulator.rights.malformed import MalformedPolicyError

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


def _decision(*identity: dict[str, Any], access: Access = GET, caller: Caller = CALLER, **more: Any) -> Decision:
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


ROOT = f"arn:aws:iam::{DEV}:root"


@pytest.mark.parametrize(
    ("spared", "caller", "allowed"),
    [
        ([ROLE, ROOT], CALLER, True),
        ([SESSION, DEV], CALLER, True),
        ([ROLE], CALLER, False),
        ([ROOT], CALLER, False),
        ([ROOT], ADMINISTRATOR, True),
        ([ROLE, ROOT], replace(CALLER, role=f"arn:aws:iam::{DEV}:role/other"), False),
        ([f"arn:aws:iam::{PROD}:root"], ADMINISTRATOR, False),
    ],
)
def test_a_denial_spares_a_role_that_it_names_with_its_account(
    spared: list[str], caller: Caller, allowed: bool
) -> None:
    denial = _policy({**_deny(), "NotPrincipal": {"AWS": spared}})
    assert _decision(_allow(), caller=caller, resource=denial).allowed is allowed


def test_a_denial_that_spares_some_spares_nobody_with_a_boundary() -> None:
    denial = _policy({**_deny(), "NotPrincipal": {"AWS": [ROLE, ROOT]}})
    decision = _decision(_allow(), resource=denial, boundary=_policy(_allow("*", "*")))
    assert decision.reason is Reason.DENIED_BY_RESOURCE


def test_a_resources_statement_without_a_principal_gives_nobody_anything() -> None:
    assert _decision(resource=_policy(_allow(), name="bucket")).reason is Reason.NO_IDENTITY


def test_everybody_with_a_roles_arn_is_not_kept_in_by_boundary_and_session_policy() -> None:
    other = _policy(_allow("s3:PutObject"))
    named = _of_bucket("*", Condition={"ArnEquals": {"aws:PrincipalArn": ROLE}})
    assert _decision(resource=named, boundary=other, session=other).allowed
    for condition in ({"ArnNotEquals": {"aws:PrincipalArn": "x"}}, {"Null": {"aws:PrincipalArn": "false"}}, {}):
        everybody = _of_bucket("*", Condition=condition)
        assert _decision(resource=everybody, boundary=other).reason is Reason.NO_BOUNDARY
    elsewhere = replace(GET, account=PROD)
    assert _decision(access=elsewhere, resource=named).reason is Reason.NO_IDENTITY


@pytest.mark.parametrize("resource", ["alias/models", "key/*"])
def test_an_alias_and_a_key_to_come_have_no_policy_that_could_allow(resource: str) -> None:
    access = Access("kms:CreateAlias", f"arn:aws:kms:us-east-1:{DEV}:{resource}", DEV, "us-east-1")
    assert _decision(_allow("kms:*", "*"), access=access).allowed
    assert _decision(access=access).reason is Reason.NO_IDENTITY
    assert _decision(access=access, caller=ADMINISTRATOR).allowed


GRANT = Grant("g1", ROLE, frozenset({"Decrypt", "DescribeKey"}))
CLOSED_KEY = _policy(_allow("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{DEV}:role/other"}), name="key")


def _by_grant(grant: Grant, access: Access = DECRYPT, caller: Caller = CALLER) -> bool:
    return _decision(access=access, caller=caller, resource=CLOSED_KEY, grants=[grant]).allowed


def test_a_grant_gives_its_grantee_its_operations_and_is_named() -> None:
    decision = _decision(access=DECRYPT, resource=CLOSED_KEY, grants=[GRANT])
    assert decision.allowed
    assert decision.by == (("grant", "g1"),)
    assert not _by_grant(GRANT, replace(DECRYPT, action="kms:Encrypt"))
    assert not _by_grant(replace(GRANT, grantee=f"arn:aws:iam::{DEV}:role/other"))
    assert _by_grant(replace(GRANT, grantee=SESSION))
    assert _by_grant(replace(GRANT, grantee=EVENTS.service or ""), caller=EVENTS)
    assert not _by_grant(GRANT, caller=EVENTS)


def test_a_grant_is_all_that_a_role_of_another_account_needs() -> None:
    assert _by_grant(GRANT, replace(DECRYPT, account=PROD))


def test_a_grant_is_kept_in_by_denials_and_boundaries() -> None:
    denial = _policy(_deny(actions="kms:*", resources="*", Principal="*"))
    assert _decision(access=DECRYPT, resource=denial, grants=[GRANT]).reason is Reason.DENIED_BY_RESOURCE
    boundary = _policy(_allow("s3:*", "*"))
    decision = _decision(access=DECRYPT, resource=CLOSED_KEY, boundary=boundary, grants=[GRANT])
    assert decision.reason is Reason.NO_BOUNDARY


@pytest.mark.parametrize(
    ("given", "equal", "within"),
    [
        ({"Team": "risk"}, True, True),
        ({"team": "risk"}, True, True),
        ({"Team": "Risk"}, False, False),
        ({"Team": "risk", "more": "x"}, False, True),
        ({}, False, False),
    ],
)
def test_a_grant_can_be_bound_to_an_encryption_context(given: dict[str, str], equal: bool, within: bool) -> None:
    context = {f"kms:encryptioncontext:{key.lower()}": (value,) for key, value in given.items()}
    access = replace(DECRYPT, context=context)
    assert _by_grant(replace(GRANT, equals={"team": "risk"}), access) is equal
    assert _by_grant(replace(GRANT, subset={"team": "risk"}), access) is within
    describe = replace(DECRYPT, action="kms:DescribeKey")
    assert _by_grant(replace(GRANT, equals={"team": "risk"}), describe)


def test_a_grant_that_lets_grants_be_made_lets_no_wider_ones_be_made() -> None:
    grant = replace(GRANT, operations=GRANT.operations | {"CreateGrant"})
    create = replace(DECRYPT, action="kms:CreateGrant", context={"kms:grantoperations": ("Decrypt",)})
    assert _by_grant(grant, create)
    assert not _by_grant(grant, replace(create, context={"kms:grantoperations": ("Decrypt", "Encrypt")}))
    assert not _by_grant(replace(grant, subset={"team": "risk"}), create)


def test_a_trust_that_denies_is_said_to_be_a_trust() -> None:
    trust = _policy({"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": "*"}, name="trust")
    decision = _decision(_allow("sts:*", "*"), access=ASSUME, resource=trust)
    assert decision.reason is Reason.DENIED_BY_TRUST
    assert decision.message.endswith(f"{ASSUME.resource} with an explicit deny in the role trust policy")
    assert _decision(_allow("sts:*", "*"), access=ASSUME).message.endswith(
        "because no role trust policy allows the sts:AssumeRole action"
    )


def test_a_variable_is_none_in_the_older_version_of_policies() -> None:
    statement = _allow(
        resources="arn:aws:s3:::${x, 'bucket'}/*", Condition={"StringEquals": {"aws:PrincipalAccount": DEV}}
    )
    of_condition = _allow(Condition={"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}})
    for version, allowed in (("2012-10-17", True), ("2008-10-17", False), (None, False)):
        for one in (statement, of_condition):
            document = {"Statement": one, **({"Version": version} if version else {})}
            identity = (Named("rights", json.dumps(document)),)
            assert decide(CALLER, GET, Policies(identity)).allowed is allowed
    literal = replace(GET, resource="arn:aws:s3:::bucket/${x}")
    as_written = {"Statement": _allow(resources="arn:aws:s3:::bucket/${x}")}
    assert decide(CALLER, literal, Policies((Named("rights", json.dumps(as_written)),))).allowed


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_a_statement_with_a_variable_without_a_value_says_nothing(effect: str) -> None:
    others = {"Effect": effect, "Action": "s3:*", "NotResource": "arn:aws:s3:::${aws:nothing}/*"}
    negated = _allow(Effect=effect, Condition={"StringNotEquals": {"aws:PrincipalAccount": "${aws:nothing}"}})
    for statement in (others, {**negated, "Effect": effect}):
        assert _decision(statement).reason is Reason.NO_IDENTITY


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
    ("StringEqualsIgnoreCase", "${aws:nothing}", {"k": ("",)}, False),
    ("StringEquals", "a${*}", {"k": ("a*",)}, True),
    ("StringLike", "a${*}", {"k": ("abc",)}, False),
    ("StringLike", "${$}{a}${?}", {"k": ("${a}?",)}, True),
    ("ArnLike", "arn:aws:iam::${aws:PrincipalAccount}:role/*", {"k": (ROLE,)}, True),
    ("ArnLike", "arn:aws:iam::${aws:PrincipalAccount}:role/*", {"k": (f"arn:aws:iam::{PROD}:role/a",)}, False),
    ("ArnEquals", "${aws:PrincipalArn}", {"k": (ROLE,)}, True),
    ("ArnEquals", "${aws:nothing, 'arn:aws:iam::1:*'}", {"k": ("arn:aws:iam::1:role/a",)}, False),
    ("ArnNotLike", "arn:aws:iam::${aws:nothing}:role/*", {"k": (ROLE,)}, False),
    ("NumericLessThan", "${aws:PrincipalAccount}", {"k": ("5",)}, True),
    ("Null", ["true", "false"], {}, True),
    ("Null", "true", {"k": ()}, True),
    ("DateEquals", "1795737600", {"k": ("2026-11-27T00:00:00Z",)}, True),
    ("DateNotEquals", "2026-11-27", {"k": ("2026-11-27T00:00:00Z",)}, False),
    ("NotIpAddressIfExists", "10.0.0.0/8", {}, True),
    ("ForAllValues:StringNotEquals", "a", {}, True),
    ("ForAnyValue:StringNotEquals", "a", {}, False),
    ("foranyvalue:stringlike", ["c*", "d"], {"k": ("a", "cc")}, True),
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
        '{"Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "x", "Condition": {"Equal": {"a": "b"}}}}',
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Null": {"a": "b"}}}]}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"NullIfExists": {"a": "true"}}}}',
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Conditions": {}}]}',
        '{"Statement": [{"Effect": "Allow", "Action": "*", "NotAction": "s3:*", "Resource": "*"}]}',
        '{"Statement": [{"Effect": "Allow", "Action": "*", "NotPrincipal": "*"}]}',
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Principal": {"Role": "a"}}]}',
        '{"Statement": [], "Version": "2012-10-18"}',
        '{"Statements": []}',
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


@st.composite
def _policies(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    return {kind: draw(st.lists(STATEMENTS, max_size=4)) for kind in DENIERS}


def _may(statements: dict[str, list[dict[str, Any]]]) -> bool:
    of_resource = [{**one, "Principal": {"AWS": ROLE}} for one in statements["resource"]]
    policies = Policies(
        (_policy(*statements["identity"]),),
        _policy(*of_resource),
        boundary=_policy(*statements["boundary"]) if statements["boundary"] else None,
        session=_policy(*statements["session"]) if statements["session"] else None,
    )
    return decide(CALLER, replace(GET, context={"k": ("a",)}), policies).allowed


@given(_policies(), st.sampled_from(["identity", "resource"]), STATEMENTS)
def test_a_permission_more_takes_nothing_away_and_a_denial_more_gives_nothing(
    policies: dict[str, list[dict[str, Any]]], kind: str, another: dict[str, Any]
) -> None:
    before, after = _may(policies), _may({**policies, kind: [*policies[kind], another]})
    assert after >= before if another["Effect"] == "Allow" else after <= before


@given(_policies(), st.sampled_from(list(DENIERS)))
def test_nothing_is_above_a_denial_of_everything(policies: dict[str, list[dict[str, Any]]], kind: str) -> None:
    everything = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    assert not _may({**policies, kind: [*policies[kind], everything]})


@given(_policies(), st.randoms(use_true_random=False))
def test_the_order_of_statements_decides_nothing(policies: dict[str, list[dict[str, Any]]], random: Any) -> None:
    shuffled = {kind: random.sample(statements, len(statements)) for kind, statements in policies.items()}
    assert _may(policies) == _may(shuffled)
