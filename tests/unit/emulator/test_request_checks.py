"""A request that breaks a rule of its service's model, or a limit, is refused as the service refuses it."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sagemaker_templates.blocks import iam as rights
from sagemaker_templates.emulator.asked import Asked
from sagemaker_templates.emulator.requests import known_wrong, limits
from sagemaker_templates.emulator.requests.checks import refusal
from sagemaker_templates.emulator.requests.constraints import Reading, compiled, violations
from sagemaker_templates.emulator.requests.known_wrong import KNOWN_WRONG, KnownWrong
from sagemaker_templates.emulator.requests.models import service_model
from sagemaker_templates.emulator.requests.newer import newer
from sagemaker_templates.emulator.requests.recognition import recognize
from sent_requests import call_of, received

ROLE = "arn:aws:iam::111111111111:role/service"
VARIANT = {"VariantName": "a", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
SERVICES = (
    *("application-autoscaling", "cloudwatch", "codebuild", "codecommit", "codeconnections", "codepipeline"),
    *("ec2", "ecr", "events", "iam", "kms", "lambda", "logs", "s3", "sagemaker", "secretsmanager", "ssm", "sts"),
)


def _refused(service: str, operation: str, parameters: dict[str, Any]) -> tuple[int, str, str] | None:
    """The status, the code and the message that a service answers with; ``None`` if it takes the request."""
    reply = refusal(call_of(service, operation, parameters))
    if reply is None:
        return None
    if reply.body.startswith(b"{"):
        said = json.loads(reply.body)
        return reply.code, said["__type"], said["message"]
    document = ElementTree.fromstring(reply.body)  # noqa: S314 - made above
    found = {element.tag: str(element.text) for element in document.iter()}
    return reply.code, found["Code"], found["Message"]


def _groups(count: int) -> dict[str, Any]:
    groups = [f"sg-0123456{number}" for number in range(count)]
    return {"ModelName": "m", "VpcConfig": {"SecurityGroupIds": groups, "Subnets": ["subnet-01234567"]}}


def _variants(**changes: Any) -> dict[str, Any]:
    return {"EndpointConfigName": "c", "ProductionVariants": [{**VARIANT, **changes}]}


WRONG = {
    "a member that is missing": (
        *("sagemaker", "CreateModel", {}, 400, "ValidationException"),
        "1 validation error detected: Value null at 'modelName' failed to satisfy constraint: "
        "Member must not be null",
    ),
    "a text that is too long": (
        *("sagemaker", "CreateModel", {"ModelName": "m" * 64}, 400, "ValidationException"),
        "'modelName' failed to satisfy constraint: Member must have length less than or equal to 63",
    ),
    "too many security groups": (
        *("sagemaker", "CreateModel", _groups(6), 400, "ValidationException"),
        "'vpcConfig.securityGroupIds' failed to satisfy constraint: Member must have length less than or equal to 5",
    ),
    "an instance type that there is not": (
        *("sagemaker", "CreateEndpointConfig", _variants(InstanceType="ml.m5.larg"), 400, "ValidationException"),
        "Value 'ml.m5.larg' at 'productionVariants.1.member.instanceType' failed to satisfy constraint: "
        "Member must satisfy enum value set: [",
    ),
    "a number that is too small": (
        *("sagemaker", "CreateEndpointConfig", _variants(InitialInstanceCount=0), 400, "ValidationException"),
        "initialInstanceCount' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ),
    "a number where text belongs": (
        *("sagemaker", "DescribeModel", {"ModelName": 3}, 400, "SerializationException"),
        "'modelName' failed to satisfy constraint: Member must be text",
    ),
    "a value of a map that is too long": (
        *("codepipeline", "CreatePipeline", {"pipeline": {"name": "p p"}}, 400, "ValidationException"),
        "Member must satisfy regular expression pattern: [A-Za-z0-9.@\\-_]+",
    ),
    "a query": (
        *("iam", "CreateRole", {"RoleName": "a b", "AssumeRolePolicyDocument": "{}"}, 400, "ValidationError"),
        "Value 'a b' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern",
    ),
    "a query of EC2": (
        *("ec2", "CreateSecurityGroup", {"GroupName": "g"}, 400, "MissingParameter"),
        "The request must contain the parameter description",
    ),
    "XML": (
        *("s3", "PutBucketVersioning", {"Bucket": "b" * 3, "VersioningConfiguration": {"Status": "On"}}),
        *(400, "InvalidArgument", "Value 'On' at 'versioningConfiguration.status' failed to satisfy constraint"),
    ),
    "a header": (
        *("s3", "PutObject", {"Bucket": "bbb", "Key": "k", "ServerSideEncryption": "none"}, 400, "InvalidArgument"),
        "Value 'none' at 'serverSideEncryption'",
    ),
    "a path": (
        *("lambda", "GetFunction", {"FunctionName": "a b"}, 400, "ValidationException"),
        "Value 'a b' at 'functionName'",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_breaks_a_rule_of_the_model_is_refused_in_the_services_words(wrong: str) -> None:
    service, operation, parameters, status, code, message = WRONG[wrong]
    said = _refused(service, operation, parameters)
    assert said is not None
    assert said[:2] == (status, code)
    assert message in said[2]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    said = _refused("sagemaker", "CreateEndpointConfig", _variants(InstanceType="x", InitialInstanceCount=0))
    assert said is not None
    assert said[2].startswith("2 validation errors detected: ")
    assert "initialInstanceCount" in said[2]
    assert "instanceType" in said[2]


RIGHT: list[tuple[str, str, dict[str, Any]]] = [
    ("sagemaker", "CreateModel", {**_groups(5), "ExecutionRoleArn": ROLE}),
    ("sagemaker", "CreateEndpointConfig", _variants()),
    ("s3", "PutObject", {"Bucket": "bbb", "Key": "a b/ü{", "Body": b'{"not": "json'}),
    ("s3", "PutBucketPolicy", {"Bucket": "bbb", "Policy": "{}"}),
    ("s3", "AbortMultipartUpload", {"Bucket": "bbb", "Key": "k", "UploadId": "u"}),
    ("lambda", "Invoke", {"FunctionName": "f", "Payload": b"nonsense"}),
    ("sagemaker-runtime", "InvokeEndpoint", {"EndpointName": "e", "Body": b"0.1,0.2", "ContentType": "text/csv"}),
    ("iam", "PutRolePolicy", {"RoleName": "r", "PolicyName": "p", "PolicyDocument": "{}"}),
    ("ec2", "CreateTags", {"Resources": ["sg-1"], "Tags": [{"Key": "a", "Value": "ä"}]}),
    ("kms", "Encrypt", {"KeyId": "k", "Plaintext": b"a"}),
    ("events", "PutRule", {"Name": "r", "EventPattern": "{}"}),
    ("codepipeline", "StartPipelineExecution", {"name": "p"}),
    ("sts", "GetCallerIdentity", {}),
]


@pytest.mark.parametrize(("service", "operation", "parameters"), RIGHT, ids=[operation for _, operation, _ in RIGHT])
def test_what_keeps_the_rules_passes_and_is_known_by_name(
    service: str, operation: str, parameters: dict[str, Any]
) -> None:
    call = call_of(service, operation, parameters)
    assert refusal(call) is None
    asked = recognize(call)
    assert asked is not None
    assert (asked.service, asked.operation) == (service, operation)
    told = {name: value for name, value in parameters.items() if not isinstance(value, bytes)}
    assert {name: asked.parameters.get(name) for name in told} == told


def _sample(shape: Any, depth: int = 0) -> Any:
    """Any value of a shape, with what is required in it."""
    if shape.type_name == "structure":
        return {name: _sample(shape.members[name], depth + 1) for name in shape.required_members if depth < 5}
    if shape.type_name == "list":
        return [_sample(shape.member, depth + 1)]
    if shape.type_name == "map":
        return {"k": _sample(shape.value, depth + 1)}
    samples = {"string": "abc", "boolean": True, "timestamp": 0, "blob": b"x", "float": 1.0, "double": 1.0}
    return samples.get(shape.type_name, 1)


@pytest.mark.parametrize("service", ["s3", "lambda", "sagemaker-runtime"])
def test_each_operation_is_known_by_its_method_path_query_and_headers(service: str) -> None:
    model = service_model(service)
    assert model is not None
    mistaken = {}
    for name in model.operation_names:
        operation = model.operation_model(name)
        sample = _sample(operation.input_shape) if operation.input_shape else {}
        asked = recognize(call_of(service, name, sample))
        if asked is None or asked.operation != name:
            mistaken[name] = asked.operation if asked else None
    assert mistaken == MISTAKEN.get(service, {})


MISTAKEN: dict[str, dict[str, str | None]] = {
    # Older names of an operation, and one that differs by the host alone: the very same requests.
    "s3": {
        "ListDirectoryBuckets": "ListBuckets",
        "GetBucketLifecycle": "GetBucketLifecycleConfiguration",
        "GetBucketNotification": "GetBucketNotificationConfiguration",
        "PutBucketLifecycle": "PutBucketLifecycleConfiguration",
        "PutBucketNotification": "PutBucketNotificationConfiguration",
    },
}


def _bounded() -> list[Any]:
    """Every shape of the services' models that has bounds and no pattern or enumeration."""
    shapes = []
    for service in SERVICES:
        model = service_model(service)
        assert model is not None
        for name in model.shape_names:
            shape = model.shape_for(name)
            bounds = shape.metadata.keys() & {"min", "max"}
            if (
                bounds
                and not shape.metadata.keys() & {"pattern", "enum"}
                and shape.type_name in ("string", "integer")
            ):
                shapes.append((service, shape))
    return shapes


BOUNDED = _bounded()
_LONGEST = 100_000


@given(st.sampled_from(BOUNDED))
def test_a_bound_is_where_the_model_has_it(of_service: tuple[str, Any]) -> None:
    service, shape = of_service
    reading = Reading(newer(service), typed=True)
    least, most = reading.demand(shape, "min"), reading.demand(shape, "max")
    is_text = shape.type_name == "string"
    for bound, beyond in ((least, -1), (most, 1)):
        if bound is None or (is_text and (bound + beyond < 0 or bound > _LONGEST)):
            continue
        at, past = ("x" * bound, "x" * (bound + beyond)) if is_text else (bound, bound + beyond)
        assert list(violations(shape, at, reading)) == []
        assert len(list(violations(shape, past, reading))) == 1


def test_every_pattern_of_every_model_can_be_matched() -> None:
    found = 0
    for service in SERVICES:
        model = service_model(service)
        assert model is not None
        patterns = {model.shape_for(name).metadata.get("pattern") for name in model.shape_names}
        patterns |= {change.get("pattern") for change in newer(service).values()}
        for pattern in patterns - {None}:
            compiled(pattern)
            found += 1
    assert found > 400


def test_a_pattern_of_javas_covers_what_lies_beyond_the_first_65536_characters() -> None:
    pattern = r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*"
    assert compiled(pattern).fullmatch("endpoint/😀")
    assert not compiled(pattern).fullmatch("a\x00")


def test_what_a_service_knows_by_now_is_taken() -> None:
    added = {name: change["enum"] for name, change in newer("sagemaker").items() if "enum" in change}
    instance_type = next(iter(added["ProductionVariantInstanceType"]))
    assert _refused("sagemaker", "CreateEndpointConfig", _variants(InstanceType=instance_type)) is None


def test_content_that_is_not_what_the_protocol_allows_is_refused() -> None:
    headers = {"X-Amz-Target": "SageMaker.ListModels"}
    request = {"method": "POST", "url_path": "/", "query_string": {}, "headers": headers}
    for body in ("{", "[]"):
        reply = refusal(received("sagemaker", {**request, "body": body}, "sagemaker"))
        assert reply is not None
        assert json.loads(reply.body)["__type"] == "SerializationException"


def test_a_service_that_newer_sdks_ask_in_json_is_understood() -> None:
    headers = {
        "X-Amz-Target": "GraniteServiceVersion20100801.DeleteAlarms",
        "Content-Type": "application/x-amz-json-1.0",
    }
    request = {"method": "POST", "url_path": "/", "query_string": {}, "headers": headers}
    asked = recognize(received("cloudwatch", {**request, "body": '{"AlarmNames": ["a"]}'}, "monitoring"))
    assert asked == Asked("cloudwatch", "DeleteAlarms", {"AlarmNames": ["a"]})
    reply = refusal(received("cloudwatch", {**request, "body": "{}"}, "monitoring"))
    assert reply is not None
    assert "'alarmNames'" in json.loads(reply.body)["message"]


def test_a_request_of_no_known_service_is_left_to_others() -> None:
    request = {"method": "POST", "url_path": "/", "query_string": {}, "headers": {}, "body": "{"}
    assert refusal(received("", request, "no-such-service")) is None


def _sized(limit: limits.Limit, size: int) -> dict[str, Any]:
    """Parameters that fill a limit to a size."""
    name = limit.operations[0]
    if name == "lambda:CreateFunction":
        return {"Environment": {"Variables": {"A": "x" * (size - 1)}}}
    if name == "s3:CreateBucket":
        return {"Bucket": "good-name" if size == 0 else "Bad_Name"}
    if "Tagging" in name:
        return {"Tagging": {"TagSet": [{"Key": str(number), "Value": ""} for number in range(size)]}}
    if name == "s3:DeleteObjects":
        return {"Delete": {"Objects": [{"Key": str(number)} for number in range(size)]}}
    parameter = {"iam:CreateRole": "AssumeRolePolicyDocument", "ssm:PutParameter": "Value"}
    of_service = "PolicyDocument" if name.startswith("iam:") else "Policy"
    return {parameter.get(name, of_service): "x" * size}


@pytest.mark.parametrize("limit", limits.LIMITS, ids=lambda limit: limit.operations[0])
def test_a_documented_limit_is_kept_and_named_with_its_page(limit: limits.Limit) -> None:
    service, operation = limit.operations[0].split(":")
    assert limits.beyond_limits(Asked(service, operation, _sized(limit, limit.most))) == []
    (beyond,) = limits.beyond_limits(Asked(service, operation, _sized(limit, limit.most + 1)))
    assert (beyond.code, beyond.said) == (limit.code, limit.said)
    assert limit.source.startswith("https://docs.aws.amazon.com/")
    model = service_model(service)
    assert model is not None
    assert {name.split(":")[1] for name in limit.operations} <= set(model.operation_names)


def test_the_limit_of_a_policy_is_the_one_that_synthesis_measures_by() -> None:
    most = {limit.operations[0]: limit.most for limit in limits.LIMITS}
    assert most["iam:CreateRole"] == rights.TRUST_OF_A_ROLE
    assert most["iam:PutRolePolicy"] == rights.RIGHTS_OF_A_ROLE
    assert most["iam:CreatePolicy"] == rights.MANAGED_POLICY
    assert most["s3:PutBucketPolicy"] == rights.RESOURCE_POLICY
    assert most["kms:CreateKey"] == rights.KEY_POLICY


def test_iam_does_not_count_white_space() -> None:
    document = "{" + " " * 3_000 + "}"
    assert _refused("iam", "CreateRole", {"RoleName": "r", "AssumeRolePolicyDocument": document}) is None


@pytest.mark.parametrize("name", ["ab", "a..b", "192.168.0.1", "xn--a", "a-s3alias", "-ab", "Abc", "a_b", "a" * 64])
def test_a_bucket_has_no_name_that_s3_refuses(name: str) -> None:
    said = _refused("s3", "CreateBucket", {"Bucket": name})
    assert said is not None
    assert said[1] == "InvalidBucketName"


def test_a_limit_that_is_exceeded_is_a_conflict() -> None:
    said = _refused("iam", "CreateRole", {"RoleName": "r", "AssumeRolePolicyDocument": "x" * 2_049})
    assert said == (409, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")


def test_what_a_service_does_not_mind_is_passed_over_there_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    known = KnownWrong("sagemaker:DescribeModel", "modelName", "for this test, and for nothing else")
    monkeypatch.setattr(known_wrong, "KNOWN_WRONG", (known,))
    assert _refused("sagemaker", "DescribeModel", {"ModelName": "a b"}) is None
    assert _refused("sagemaker", "DeleteModel", {"ModelName": "a b"}) is not None
    said = _refused("sagemaker", "CreateModel", {"ModelName": "a b"})
    assert said is not None


def test_what_is_passed_over_has_a_reason_and_an_operation_that_there_is() -> None:
    for known in KNOWN_WRONG:
        service, operation = known.operation.split(":")
        model = service_model(service)
        assert model is not None
        assert operation in model.operation_names
        assert len(known.reason) > 20
