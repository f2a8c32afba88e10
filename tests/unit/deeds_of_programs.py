"""What programs do with the roles of the golden stacks: ours, the seeds' and Terraform; their calls, with values.

The calls stand here, so that no program has to run for a right to be looked at. That they are the programs' own, all
of them and no others, ``test_programs_of_our_roles.py`` holds against the programs' text.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from deeds_of_services import encrypted, role_of
from golden_roles import Json, Stack
from known_account import Known
from sagemaker_templates.emulator.asked import Asked

TERRAFORM = "Terraform"

PROGRAMS: Mapping[str, Sequence[str]] = {
    "mlops.deliver": ("seed/_shared/mlops/deliver.py", "seed/_shared/mlops/session.py"),
    "the build's first data": (
        "seed/xgboost_abalone/abalone/generate_data.py",
        "seed/batch_inference/scoring/sample_data.py",
        "seed/finetune_llm_evaluation/text_to_sql/generate_data.py",
    ),
    "the import": (
        "seed/hf_import_models/model_import/scripts/import_model.py",
        "seed/hf_import_models/model_import/scripts/registry.py",
        "seed/hf_import_models/model_import/scripts/transfer.py",
    ),
    "the job that fetches a base model": ("seed/finetune_llm_evaluation/text_to_sql/scripts/fetch_model.py",),
    "the job that selects a model": ("seed/batch_inference/scoring/scripts/select_model.py",),
    "deploy.resolve": ("seed/model_deploy/deploy/resolve.py",),
    "deploy.plan": ("seed/model_deploy/deploy/target.py", "seed/model_deploy/deploy/counts.py"),
    "the program that applies a plan": (
        "seed/model_deploy/deploy/target.py",
        "constructs/sagemaker_templates/blocks/approved_plan/program/check.py",
    ),
    "the function that fills repositories": ("constructs/sagemaker_templates/blocks/codecommit_seeder/handler.py",),
    "the function that retires an endpoint": (
        "constructs/sagemaker_templates/blocks/endpoint_retirement/handler.py",
    ),
}
"""Where the calls of a program stand; Terraform's stand in its providers."""

_FIRST_DATA = {
    "xgboost_abalone": "data/abalone.csv",
    "batch_inference": "data/abalone.csv",
    "finetune_llm_evaluation": "data/text_to_sql.jsonl",
}


@dataclass(frozen=True)
class ProgramDeed:
    """What a program does as a role of a stack, and what it finds in the account.

    Attributes:
        act: the program, in words.
        asked: its calls.
    """

    stack: Stack
    role: str
    act: str
    asked: Sequence[Asked]
    known: Known = field(default_factory=Known, repr=False)


def deeds_of_programs(stack: Stack) -> Iterator[ProgramDeed]:
    """Everything that programs do with the roles of a stack."""
    for project in stack.all("aws_codebuild_project").values():
        yield from _of_build(stack, project)
    for function in stack.all("aws_lambda_function").values():
        yield from _of_function(stack, role_of(function["role"]))
    if "planner_role" in stack.all("aws_iam_role"):
        yield from Deployment(stack).deeds()


def _of_build(stack: Stack, project: Json) -> Iterator[ProgramDeed]:
    variables = project["environment"].get("environment_variable") or []
    given = {one["name"]: stack.resolved(one["value"]) for one in variables}
    role = role_of(project["service_role"])
    if "SAGEMAKER_PIPELINE_NAME" in given:
        yield from Delivery(stack, role, given).deeds()
    elif "MODEL_PACKAGE_GROUP_NAME" in given and "TARGET" not in given:
        yield from _of_deployment_builds(stack, role, given["MODEL_PACKAGE_GROUP_NAME"])
    elif "TARGET" in given:
        taken = _assumed(given["TARGET_ROLE_ARN"], given["TARGET_EXTERNAL_ID"])
        yield ProgramDeed(stack, role, "the program that applies a plan", [taken])


def _of_deployment_builds(stack: Stack, role: str, group: str) -> Iterator[ProgramDeed]:
    yield ProgramDeed(stack, role, "deploy.resolve", [_packages(group)])
    for pipeline in stack.all("aws_codepipeline").values():
        for action in (
            action for stage in pipeline["stage"] for action in stage["action"] if action["name"] == "Plan"
        ):
            given = {one["name"]: one["value"] for one in json.loads(action["configuration"]["EnvironmentVariables"])}
            taken = _assumed(given["TARGET_ROLE_ARN"], given["TARGET_EXTERNAL_ID"])
            yield ProgramDeed(stack, role, "deploy.plan", [taken])


def _assumed(role: str, external_id: str) -> Asked:
    return Asked("sts", "AssumeRole", {"RoleArn": role, "RoleSessionName": "deploy", "ExternalId": external_id})


def _packages(group: str) -> Asked:
    return Asked("sagemaker", "ListModelPackages", {"ModelPackageGroupName": group})


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _of_function(stack: Stack, role: str) -> Iterator[ProgramDeed]:
    if role == "seeder_role":
        calls = [
            call
            for repository in _repositories(stack, role)
            for name in [{"repositoryName": repository}]
            for call in (
                Asked("codecommit", "ListBranches", name),
                Asked("codecommit", "CreateCommit", {**name, "branchName": "main"}),
            )
        ]
        yield ProgramDeed(stack, role, "the function that fills repositories", calls)
    elif role == "endpoint_retirement_role":
        yield ProgramDeed(stack, role, "the function that retires an endpoint", _retirement(stack))


def _repositories(stack: Stack, role: str) -> list[str]:
    """Those of the environment's projects, which are in stacks of their own: as the rights have them."""
    granted = [one for statement in stack.statements(f"{role}_rights") for one in statement["resources"]]
    return [one.rpartition(":")[2] for one in granted if ":codecommit:" in one]


def _retirement(stack: Stack) -> list[Asked]:
    (invocation,) = stack.all("aws_lambda_invocation").values()
    given = json.loads(invocation["input"])
    endpoint, name = given["endpoint"], f"{given['names_begin_with']}1"
    variant = {"ServiceNamespace": "sagemaker", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}
    variant["ResourceId"] = f"endpoint/{endpoint}/variant/one"
    return [
        Asked("application-autoscaling", "DescribeScalableTargets", {"ServiceNamespace": "sagemaker"}),
        Asked("application-autoscaling", "DeregisterScalableTarget", variant),
        Asked("sagemaker", "DescribeEndpoint", {"EndpointName": endpoint}),
        Asked("sagemaker", "DeleteEndpoint", {"EndpointName": endpoint}),
        Asked("sagemaker", "ListEndpointConfigs", {"NameContains": name}),
        Asked("sagemaker", "DeleteEndpointConfig", {"EndpointConfigName": name}),
        Asked("sagemaker", "ListModels", {"NameContains": name}),
        Asked("sagemaker", "DeleteModel", {"ModelName": name}),
        Asked("cloudwatch", "DescribeAlarms", {"AlarmNamePrefix": name}),
        # What belongs to a scaling policy goes with the target; where the policy went first, it goes like any other.
        Asked("cloudwatch", "DeleteAlarms", {"AlarmNames": [name]}),
    ]


@dataclass(frozen=True)
class Delivery:
    """The build of a repository that has a SageMaker pipeline, and the scripts of the pipeline's jobs.

    Attributes:
        role: of the build.
        given: what the build is told of the project.
    """

    stack: Stack
    role: str
    given: Mapping[str, str]

    def deeds(self) -> Iterator[ProgramDeed]:
        """What the build's programs do, and the scripts."""
        yield self._deed("mlops.deliver", self.role, self._delivered())
        template = self.given["SAGEMAKER_PIPELINE_DESCRIPTION"].partition(" ")[0]
        if template in _FIRST_DATA:
            rows = self._put(_FIRST_DATA[template], IfNoneMatch="*")
            yield self._deed("the build's first data", self.role, [rows])
        if template == "batch_inference":
            yield self._deed("the job that selects a model", "execution_role", self._selected())
        if template == "finetune_llm_evaluation":
            yield self._of_base_model()
        if template == "hf_import_models":
            yield self._of_import()

    @property
    def _bucket(self) -> str:
        return self.given["ARTIFACT_BUCKET"]

    def _deed(self, act: str, role: str, calls: Sequence[Asked], known: Known | None = None) -> ProgramDeed:
        return ProgramDeed(self.stack, role, act, calls, known or Known())

    def _put(self, key: str, operation: str = "PutObject", **more: str) -> Asked:
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.given["ARTIFACT_BUCKET_KMS_ID"]}
        return Asked("s3", operation, {"Bucket": self._bucket, "Key": key, **encryption, **more})

    def _delivered(self) -> list[Asked]:
        name = self.given["SAGEMAKER_PIPELINE_NAME"]
        pipeline = {"PipelineName": name, "RoleArn": self.given["SAGEMAKER_PIPELINE_ROLE_ARN"]}
        arn = self.stack.arn("sagemaker", f"pipeline/{name}")
        tags = {"Tags": _tags({"sagemaker:project-name": self.given["SAGEMAKER_PROJECT_NAME"]})}
        execution = {"PipelineExecutionArn": f"{arn}/execution/1"}
        return [
            self._put(f"pipelines/{name}/code/1/a.py"),
            Asked("sagemaker", "CreatePipeline", {**pipeline, **tags}),
            Asked("sagemaker", "UpdatePipeline", pipeline),
            Asked("sagemaker", "AddTags", {"ResourceArn": arn, **tags}),
            Asked("sagemaker", "StartPipelineExecution", {"PipelineName": name}),
            Asked("sagemaker", "DescribePipelineExecution", execution),
            Asked("sagemaker", "ListPipelineExecutionSteps", execution),
        ]

    def _selected(self) -> list[Asked]:
        group = self.given["MODEL_PACKAGE_GROUP_NAME"]
        return [_packages(group), self._described(group)]

    def _described(self, group: str) -> Asked:
        arn = self.stack.arn("sagemaker", f"model-package/{group}/1")
        return Asked("sagemaker", "DescribeModelPackage", {"ModelPackageName": arn})

    def _of_base_model(self) -> ProgramDeed:
        key = "data/base/config.json"
        calls = [
            Asked("s3", "ListObjectsV2", {"Bucket": self._bucket, "Prefix": "data/base/"}),
            # What downloading a file is.
            Asked("s3", "HeadObject", {"Bucket": self._bucket, "Key": key}),
            Asked("s3", "GetObject", {"Bucket": self._bucket, "Key": key}),
        ]
        known = encrypted(self.stack, self._bucket, [key], self.given["ARTIFACT_BUCKET_KMS_ID"])
        return self._deed("the job that fetches a base model", "execution_role", calls, known)

    def _of_import(self) -> ProgramDeed:
        group, secret = self.given["MODEL_PACKAGE_GROUP_NAME"], self.given.get("HUGGING_FACE_ACCESS_TOKEN_SECRET")
        folder = f"models/{self.given['HUGGING_FACE_MODEL_ID']}/1"
        there, new = f"{folder}/model/a.json", f"{folder}/model/b.json"
        file, part = {"Bucket": self._bucket, "Key": there}, {"UploadId": "1"}
        calls = [
            *([Asked("secretsmanager", "GetSecretValue", {"SecretId": secret})] if secret else []),
            _packages(group),
            self._described(group),
            Asked("s3", "HeadObject", file),
            Asked("s3", "HeadObject", {"Bucket": self._bucket, "Key": new}),
            Asked("s3", "GetObject", file),
            self._put(new),
            self._put(there, "CreateMultipartUpload"),
            Asked("s3", "UploadPart", {**file, **part, "PartNumber": 1}),
            Asked("s3", "CompleteMultipartUpload", {**file, **part}),
            Asked("s3", "AbortMultipartUpload", {**file, **part}),
            Asked("s3", "ListObjectsV2", {"Bucket": self._bucket, "Prefix": f"{folder}/model/"}),
        ]
        known = encrypted(self.stack, self._bucket, [there], self.given["ARTIFACT_BUCKET_KMS_ID"])
        return self._deed("the import", "import_role", calls, self._with_secret(known, secret) if secret else known)

    def _with_secret(self, known: Known, secret: str) -> Known:
        """The secret's key is the one that the role may decrypt with for it, if there is one."""
        arn = self.stack.arn("secretsmanager", f"secret:{secret}-a1B2c3")
        granted = {one["sid"]: one["resources"] for one in self.stack.statements("import_role_rights")}
        key = {arn: {"key": tuple(granted["DecryptToken"])}} if "DecryptToken" in granted else {}
        return Known({f"secretsmanager:Secret {secret}": arn}, {**known.described, **key})


@dataclass(frozen=True)
class Deployment:
    """What is done in a target: Terraform plans, and applies, with the programs around it."""

    stack: Stack

    def deeds(self) -> Iterator[ProgramDeed]:
        """What is done as the planner, and as the deployer."""
        planner, deployer = "planner_role", "deployer_role"
        of_plan = [
            self._facts(),
            Asked("sagemaker", "DescribeEndpointConfig", {"EndpointConfigName": self._name}),
            Asked("sagemaker", "DescribeEndpoint", {"EndpointName": self._endpoint}),
        ]
        of_apply = [
            self._facts(),
            Asked("sagemaker", "DescribeEndpoint", {"EndpointName": self._endpoint}),
            Asked("sagemaker-runtime", "InvokeEndpoint", {"EndpointName": self._endpoint}),
        ]
        yield ProgramDeed(self.stack, planner, "deploy.plan", of_plan)
        yield ProgramDeed(self.stack, deployer, "the program that applies a plan", of_apply)
        for role in (planner, deployer):
            for stored in (False, True):
                yield ProgramDeed(self.stack, role, TERRAFORM, self._state(), self._known(stored=stored))
            yield ProgramDeed(self.stack, role, TERRAFORM, self._seen(), self._known())
        for calls in (self._written(), self._made(), self._scaled(), self._tagged(), self._removed()):
            yield ProgramDeed(self.stack, deployer, TERRAFORM, calls, self._known())

    @property
    def _target(self) -> Json:
        found: Json = self.stack.document["locals"]["target"]
        return found

    @property
    def _endpoint(self) -> str:
        return str(self._target["endpoint_name"])

    @property
    def _name(self) -> str:
        """Of a model, a configuration or an alarm."""
        return f"{self._endpoint}-1"

    @property
    def _state_file(self) -> dict[str, str]:
        return {"Bucket": self._target["state"]["bucket"], "Key": self._target["state"]["key"]}

    def _facts(self) -> Asked:
        (parameter,) = self.stack.all("aws_ssm_parameter").values()
        return Asked("ssm", "GetParameter", {"Name": parameter["name"]})

    def _known(self, *, stored: bool = True) -> Known:
        """The state's bucket and key, the configuration's key, a scalable target with the project's tags.

        Args:
            stored: whether there is a state; of its lock it is read only what is there.
        """
        file, configuration = self._state_file, self._arn("endpoint-config")
        names = [f"{file['Key']}.tflock", *([file["Key"]] if stored else [])]
        described = dict(encrypted(self.stack, file["Bucket"], names, self._state_key or "").described)
        if self._state_key is None:
            described = {arn: {**of, "key": ()} for arn, of in described.items()}
        elif self._alias:
            described[self._state_key] = {"aliases": (self._alias,)}
        described[configuration] = {"key": (self.stack.resolved(self._target["kms_key_arn"]),)}
        return Known(described=described, tagged={self._scalable: self._target["tags"]})

    @property
    def _alias(self) -> str | None:
        named = str(self._target["state"].get("kms_key_id", ""))
        return named.rpartition(":")[2] if "alias/" in named else None

    @property
    def _state_key(self) -> str | None:
        """The ARN of the key that the state is encrypted with, as far as the rights have it."""
        granted = {one["sid"]: one["resources"] for one in self.stack.statements("planner_role_rights")}
        return str(granted["UseStateKey"][0]).replace("key/*", "key/state") if "UseStateKey" in granted else None

    @property
    def _scalable(self) -> str:
        return self.stack.arn("application-autoscaling", "scalable-target/1a2b")

    def _arn(self, kind: str) -> str:
        return self.stack.arn("sagemaker", f"{kind}/{self._endpoint if kind == 'endpoint' else self._name}")

    def _alarm(self) -> str:
        return self.stack.arn("cloudwatch", f"alarm:{self._name}")

    def _state(self) -> list[Asked]:
        """Workspaces are listed, the state is locked and read; somebody else's lock is read to say whose it is."""
        file, bucket = self._state_file, {"Bucket": self._target["state"]["bucket"]}
        lock = {**bucket, "Key": f"{file['Key']}.tflock"}
        return [
            Asked("s3", "ListObjectsV2", {**bucket, "Prefix": "env:/"}),
            Asked("s3", "PutObject", lock),
            Asked("s3", "GetObject", file),
            Asked("s3", "GetObject", lock),
            Asked("s3", "DeleteObject", lock),
        ]

    def _written(self) -> list[Asked]:
        return [Asked("s3", "PutObject", self._state_file)]

    def _seen(self) -> list[Asked]:
        described = [
            Asked("sagemaker", "DescribeModel", {"ModelName": self._name}),
            Asked("sagemaker", "DescribeEndpointConfig", {"EndpointConfigName": self._name}),
            Asked("sagemaker", "DescribeEndpoint", {"EndpointName": self._endpoint}),
        ]
        kinds = ("model", "endpoint-config", "endpoint")
        return [
            *described,
            *(Asked("sagemaker", "ListTags", {"ResourceArn": self._arn(kind)}) for kind in kinds),
            Asked("application-autoscaling", "DescribeScalableTargets", {"ServiceNamespace": "sagemaker"}),
            Asked("application-autoscaling", "DescribeScalingPolicies", {"ServiceNamespace": "sagemaker"}),
            Asked("application-autoscaling", "ListTagsForResource", {"ResourceARN": self._scalable}),
            Asked("cloudwatch", "DescribeAlarms", {"AlarmNames": [self._name]}),
            Asked("cloudwatch", "ListTagsForResource", {"ResourceARN": self._alarm()}),
        ]

    @property
    def _tags(self) -> dict[str, list[dict[str, str]]]:
        return {"Tags": _tags(self._target["tags"])}

    def _made(self) -> list[Asked]:
        """Each configuration has a key; each model is made of a package of the project's account."""
        key, role = (self.stack.resolved(self._target[name]) for name in ("kms_key_arn", "execution_role_arn"))
        model = {"ModelName": self._name, "ExecutionRoleArn": role, **self._tags}
        configuration = {"EndpointConfigName": self._name, "KmsKeyId": key, **self._tags}
        endpoint = {"EndpointName": self._endpoint, "EndpointConfigName": self._name}
        return [
            *(
                Asked("sagemaker", "CreateModel", {**model, "PrimaryContainer": {"ModelPackageName": package}})
                for package in self._packages
            ),
            Asked("sagemaker", "CreateEndpointConfig", configuration),
            Asked("sagemaker", "CreateEndpoint", {**endpoint, **self._tags}),
            Asked("sagemaker", "UpdateEndpoint", endpoint),
            Asked("cloudwatch", "PutMetricAlarm", {"AlarmName": self._name, **self._tags}),
        ]

    @property
    def _packages(self) -> list[str]:
        granted = {one["sid"]: one["resources"] for one in self.stack.statements("deployer_role_rights")}
        return [one.replace("/*", "/1") for one in granted["UseModels"]]

    def _variant(self) -> dict[str, str]:
        return {
            "ServiceNamespace": "sagemaker",
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
            "ResourceId": f"endpoint/{self._endpoint}/variant/one",
        }

    def _scaled(self) -> list[Asked]:
        variant, policy = self._variant(), {"PolicyName": self._name, "PolicyType": "TargetTrackingScaling"}
        return [
            Asked("application-autoscaling", "RegisterScalableTarget", {**variant, "Tags": self._target["tags"]}),
            Asked("application-autoscaling", "PutScalingPolicy", {**variant, **policy}),
            Asked("application-autoscaling", "DeleteScalingPolicy", {**variant, "PolicyName": self._name}),
            Asked("application-autoscaling", "DeregisterScalableTarget", variant),
        ]

    def _tagged(self) -> list[Asked]:
        kinds, keys = ("model", "endpoint-config", "endpoint"), {"TagKeys": ["team"]}
        scalable, alarm = {"ResourceARN": self._scalable}, {"ResourceARN": self._alarm()}
        return [
            *(Asked("sagemaker", "AddTags", {"ResourceArn": self._arn(kind), **self._tags}) for kind in kinds),
            *(Asked("sagemaker", "DeleteTags", {"ResourceArn": self._arn(kind), **keys}) for kind in kinds),
            Asked("application-autoscaling", "TagResource", {**scalable, "Tags": {"team": "risk"}}),
            Asked("application-autoscaling", "UntagResource", {**scalable, **keys}),
            Asked("cloudwatch", "TagResource", {**alarm, **self._tags}),
            Asked("cloudwatch", "UntagResource", {**alarm, **keys}),
        ]

    def _removed(self) -> list[Asked]:
        return [
            Asked("sagemaker", "DeleteEndpoint", {"EndpointName": self._endpoint}),
            Asked("sagemaker", "DeleteEndpointConfig", {"EndpointConfigName": self._name}),
            Asked("sagemaker", "DeleteModel", {"ModelName": self._name}),
            Asked("cloudwatch", "DeleteAlarms", {"AlarmNames": [self._name]}),
        ]
