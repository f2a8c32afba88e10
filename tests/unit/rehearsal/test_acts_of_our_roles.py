"""Whatever a service does with a role of ours, the role may do; what no service does with it, somebody else does."""

from collections.abc import Iterator
from functools import cache

from deeds_of_services import Deed, deeds
from golden_roles import Stack, golden_stacks
from sagemaker_templates.emulator.rights.access import Access
from sagemaker_templates.emulator.rights.decision import Decision, Policies, decide
from sagemaker_templates.emulator.rights.documents import Named
from sagemaker_templates.emulator.rights.needs import needs

STACKS = golden_stacks()

OPEN = Named(
    "of-others",
    """{"Version": "2012-10-17", "Statement": [
        {"Sid": "All", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    ]}""",
)
"""What belongs to other accounts lets ours in: what is asked here is whether the role's own rights are enough."""


@cache
def _decisions(stack: Stack) -> tuple[tuple[Deed, Decision], ...]:
    return tuple((deed, one) for deed in deeds(stack) for one in _of(deed))


def _of(deed: Deed) -> Iterator[Decision]:
    stack = deed.stack
    for asked in deed.asked:
        for access in needs(asked, stack.place, deed.known):
            policies = Policies(identity=[stack.rights(deed.role)], resource=_of_resource(stack, access))
            yield decide(stack.caller(deed.role), access, policies)


def _of_resource(stack: Stack, access: Access) -> Named | None:
    own = stack.policy_of_key(access.resource) if access.action.startswith("kms:") else None
    return own or (OPEN if access.account != stack.place.account or ":key/models" in access.resource else None)


def test_a_service_may_do_with_our_roles_all_that_it_does() -> None:
    refused = {
        (deed.role, one.access.action): f"{deed.act}: {one.message}"
        for stack in STACKS
        for deed, one in _decisions(stack)
        if not one.allowed
    }
    assert refused == {}


IN_CODE = {
    "AssumeDeployer": "the program that applies a plan",
    "AssumePlanners": "deploy.plan",
    "DecryptToken": "the import, with ReadToken",
    "DefinePipeline": "mlops.deliver",
    "EncryptCode": "mlops.deliver, with UploadCode",
    "FindAlarms": "the function that retires an endpoint",
    "FindEndpoint": "the function that retires an endpoint",
    "FindModels": "deploy.resolve, the job that selects a model, the function that retires an endpoint",
    "FollowExecutions": "mlops.deliver --wait",
    "ReadToken": "the import",
    "RemoveAlarms": "the function that retires an endpoint",
    "RemoveEndpoint": "the function that retires an endpoint",
    "RemoveModels": "the function that retires an endpoint",
    "RunPipelineAsExecutionRole": "mlops.deliver, with DefinePipeline",
    "SeeRegisteredModels": "the import",
    "SeedRepositories": "the function that fills repositories",
    "StopScaling": "the function that retires an endpoint",
    "UploadCode": "mlops.deliver",
    "UseModels": "the job that selects a model",
    "WriteModels": "the import",
}
"""Statements for what runs as a role and is no service: programs of ours and of the seeds, which tests run."""

_OF_SAMPLES = "stands in AWS's samples of key policies; S3 does not ask for it"
_OF_THE_REGISTRY = (
    "AWS's policy for the registry has it; no page says that registering a version of a pipeline asks for it"
)
_OF_BUCKETS = "only AWS's policies for whole buckets have it"
UNUSED = {
    **{
        ("UsePipelineKey", f"kms:{action}"): _OF_SAMPLES
        for action in ("DescribeKey", "Encrypt", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo")
    },
    ("UsePipelineKey", "kms:GenerateDataKey"): "of builds without outputs, which store nothing",
    ("PipelineArtifactBucket", "s3:GetBucketVersioning"): "of builds; CodePipeline's own role uses it",
    ("ReadRepository", "codecommit:GetRepository"): "for clones; CodePipeline's console grants it in any case",
    ("RegisterModels", "sagemaker:AddTags"): "the seeds' versions have no tags",
    ("RegisterModels", "sagemaker:DescribeModelPackage"): _OF_THE_REGISTRY,
    ("RegisterModels", "sagemaker:DescribeModelPackageGroup"): _OF_THE_REGISTRY,
    ("ReadModels", "s3:GetObject"): _OF_THE_REGISTRY,
    ("UseKey", "kms:DescribeKey"): "no page has it for jobs and endpoints",
    ("UseKey", "kms:Decrypt"): "of endpoints that capture: S3 asks for it where what is captured is stored in parts",
    ("ListBucket", "s3:GetBucketLocation"): _OF_BUCKETS,
    ("ListBucket", "s3:ListBucket"): "of the role that starts an import and reads one file",
    ("ListModelBucket", "s3:GetBucketLocation"): _OF_BUCKETS,
    ("FindCaptureBucket", "s3:GetBucketLocation"): _OF_BUCKETS,
    ("FindCaptureBucket", "s3:ListBucket"): _OF_BUCKETS,
}
"""Rights that nothing was found to use: by statement and action."""


def test_our_roles_of_services_have_no_other_rights_that_nobody_uses() -> None:
    unused = {(sid, action) for stack in STACKS for sid, action in _unused(stack) if sid not in IN_CODE}
    assert unused == set(UNUSED)


def test_every_statement_that_code_uses_is_there() -> None:
    assert {sid for stack in STACKS for sid, _ in _unused(stack)} >= set(IN_CODE)


@cache
def _unused(stack: Stack) -> frozenset[tuple[str, str]]:
    """Statements and actions of the stack's roles that no deed in it has needed."""
    used = {(deed.role, sid, one.access.action) for deed, one in _decisions(stack) for _, sid in one.by}
    return frozenset(
        (statement["sid"], action)
        for role in {deed.role for deed, _ in _decisions(stack)}
        for statement in stack.statements(f"{role}_rights")
        for action in statement["actions"]
        if (role, statement["sid"], action) not in used
    )


def test_every_role_that_a_service_has_does_something() -> None:
    idle = {
        (stack.name, role)
        for stack in STACKS
        for role in stack.all("aws_iam_role")
        if "Service" in str(stack.statements(f"{role}_trust")) and role not in {deed.role for deed in deeds(stack)}
    }
    assert idle == set()
