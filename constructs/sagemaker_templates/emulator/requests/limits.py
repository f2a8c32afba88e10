"""Limits that AWS documents and the models do not hold."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sagemaker_templates.emulator.asked import Asked
from sagemaker_templates.emulator.requests.constraints import Violation

_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
_SPACES = re.compile(r"\s+")
# Lower-case letters, digits, dots and hyphens, a letter or digit at both ends, no two dots side by side, no address.
_BUCKET = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_NO_BUCKET = re.compile(r"(xn--|sthree-|amzn-s3-demo-).*|.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)")


@dataclass(frozen=True)
class Limit:
    """A limit of a service.

    Attributes:
        operations: ``service:Operation`` of each request that it is for.
        measure: returns by how much a request's parameters fill it; ``None`` where they have no say.
        most: the largest measure that the service takes.
        code: the service's error.
        said: what the service says.
        source: the page of AWS's that documents it.
    """

    operations: Sequence[str]
    measure: Callable[[Mapping[str, Any]], int | None]
    most: int
    code: str
    said: str
    source: str


def _document(name: str) -> Callable[[Mapping[str, Any]], int | None]:
    """A policy's size as IAM counts it: without white space."""
    return lambda given: len(_SPACES.sub("", str(given[name]))) if name in given else None


def _bytes(name: str) -> Callable[[Mapping[str, Any]], int | None]:
    return lambda given: len(str(given[name]).encode()) if name in given else None


def _variables(given: Mapping[str, Any]) -> int | None:
    variables = given.get("Environment", {}).get("Variables", {})
    return sum(len(f"{name}{value}".encode()) for name, value in variables.items())


def _tags(given: Mapping[str, Any]) -> int | None:
    return len(given.get("Tagging", {}).get("TagSet", []))


def _objects(given: Mapping[str, Any]) -> int | None:
    return len(given.get("Delete", {}).get("Objects", []))


def _standard_value(given: Mapping[str, Any]) -> int | None:
    return len(str(given.get("Value", ""))) if given.get("Tier", "Standard") == "Standard" else None


def _faults_of_bucket_name(given: Mapping[str, Any]) -> int | None:
    name = str(given.get("Bucket", ""))
    return 0 if _BUCKET.fullmatch(name) and not _NO_BUCKET.fullmatch(name) else 1


LIMITS = (
    Limit(
        ("iam:CreateRole", "iam:UpdateAssumeRolePolicy"),
        lambda given: _document("AssumeRolePolicyDocument")(given) or _document("PolicyDocument")(given),
        2_048,
        "LimitExceeded",
        "Cannot exceed quota for ACLSizePerRole: 2048",
        _IAM,
    ),
    Limit(
        ("iam:PutRolePolicy",),
        _document("PolicyDocument"),
        10_240,
        "LimitExceeded",
        "Maximum policy size of 10240 bytes exceeded for the role",
        _IAM,
    ),
    Limit(
        ("iam:CreatePolicy", "iam:CreatePolicyVersion"),
        _document("PolicyDocument"),
        6_144,
        "LimitExceeded",
        "Cannot exceed quota for PolicySize: 6144",
        _IAM,
    ),
    Limit(
        ("kms:CreateKey", "kms:PutKeyPolicy"),
        _bytes("Policy"),
        32_768,
        "LimitExceededException",
        "The key policy is longer than 32768 bytes.",
        "https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html",
    ),
    Limit(
        ("lambda:CreateFunction", "lambda:UpdateFunctionConfiguration"),
        _variables,
        4_096,
        "InvalidParameterValueException",
        "Lambda was unable to configure your environment variables because the environment variables you have "
        "provided exceeded the 4KB limit.",
        "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
    ),
    Limit(
        ("s3:CreateBucket",),
        _faults_of_bucket_name,
        0,
        "InvalidBucketName",
        "The specified bucket is not valid.",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",
    ),
    Limit(
        ("s3:PutBucketPolicy",),
        _bytes("Policy"),
        20_480,
        "MalformedPolicy",
        "Policy exceeds the maximum allowed document size.",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html",
    ),
    Limit(
        ("s3:PutBucketTagging",),
        _tags,
        50,
        "BadRequest",
        "Bucket tag count cannot be greater than 50",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/CostAllocTagging.html",
    ),
    Limit(
        ("s3:PutObjectTagging",),
        _tags,
        10,
        "BadRequest",
        "Object tags cannot be greater than 10",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html",
    ),
    Limit(
        ("s3:DeleteObjects",),
        _objects,
        1_000,
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
        "https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html",
    ),
    Limit(
        ("ssm:PutParameter",),
        _standard_value,
        4_096,
        "ValidationException",
        "Standard tier parameters support a maximum parameter value of 4096 characters.",
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html",
    ),
)


def beyond_limits(asked: Asked) -> list[Violation]:
    """Return the limits that a request goes beyond."""
    operation = f"{asked.service}:{asked.operation}"
    return [
        Violation("", "", "", code=limit.code, said=limit.said)
        for limit in LIMITS
        if operation in limit.operations and (limit.measure(asked.parameters) or 0) > limit.most
    ]
