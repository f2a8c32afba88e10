"""Our evaluation of policies against another one, on requests drawn from a seed and from our own stacks.

The judge (npm's ``@cloud-copilot/iam-simulate``) is a process of its own and no part of what is shipped.
"""

import json
import random
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates.emulator.rights.access import Access, Caller
from sagemaker_templates.emulator.rights.context import context_of
from sagemaker_templates.emulator.rights.decision import Policies, decide
from sagemaker_templates.emulator.rights.documents import Named
from terraform_starter import Missing

ROOT = Path(__file__).parents[2]
JUDGE = ROOT / "tests" / "policy_judge"
GOLDEN = ROOT / "tests" / "unit" / "golden"
DEV, PROD = "111111111111", "222222222222"
ROLE = f"arn:aws:iam::{DEV}:role/service/builder"
CALLER = Caller(DEV, f"arn:aws:sts::{DEV}:assumed-role/builder/build-1", role=ROLE)
SERVICE = Caller(DEV, "events.amazonaws.com", service="events.amazonaws.com")
ADMINISTRATOR = Caller(DEV, f"arn:aws:iam::{DEV}:root")
REGION = "us-east-1"
DRAWN = 1500
OF_OUR_STACKS = 300


EVERYTHING = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
"""What an account's administrator may do: the judge is told, since it knows none."""


@dataclass(frozen=True)
class Question:
    """One access of one caller, with the policies that have a say as JSON documents."""

    access: Access
    identity: tuple[dict[str, Any], ...]
    resource: dict[str, Any] | None = None
    boundary: dict[str, Any] | None = None
    session: dict[str, Any] | None = None
    caller: Caller = CALLER

    def ours(self) -> bool:
        """What we decide."""

        def named(document: dict[str, Any] | None) -> Named | None:
            return Named("policy", json.dumps(document)) if document else None

        identity = tuple(Named("identity", json.dumps(document)) for document in self.identity)
        policies = Policies(identity, named(self.resource), named(self.boundary), named(self.session))
        return decide(self.caller, self.access, policies).allowed

    @property
    def of_resource(self) -> list[dict[str, Any]]:
        """The statements of the resource's policy."""
        return self.resource["Statement"] if self.resource else []

    def line(self) -> str:
        """The same for the judge."""
        context = {key: list(values) for key, values in context_of(self.caller, self.access).items()}
        single = {
            key: values[0] if len(values) == 1 and not _is_list(key) else values for key, values in context.items()
        }
        asked = {
            "principal": self.caller.arn,
            "action": self.access.action,
            "resource": self.access.resource,
            "account": self.access.account,
            "context": {key.replace(*_AS_THE_JUDGE_KNOWS_IT): value for key, value in single.items()},
            "identity": [EVERYTHING] if self.caller is ADMINISTRATOR else self.identity,
            "policyOfResource": self.resource,
            "boundary": self.boundary,
            "session": self.session,
        }
        return json.dumps(asked)


_AS_THE_JUDGE_KNOWS_IT = ("kms:encryptioncontext:", "kms:EncryptionContext:")
"""A family of keys, which the judge finds by its capitals."""


def _is_list(key: str) -> bool:
    return key in ("aws:calledvia", "aws:tagkeys")


def _judged(questions: list[Question]) -> list[dict[str, Any]]:
    asked = "".join(f"{question.line()}\n" for question in questions)
    run = subprocess.run(["node", "judge.mjs"], cwd=JUDGE, input=asked, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


@pytest.fixture(scope="module", autouse=True)
def judge(missing: Missing) -> None:
    """See that the judge is there."""
    if not (JUDGE / "node_modules").is_dir():
        missing("the judge of policies is not installed: make tests/policy_judge/node_modules/.installed")


ASKED = (
    ("s3:GetObject", "arn:aws:s3:::bucket/reports/a.csv"),
    ("s3:PutObject", "arn:aws:s3:::bucket/reports/a.csv"),
    ("s3:ListBucket", "arn:aws:s3:::bucket"),
    ("kms:Decrypt", "arn:aws:kms:us-east-1:{account}:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("kms:GenerateDataKey", "arn:aws:kms:us-east-1:{account}:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("sts:AssumeRole", "arn:aws:iam::{account}:role/deployer"),
    ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:{account}:secret:token-abcdef"),
    ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:{account}:function:seeder"),
    ("sagemaker:DescribeModelPackage", "arn:aws:sagemaker:us-east-1:{account}:model-package/models/1"),
)
CONDITIONS = (
    {"StringEquals": {"aws:PrincipalAccount": DEV}},
    {"StringEquals": {"aws:PrincipalAccount": [PROD, "333333333333"]}},
    {"StringNotEquals": {"aws:RequestedRegion": REGION}},
    {"StringNotEqualsIfExists": {"aws:PrincipalTag/team": "risk"}},
    {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{DEV}:role/*"}},
    {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{DEV}:role/builder"}},
    {"Bool": {"aws:SecureTransport": "false"}},
    {"BoolIfExists": {"aws:SecureTransport": "true"}},
    {"Null": {"aws:PrincipalTag/team": "true"}},
    {"ForAllValues:StringEquals": {"aws:CalledVia": ["s3.amazonaws.com"]}},
    {"ForAnyValue:StringEquals": {"aws:CalledVia": ["s3.amazonaws.com", "sns.amazonaws.com"]}},
    {"StringLike": {"aws:PrincipalArn": "*:role/service/${aws:PrincipalTag/team, 'builder'}"}},
    {"StringNotEquals": {"aws:PrincipalAccount": "${aws:PrincipalTag/team}"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::${aws:PrincipalAccount}:role/*"}},
    {"ArnNotLikeIfExists": {"aws:PrincipalArn": "arn:aws:iam::*:role/service/*"}},
    {"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}},
    {"DateLessThan": {"aws:CurrentTime": "2026-01-01"}},
    {"NumericLessThan": {"aws:EpochTime": "1767225600"}},
    {"NumericGreaterThanEqualsIfExists": {"aws:EpochTime": "1767225600"}},
    {"Null": {"aws:PrincipalArn": "false"}, "StringEqualsIgnoreCase": {"aws:PrincipalType": "assumedrole"}},
)
PRINCIPALS = (
    "*",
    {"AWS": DEV},
    {"AWS": f"arn:aws:iam::{DEV}:root"},
    {"AWS": [ROLE, f"arn:aws:iam::{PROD}:root"]},
    {"AWS": CALLER.arn},
    {"AWS": f"arn:aws:iam::{PROD}:role/other"},
    {"Service": "events.amazonaws.com"},
)
SPARED = ([ROLE, DEV], [CALLER.arn, f"arn:aws:iam::{DEV}:root"], [f"arn:aws:iam::{PROD}:role/other"], [ROLE], [DEV])


def _drawn(draw: random.Random) -> Question:
    action, pattern = draw.choice(ASKED)
    account = draw.choice((DEV, DEV, PROD))
    resource = pattern.format(account=account)
    via = "s3.us-east-1.amazonaws.com" if action.startswith("kms:") and draw.random() < 0.5 else None
    access = Access(action, resource, account, REGION, via=via)

    def document(*, of_resource: bool = False) -> dict[str, Any]:
        statements = [_statement(draw, access, of_resource=of_resource) for _ in range(draw.randint(1, 3))]
        return {"Version": "2012-10-17" if draw.random() < 0.95 else "2008-10-17", "Statement": statements}

    of_resource = document(of_resource=True) if _always_has_one(action) or draw.random() < 0.7 else None
    caller = draw.choice((CALLER, CALLER, CALLER, CALLER, SERVICE, ADMINISTRATOR))
    if caller is not CALLER:
        return Question(access, (), of_resource, caller=caller)
    return Question(
        access,
        identity=tuple(document() for _ in range(draw.randint(0, 2))),
        resource=of_resource,
        boundary=document() if draw.random() < 0.3 else None,
        session=document() if draw.random() < 0.3 else None,
    )


def _always_has_one(action: str) -> bool:
    """There is no key without a policy, and no role that says nothing of whom it trusts."""
    return action.startswith(("kms:", "sts:"))


def _statement(draw: random.Random, access: Access, *, of_resource: bool) -> dict[str, Any]:
    service, _, name = access.action.partition(":")
    actions = (access.action, f"{service}:*", "*", f"{service}:{name[:3]}*", access.action.upper(), "iam:GetRole")
    resources = (access.resource, "*", f"{access.resource[:-3]}*", f"{access.resource[:-1]}?", f"{access.resource}x")
    statement: dict[str, Any] = {"Effect": "Deny" if draw.random() < 0.15 else "Allow"}
    statement["NotAction" if draw.random() < 0.1 else "Action"] = draw.choice(actions)
    is_trust = of_resource and service == "sts"
    if not is_trust:
        statement["NotResource" if draw.random() < 0.1 else "Resource"] = draw.choice(resources)
    if of_resource:
        spares = statement["Effect"] == "Deny" and not is_trust and draw.random() < 0.5
        statement |= (
            {"NotPrincipal": {"AWS": draw.choice(SPARED)}} if spares else {"Principal": draw.choice(PRINCIPALS)}
        )
    if draw.random() < 0.5:
        statement["Condition"] = draw.choice(CONDITIONS)
    return statement


def _differences(questions: list[Question]) -> tuple[list[Question], int]:
    """Where the two differ, and how many questions the judge took.

    It refuses actions on resources that they do not know, and looks at no key that an action does not have.
    """
    answers = _judged(questions)
    pairs = [(one, answer) for one, answer in zip(questions, answers, strict=True) if _is_taken(one, answer)]
    return [one for one, answer in pairs if one.ours() != answer["allowed"]], len(pairs)


def _is_taken(question: Question, answer: dict[str, Any]) -> bool:
    ignored = {key.lower() for key in answer.get("ignored", ())}
    return "error" not in answer and not ignored & question.access.context.keys()


@dataclass(frozen=True)
class Difference:
    """Where we differ on purpose, since AWS's page says so.

    Attributes:
        page: AWS's.
        ours: what we decide, where it is always the same.
        there: whether a question has what we differ about.
        without: the question without it, on which both have to agree.
    """

    page: str
    ours: bool | None
    there: Callable[[Question], bool]
    without: Callable[[Question], Question]


_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"


def _names_the_session(question: Question) -> bool:
    return question.session is not None and any(
        one.get("Principal") == {"AWS": CALLER.arn} for one in question.of_resource
    )


def _for_everybody(question: Question, *, named_in_a_condition: str = "") -> bool:
    return any(
        one.get("Principal") == "*" and named_in_a_condition in json.dumps(one.get("Condition", {}))
        for one in question.of_resource
    )


def _spares_without_its_account(question: Question) -> bool:
    return any(one.get("NotPrincipal", {}).get("AWS") in ([ROLE], [DEV]) for one in question.of_resource)


def _sparing_with_its_account(question: Question) -> Question:
    statements = [
        {**one, "NotPrincipal": {"AWS": SPARED[2]}}
        if one.get("NotPrincipal", {}).get("AWS") in ([ROLE], [DEV])
        else one
        for one in question.of_resource
    ]
    return replace(question, resource={**(question.resource or {}), "Statement": statements})


def _changed(question: Question, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Question:
    def changed(document: dict[str, Any] | None) -> dict[str, Any] | None:
        return change(document) if document else None

    return replace(
        question,
        identity=tuple(map(change, question.identity)),
        resource=changed(question.resource),
        boundary=changed(question.boundary),
        session=changed(question.session),
    )


def _with_the_account_in_arns(document: dict[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(
        json.dumps(document).replace("iam::${aws:PrincipalAccount}:", f"iam::{DEV}:")
    )
    return changed


def _without_variables_of_old(document: dict[str, Any]) -> dict[str, Any]:
    old = document["Version"] == "2008-10-17"
    changed: dict[str, Any] = json.loads(json.dumps(document).replace("${", "$") if old else json.dumps(document))
    return changed


DIFFERENCES = {
    "a resource that names the session itself is not limited by the session's policy": Difference(
        f"{_GUIDE}access_policies.html#policies_session",
        ours=True,
        there=_names_the_session,
        without=lambda question: replace(question, session=None),
    ),
    "nor is one that names everybody who has the role's ARN": Difference(
        f"{_GUIDE}reference_policies_evaluation-logic_policy-eval-denyallow.html",
        ours=True,
        there=lambda question: (
            question.session is not None and _for_everybody(question, named_in_a_condition="aws:PrincipalArn")
        ),
        without=lambda question: replace(question, session=None),
    ),
    "that page says it of no other way to name everybody, so that a boundary counts": Difference(
        f"{_GUIDE}reference_policies_evaluation-logic_policy-eval-denyallow.html",
        ours=False,
        there=lambda question: question.boundary is not None and _for_everybody(question),
        without=lambda question: replace(question, boundary=None),
    ),
    "who is spared by a denial has to be named with its account": Difference(
        f"{_GUIDE}reference_policies_elements_notprincipal.html",
        ours=False,
        there=_spares_without_its_account,
        without=_sparing_with_its_account,
    ),
    "variables can be used with operators for ARNs": Difference(
        f"{_GUIDE}reference_policies_variables.html",
        ours=None,
        there=lambda question: "iam::${aws:PrincipalAccount}:" in question.line(),
        without=lambda question: _changed(question, _with_the_account_in_arns),
    ),
    "variables are none in the older version of policies": Difference(
        f"{_GUIDE}reference_policies_elements_version.html",
        ours=None,
        there=lambda question: '"Version": "2008-10-17"' in question.line(),
        without=lambda question: _changed(question, _without_variables_of_old),
    ),
}


def _explanations(question: Question) -> list[str]:
    ours = question.ours()
    return [why for why, one in DIFFERENCES.items() if one.ours in (None, ours) and one.there(question)]


def _without_differences(question: Question) -> Question:
    for why in _explanations(question):
        question = DIFFERENCES[why].without(question)
    return question


def test_what_is_drawn_is_decided_alike() -> None:
    draw = random.Random(20261127)  # noqa: S311 - the same questions in every run
    questions = [_drawn(draw) for _ in range(DRAWN)]
    different, judged = _differences(questions)
    assert [question for question in different if not _explanations(question)] == []
    assert _differences([_without_differences(question) for question in different])[0] == []
    assert {why for question in different for why in _explanations(question)} == set(DIFFERENCES)
    assert len(different) < DRAWN * 0.06
    assert judged > DRAWN * 0.9
    allowed = sum(question.ours() for question in questions)
    assert DRAWN * 0.1 < allowed < DRAWN * 0.9


def _statements_of_our_roles() -> Iterator[dict[str, Any]]:
    """The statements of the roles' policies in the golden files that hold no reference."""
    for path in sorted(GOLDEN.glob("*/stacks/*/cdk.tf.json")):
        documents = json.loads(path.read_text()).get("data", {}).get("aws_iam_policy_document", {})
        for document in documents.values():
            for statement in document["statement"]:
                if "principals" not in statement and "${" not in json.dumps(statement):
                    yield statement


def _as_policy(statement: dict[str, Any]) -> dict[str, Any]:
    conditions: dict[str, dict[str, Any]] = {}
    for one in statement.get("condition", []):
        conditions.setdefault(one["test"], {})[one["variable"]] = one["values"]
    of_policy = {"Effect": statement["effect"], "Action": statement["actions"], "Resource": statement["resources"]}
    return {
        "Version": "2012-10-17",
        "Statement": [{**of_policy, **({"Condition": conditions} if conditions else {})}],
    }


def _of_our_stacks(draw: random.Random) -> Question:
    statement = draw.choice(STATEMENTS)
    action = draw.choice(statement["actions"])
    granted = draw.choice(statement["resources"])
    other = draw.choice(draw.choice(STATEMENTS)["resources"])
    resource = (granted if draw.random() < 0.7 else other).replace("*", "x")
    account = resource.split(":")[4] if resource.startswith("arn:") else DEV
    values = {one["variable"].lower(): one["values"] for one in statement.get("condition", [])}
    known = {key: (draw.choice(given),) for key, given in values.items() if draw.random() < 0.7}
    access = Access(action, resource, account or DEV, REGION, context=known)
    return Question(access, (_as_policy(statement),), _TO_THE_ACCOUNT if _always_has_one(action) else None)


_TO_THE_ACCOUNT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": {"AWS": [DEV, PROD]}}],
}


STATEMENTS = list(_statements_of_our_roles())


def test_the_rights_of_our_roles_are_decided_alike() -> None:
    draw = random.Random(15)  # noqa: S311 - the same questions in every run
    different, judged = _differences([_of_our_stacks(draw) for _ in range(OF_OUR_STACKS)])
    assert different == []
    assert judged > OF_OUR_STACKS * 0.4
