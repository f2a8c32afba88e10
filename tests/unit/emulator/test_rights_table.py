"""The table of rights agrees with AWS's reference and the services' models, and lacks nothing that our stacks use."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import authorization_reference as reference
import pytest
from sagemaker_templates.emulator.requests.models import service_model, service_signing_as
from sagemaker_templates.emulator.rights import table
from sagemaker_templates.emulator.rights.facts import FACTS
from sagemaker_templates.emulator.rights.table import ANY, Need, Operation, ResourceType
from sagemaker_templates.emulator.rights.values import references
from sagemaker_templates.emulator.supplement.contract import Supplement
from supplements import SUPPLEMENTS
from synthesized import CASES, ROOT, documents

SERVICES = table.services()
OPERATIONS = [
    (service, name, operation) for service in SERVICES for name, operation in table.table(service).operations.items()
]
NEEDS = [(service, name, need) for service, name, operation in OPERATIONS for need in operation.needs]
TYPES = [(service, name, kind) for service in SERVICES for name, kind in table.table(service).resources.items()]
each_service = pytest.mark.parametrize("service", SERVICES)


def _needs_of(service: str) -> Iterator[tuple[str, Need]]:
    return ((name, need) for one, name, need in NEEDS if one == service)


# AWS's reference


@each_service
def test_every_action_exists(service: str) -> None:
    unknown = {need.action for _, need in _needs_of(service) if reference.action(need.action) is None}
    assert unknown == set()


OTHER_TYPES = {
    ("logs", "DescribeLogGroups", "logs:log-group"): "CloudWatch Logs asks for log-group::log-stream: all the same",
    ("sagemaker", "CreateModel", "sagemaker:model-package"): (
        "the guide to other accounts' packages says so: "
        "https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy-xaccount.html"
    ),
}


def test_every_resource_is_of_a_type_that_the_action_knows() -> None:
    others = {
        (service, name, kind)
        for service, name, need in NEEDS
        for kind in need.resources
        if kind != ANY and not _is_known(need.action, kind)
    }
    assert others == set(OTHER_TYPES)


def _is_known(action: str, kind: str) -> bool:
    known = reference.action(action)
    return known is not None and kind.partition(":")[2] in known.types


@each_service
def test_no_resource_is_forgotten_that_the_action_always_asks_for(service: str) -> None:
    asked: dict[tuple[str, str], set[str]] = {}
    for name, need in _needs_of(service):
        kinds = {kind.rpartition(":")[2] for kind in need.resources}
        asked.setdefault((name, need.action), set()).update(kinds)
    forgotten = {
        (name, action): known.required - kinds
        for (name, action), kinds in asked.items()
        if (known := reference.action(action)) and known.required - kinds and ANY not in kinds
    }
    assert forgotten == {}


WITHOUT_RESOURCE = {
    ("cloudwatch", "GetMetricData"): "datasets are for OpenTelemetry's metrics, which the operation does not name",
    ("cloudwatch", "ListMetrics"): "as GetMetricData",
    ("cloudwatch", "PutMetricData"): "as GetMetricData",
}


def test_only_actions_without_resources_are_asked_for_on_all() -> None:
    found = {
        (service, name)
        for service, name, need in NEEDS
        if not need.resources and (known := reference.action(need.action)) and known.types
    }
    assert found == set(WITHOUT_RESOURCE)


@pytest.mark.parametrize(("service", "name", "kind"), TYPES)
def test_a_resource_has_the_arn_of_the_reference(service: str, name: str, kind: ResourceType) -> None:
    known = reference.type_of(service, name)
    assert known is not None
    assert kind.arn == known.arn or kind.arn in OTHER_ARNS


OTHER_ARNS = {
    "arn:${Partition}:sagemaker:${Region}:${Account}:model-package/${ModelPackageName}": (
        "a package is named with its group, or without one"
    ),
}


@each_service
def test_every_condition_key_is_one_that_the_action_knows(service: str) -> None:
    unknown = {
        (name, need.action, key)
        for name, need in _needs_of(service)
        for key in _keys(need)
        if (known := reference.action(need.action)) and not known.knows(key)
    }
    assert unknown == set()


def _keys(need: Need) -> Iterator[str]:
    """Every condition key that a right can come with; ``KEY`` stands for what only a request says."""
    yield from need.keys
    if need.tags:
        yield from ("aws:RequestTag/KEY", "aws:TagKeys")
    if need.untags:
        yield "aws:TagKeys"
    if need.object_tags:
        yield from ("s3:RequestObjectTag/KEY", "s3:RequestObjectTagKeys")
    if need.encryption_context or any(key.startswith("kms:EncryptionContext:") for key in need.keys):
        yield from ("kms:EncryptionContext:KEY", "kms:EncryptionContextKeys")
    for kind in need.resources:
        if kind != ANY:
            described = table.resource_type(kind)
            yield from described.keys
            tag_keys = described.tag_keys if need.tag_keys is None else need.tag_keys
            yield from (f"{key}/KEY" for key in tag_keys)


WITHOUT_TAGS = {
    "s3:bucket": "aws:ResourceTag is there only for buckets that it is turned on for, which ours are not",
    "s3:object": "likewise; tags of objects are s3:ExistingObjectTag",
}


def test_every_type_whose_tags_policies_can_speak_of_tells_them() -> None:
    silent = {
        f"{service}:{name}"
        for service, name, kind in TYPES
        if not kind.tag_keys
        and (known := reference.type_of(service, name))
        and any(key.lower().startswith("aws:resourcetag/") for key in known.keys)
    }
    assert silent == set(WITHOUT_TAGS)


# The services' models


@each_service
def test_every_operation_is_one_of_the_service(service: str) -> None:
    model: Any = service_model(service)
    known = {name for one, name, operation in OPERATIONS if one == service and operation.in_models}
    assert known - set(model.operation_names) == set()


NEWER = {"CreateBucketConfiguration.Tags": "botocore 1.36 brought it, and the emulator's is older"}


@each_service
def test_every_parameter_is_one_of_the_operation(service: str) -> None:
    wrong = {
        (name, path)
        for one, name, operation in OPERATIONS
        if one == service and operation.in_models
        for path in _wrong_paths(service, name, operation)
    }
    assert {path for _, path in wrong} <= set(NEWER), wrong


def _wrong_paths(service: str, name: str, operation: Operation) -> Iterator[str]:
    model: Any = service_model(service)
    shape = model.operation_model(name).input_shape
    for need in operation.needs:
        element = _shape_at(need.each, shape) if need.each else None
        if need.each and element is None:
            yield need.each
        for path in _paths(need):
            if path != need.named and not any(one is not None and _shape_at(path, one) for one in (element, shape)):
                yield path


def _paths(need: Need) -> Iterator[str]:
    texts = [text for texts in (*need.resources.values(), *need.keys.values()) for text in texts]
    named = [path for text in texts for path in references(text)]
    required = [one.path for one in (*need.when, *need.unless)]
    whole = [path for path in (need.tags, need.untags, need.object_tags, need.encryption_context) if path]
    return (path for path in (*named, *required, *whole) if not path.startswith("@"))


def _shape_at(path: str, shape: Any) -> Any:
    """The shape at a path; of a map's values, whatever their names are."""
    for step in path.split("."):
        shape = _member(shape, step.removesuffix("[]"))
        if step.endswith("[]"):
            shape = shape.member if shape is not None and shape.type_name == "list" else None
        if shape is None:
            return None
    return shape


def _member(shape: Any, name: str) -> Any:
    if shape.type_name == "map":
        return shape.value
    return shape.members.get(name) if shape.type_name == "structure" else None


def test_what_is_not_always_given_is_asked_about_first() -> None:
    """A right on what only some requests name would else be one on everything."""
    careless = {
        (service, name, need.action)
        for service, name, need in NEEDS
        if need.resources and not any(_always(service, name, need, text) for text in _resource_texts(need))
    }
    assert careless == set(NOT_ALWAYS_GIVEN)


NOT_ALWAYS_GIVEN = {
    ("codecommit", "GetBranch", "codecommit:GetBranch"): "only the model leaves it out",
    **{
        ("ec2", name, f"ec2:{name}"): "a group that is named by its name can be in a default VPC only"
        for name in (
            "AuthorizeSecurityGroupIngress",
            "DeleteSecurityGroup",
            "RevokeSecurityGroupIngress",
            "UpdateSecurityGroupRuleDescriptionsEgress",
            "UpdateSecurityGroupRuleDescriptionsIngress",
        )
    },
    ("kms", "RetireGrant", "kms:RetireGrant"): "a token says neither key nor grant",
    (
        "sagemaker",
        "ListPipelineExecutionSteps",
        "sagemaker:ListPipelineExecutionSteps",
    ): "only the model leaves it out",
    ("sns", "Publish", "sns:Publish"): "a message to a telephone has no topic",
}


def _resource_texts(need: Need) -> Iterator[str]:
    return (text for texts in need.resources.values() for text in texts)


def _always(service: str, name: str, need: Need, text: str) -> bool:
    return all(path.startswith("@") or _is_given(service, name, need, path) for path in references(text))


def _is_given(service: str, name: str, need: Need, path: str) -> bool:
    """Whether a right's condition says that a parameter is there, or else the model."""
    there = [one.path for one in need.when]
    begun = max((one for one in there if path == one or path.startswith((f"{one}.", f"{one}["))), key=len, default="")
    if path.removesuffix("[]") in (begun, need.named):
        return True
    model: Any = service_model(service)
    operation = table.operation(service, name)
    shape = model.operation_model(name).input_shape if operation.in_models else None
    if shape is None:
        return True
    outer = _shape_at(need.each, shape) if need.each else None
    rest = path.removeprefix(f"{begun}.") if begun else path
    starts = [_shape_at(begun, shape)] if begun else [outer, shape]
    return any(start is not None and _is_required(start, rest) for start in starts)


def _is_required(shape: Any, path: str) -> bool:
    for step in path.split("."):
        member = step.removesuffix("[]")
        if shape.type_name != "structure" or member not in shape.required_members:
            return False
        shape = shape.members[member].member if step.endswith("[]") else shape.members[member]
    return True


# What the table itself is made of


def test_every_fact_is_known_and_every_known_fact_is_asked_for() -> None:
    texts = [
        text for _, _, need in NEEDS for texts in (*need.resources.values(), *need.keys.values()) for text in texts
    ]
    texts += [text for _, _, kind in TYPES for texts in kind.keys.values() for text in texts]
    named = [path for text in texts for path in references(text)]
    named += [one.path for _, _, need in NEEDS for one in (*need.when, *need.unless)]
    asked = {path.removeprefix("@").partition(".")[0] for path in named if path.startswith("@")}
    assert asked == set(FACTS)


def test_every_file_and_every_operation_beyond_the_models_says_where_it_is_from() -> None:
    pages = [table.table(service).source for service in SERVICES]
    pages += [
        need.source or "" for _, _, operation in OPERATIONS if not operation.in_models for need in operation.needs
    ]
    pages += [need.source for _, _, need in NEEDS if need.source]
    assert {page for page in pages if not re.fullmatch(r"https://(docs\.aws\.amazon|github)\.com/\S+", page)} == set()


def test_what_is_written_in_vain_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s3.yaml").write_text("source: x\noperations:\n  GetObject: {ressource: {object: <Key>}}\n")
    monkeypatch.setattr(table, "FOLDER", tmp_path)
    table.table.cache_clear()
    try:
        with pytest.raises(ValueError, match="s3 GetObject"):
            table.table("s3")
    finally:
        table.table.cache_clear()


# What Terraform calls


def _of_terraform() -> dict[str, list[str]]:
    file = Path(__file__).with_name("operations_of_terraform.json")
    types: dict[str, list[str]] = json.loads(file.read_text(encoding="utf-8"))["resource_types"]
    return types


NOT_CALLED = {
    **dict.fromkeys(
        ("lambda:GetDurableExecution", "lambda:ListDurableExecutionsByFunction", "lambda:StopDurableExecution"),
        "of durable functions, which the emulator's models do not know yet",
    ),
    "logs:PutLogGroupDeletionProtection": "the emulator's models do not know it yet",
}
_TAGS_OF_OTHERS = re.compile(
    r"iam:(List|Tag|Untag)(InstanceProfile|MFADevice|SAMLProvider|ServerCertificate|User)(Tags)?"
)


def test_every_operation_of_our_resource_types_is_in_the_table() -> None:
    known = {f"{service}:{name}" for service, name, _ in OPERATIONS}
    called = {one for operations in _of_terraform().values() for one in operations}
    missing = {one for one in called - known if not _TAGS_OF_OTHERS.fullmatch(one)}
    assert missing == set(NOT_CALLED)


def test_the_operations_of_every_resource_type_are_known() -> None:
    in_stacks = {kind for case in CASES for stack in documents(case).values() for kind in stack.get("resource", {})}
    written = "\n".join(path.read_text() for path in (ROOT / "seed").rglob("*.tf"))
    types = {*in_stacks, *re.findall(r'^resource "(\w+)"', written, re.MULTILINE)}
    assert {kind for kind in types if kind.startswith("aws_")} == set(_of_terraform())


# What the emulator does itself


@pytest.mark.parametrize("supplement", SUPPLEMENTS, ids=lambda supplement: str(supplement.service))
def test_every_operation_that_our_supplements_do_is_in_the_table(supplement: Supplement) -> None:
    done = {*supplement.answers, *supplement.corrections, *supplement.checks}
    assert done - set(table.table(service_signing_as(supplement.service)).operations) == set()


# Our own policies


@cache
def _statements() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for case in CASES:
        for stack in documents(case).values():
            for document in stack.get("data", {}).get("aws_iam_policy_document", {}).values():
                found += document["statement"]
    return found


NOT_ASKED = {"s3:*": "all of S3, which is denied over plain HTTP"}


def test_every_action_of_our_policies_is_asked_for_by_an_operation() -> None:
    ours = {action for statement in _statements() for action in statement["actions"]}
    assert ours - {need.action for _, _, need in NEEDS} == set(NOT_ASKED)


FROM_ELSEWHERE = {
    "aws:PrincipalArn": "comes with the caller",
    "aws:SecureTransport": "comes with the connection",
    "aws:SourceAccount": "comes with a service that asks on its own account",
    "aws:SourceArn": "comes with a service that asks on its own account",
    "kms:EncryptionContext:aws:logs:arn": "CloudWatch Logs encrypts on its own account",
    "kms:ViaService": "comes with a service that asks in a caller's name",
}


def test_every_condition_key_of_our_policies_is_told_by_the_table_or_comes_from_elsewhere() -> None:
    ours = {one["variable"] for statement in _statements() for one in statement.get("condition") or []}
    told = {key for _, _, need in NEEDS for key in (*need.keys, *_keys(need))}
    tags = ("aws:ResourceTag/", "aws:RequestTag/")
    assert {key for key in ours - told if not key.startswith(tags)} == set(FROM_ELSEWHERE)
