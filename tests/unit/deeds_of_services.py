"""What AWS's services do with the roles of the golden stacks: acts, with values of the stacks' resources.

What the seeds' pipelines ask for is in short: jobs of the kinds that a template has, their image, inputs and outputs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from golden_roles import Json, Stack
from known_account import Known
from sagemaker_templates.emulator.asked import Asked
from sagemaker_templates.rehearsal.services.acts import Values, acts

MODEL_ACCOUNT, MODEL_BUCKET = "111111111111", "mlops-abalone-111111111111"
"""Where the models lie that the golden cases deploy and predict with."""

_IMAGE = {"registry": "683313688378", "image-tag": "1", "layers": ["sha256:1", "sha256:2"]}
_LONGEST_OF_PIPELINE, _LONGEST_OF_ARTIFACT = 20, 10


@dataclass(frozen=True)
class Deed:
    """An act with a role of a stack, and what it finds in the account."""

    stack: Stack
    role: str
    act: str
    values: Values
    known: Known = field(default_factory=Known, repr=False)

    @property
    def asked(self) -> list[Asked]:
        """What the service asks for."""
        return acts()[self.act].asked(self.values)


def deeds(stack: Stack) -> Iterator[Deed]:
    """Everything that services do with the roles of a stack."""
    for pipeline in stack.all("aws_codepipeline").values():
        yield from _of_source(stack, pipeline)
        for action in _actions(pipeline):
            if action["provider"] == "CodeBuild":
                yield from _of_build(stack, pipeline, action)
    for target in stack.all("aws_cloudwatch_event_target").values():
        yield _of_rule(stack, target)
    for function in stack.all("aws_lambda_function").values():
        log = {"log-group": f"/aws/lambda/{function['function_name']}", "log-stream": "2026/11/27/[$LATEST]1"}
        yield Deed(stack, role_of(function["role"]), "function-log", log)
    for project in stack.all("aws_codebuild_project").values():
        variables = project["environment"].get("environment_variable") or []
        given = {one["name"]: stack.resolved(one["value"]) for one in variables}
        if "SAGEMAKER_PIPELINE_NAME" in given:
            yield from MlPipeline(stack, given).deeds()
    if "endpoint_role" in stack.all("aws_iam_role"):
        yield from _of_endpoint(stack)


def role_of(reference: str) -> str:
    """The id of a role that a resource refers to."""
    return reference.split(".")[1]


def _actions(pipeline: Json) -> Iterator[Json]:
    return (action for stage in pipeline["stage"] for action in stage["action"])


def _artifact(pipeline: Json, name: str) -> str:
    return f"{pipeline['name'][:_LONGEST_OF_PIPELINE]}/{name[:_LONGEST_OF_ARTIFACT]}/1a2b3c4"


def encrypted(stack: Stack, bucket: str, keys: list[str], key: str, account: str | None = None) -> Known:
    """Objects, each with a version ``1``, and their bucket, that are encrypted with a key."""
    arn, what = f"arn:{stack.partition}:s3:::{bucket}", {"key": (key,), "account": (account or stack.place.account,)}
    stored = {**what, "stored": ("true",)}
    return Known(described={arn: what, **{f"{arn}/{one}{part}": stored for one in keys for part in ("", " 1")}})


def _of_source(stack: Stack, pipeline: Json) -> Iterator[Deed]:
    role, (store,), source = role_of(pipeline["role_arn"]), pipeline["artifact_store"], next(_actions(pipeline))
    key, bucket = stack.resolved(store["encryption_key"]["id"]), store["location"]
    (name,) = source["output_artifacts"]
    stored = {"bucket": bucket, "key": _artifact(pipeline, name)}
    known = encrypted(stack, bucket, [stored["key"]], key)
    yield Deed(stack, role, "see-artifact-store", {"bucket": bucket})
    yield Deed(stack, role, "read-artifact", stored, known)
    yield Deed(stack, role, "read-artifact", {**stored, "version": "1"}, known)
    configuration = source["configuration"]
    if source["provider"] == "CodeCommit":
        repository = {"repository": configuration["RepositoryName"]}
        yield Deed(stack, role, "source-from-codecommit", {**repository, "branch": "main", "commit": "1"})
        yield Deed(stack, role, "stop-source-from-codecommit", repository)
        yield Deed(stack, role, "store-artifact", {**stored, "encryption-key": key})
    else:
        connection = {"connection": configuration["ConnectionArn"], "branch": "main"}
        connection["repository"] = configuration["FullRepositoryId"]
        yield Deed(stack, role, "source-from-connection", connection)
        yield Deed(stack, role, "source-from-connection-of-codestar", connection)
        yield Deed(stack, role, "store-artifact-from-connection", {**stored, "encryption-key": key})


def _of_build(stack: Stack, pipeline: Json, action: Json) -> Iterator[Deed]:
    name = stack.resolved(action["configuration"]["ProjectName"])
    yield Deed(stack, role_of(pipeline["role_arn"]), "start-build", {"project": name, "build": f"{name}:1"})
    (project,) = (one for one in stack.all("aws_codebuild_project").values() if one["name"] == name)
    role, log = role_of(project["service_role"]), project["logs_config"]["cloudwatch_logs"]
    stream = "/".join(filter(None, [log.get("stream_name"), "1a2b"]))
    yield Deed(stack, role, "write-build-log", {"log-group": stack.resolved(log["group_name"]), "log-stream": stream})
    (store,), key = pipeline["artifact_store"], stack.resolved(project["encryption_key"])
    inputs = [_artifact(pipeline, one) for one in action["input_artifacts"]]
    known, given = encrypted(stack, store["location"], inputs, key), {"bucket": store["location"], "keys": inputs}
    yield Deed(stack, role, "read-build-input", given, known)
    yield Deed(stack, role, "read-build-input", {**given, "version": "1"}, known)
    for one in action.get("output_artifacts") or []:
        output = {"bucket": store["location"], "key": _artifact(pipeline, one), "encryption-key": key}
        yield Deed(stack, role, "store-build-output", output)


def _of_rule(stack: Stack, target: Json) -> Deed:
    arn = stack.resolved(target["arn"])
    act, separator = ("start-ml-pipeline", "/") if ":sagemaker:" in arn else ("start-pipeline", ":")
    return Deed(stack, role_of(target["role_arn"]), act, {"pipeline": arn.rpartition(separator)[2]})


@dataclass(frozen=True)
class Template:
    """What the pipeline of a template's seed has in it.

    Attributes:
        image: of its jobs.
        serving: of the packages that it registers; None for one that registers none.
    """

    jobs: tuple[str, ...]
    image: str
    serving: str | None = None


_TEMPLATES = {
    "xgboost_abalone": Template(("processing", "training"), "sagemaker-xgboost", "sagemaker-xgboost"),
    "batch_inference": Template(("processing", "transform"), "sagemaker-xgboost"),
    "finetune_llm_evaluation": Template(
        ("processing", "training"), "huggingface-pytorch-training", "huggingface-vllm"
    ),
    "hf_import_models": Template(("processing",), "sagemaker-scikit-learn", "huggingface-vllm"),
}


@dataclass(frozen=True)
class MlPipeline:
    """A project's SageMaker pipeline.

    Attributes:
        given: what its build is told of the project.
    """

    stack: Stack
    given: Mapping[str, str]

    def deeds(self) -> Iterator[Deed]:
        """What the pipeline does, and its jobs."""
        yield from self._of_pipeline()
        for kind in self._template.jobs:
            yield from self._of_job(kind)
        yield from self._of_files()
        if self._name == "finetune_llm_evaluation":
            yield self._of_checkpoints()

    @property
    def _name(self) -> str:
        return self.given["SAGEMAKER_PIPELINE_DESCRIPTION"].partition(" ")[0]

    @property
    def _template(self) -> Template:
        return _TEMPLATES[self._name]

    @property
    def _role_of_jobs(self) -> str:
        return "import_role" if "HUGGING_FACE_IMPORT_ROLE_ARN" in self.given else "execution_role"

    @property
    def _key(self) -> str:
        return self.given["ARTIFACT_BUCKET_KMS_ID"]

    @property
    def _prefix(self) -> str:
        return self.given.get("BASE_JOB_PREFIX", self.given["SAGEMAKER_PROJECT_NAME"])

    @property
    def _folder(self) -> str:
        return f"pipelines/{self.given['SAGEMAKER_PIPELINE_NAME']}"

    @property
    def _network(self) -> dict[str, list[str]]:
        names = {"subnets": "SUBNET_IDS", "security-groups": "SECURITY_GROUP_IDS"}
        return {name: self.given[variable].split(",") for name, variable in names.items() if self.given.get(variable)}

    @property
    def _tags(self) -> dict[str, list[str]]:
        return {"tag-keys": ["sagemaker:project-name"], "tag-values": [self.given["SAGEMAKER_PROJECT_NAME"]]}

    def _deed(self, act: str, values: Values, role: str = "execution_role", known: Known | None = None) -> Deed:
        return Deed(self.stack, role, act, values, known or Known())

    def _of_pipeline(self) -> Iterator[Deed]:
        report = f"{self._folder}/executions/1/report/a.json"
        bucket = self.given["ARTIFACT_BUCKET"]
        known = encrypted(self.stack, bucket, [report], self._key)
        yield self._deed("read-property-file", {"bucket": bucket, "key": report}, known=known)
        group = self.given["MODEL_PACKAGE_GROUP_NAME"]
        if self._template.serving:
            image = {name: _IMAGE[name] for name in ("registry", "image-tag")}
            image["image-repository"] = self._template.serving
            yield self._deed("register-model-package", {**image, "model-package-group": group})
        else:
            package = self.stack.arn("sagemaker", f"model-package/{group}/1")
            model = {"model": f"{self._prefix}-1", "model-role": self.given["SAGEMAKER_PIPELINE_ROLE_ARN"]}
            yield self._deed("create-model", {**model, **self._network, **self._tags, "model-package": package})
            yield _starting(self.stack, "execution_role", "start-model-of-transform-job")

    def _of_job(self, kind: str) -> Iterator[Deed]:
        job, group = f"{self._prefix}-step-1", f"/aws/sagemaker/{kind.capitalize()}Jobs"
        role = self.given.get("HUGGING_FACE_IMPORT_ROLE_ARN", self.given["SAGEMAKER_PIPELINE_ROLE_ARN"])
        of_kind: Values = {"model": job} if kind == "transform" else {"job-role": role, "image": "1", **self._network}
        keys = {"volume-key": self._key, "output-key": self._key}
        yield self._deed(
            f"run-{kind}-job", {"job": job, "instance-type": "ml.m5.large", **keys, **of_kind, **self._tags}
        )
        yield self._deed(f"stop-{kind}-job", {"job": job})
        yield self._deed("job-log", {"log-group": group, "log-stream": f"{job}/algo-1-1"}, self._role_of_jobs)
        yield self._deed("job-metrics", {"namespace": group}, self._role_of_jobs)

    def _of_files(self) -> Iterator[Deed]:
        role, bucket = self._role_of_jobs, self.given["ARTIFACT_BUCKET"]
        results, code = f"{self._folder}/executions/1", f"{self._folder}/code/1/a.py"
        inputs = [code] if role == "import_role" else [code, f"{results}/a/1.csv", "data/a.csv"]
        known = encrypted(self.stack, bucket, [*inputs, f"{results}/b/1.csv"], self._key)
        output: dict[str, str] = {"bucket": bucket, "output-key": self._key}
        yield self._deed("pull-image", {**_IMAGE, "image-repository": self._template.image}, role)
        yield self._deed("read-input", {"bucket": bucket, "prefix": self._folder, "keys": inputs}, role, known)
        yield self._deed("write-output", {**output, "keys": [f"{results}/b/1.csv"]}, role, known)
        yield self._deed("encrypt-volumes", {"volume-key": self._key}, role)
        if self._network:
            yield self._deed("try-network-of-processing-job", {}, role)
            subnets = {one: self.stack.arn("ec2", f"subnet/{one}") for one in self._network["subnets"]}
            yield _joining(self.stack, role, "job-in-vpc", self._network, subnets)
        # The import writes its models itself; what SageMaker writes for it is one small file.
        if role != "import_role":
            large = {"key": f"{results}/b/1.csv", "upload": "1"}
            yield self._deed("write-large-output", {**output, **large}, role, known)
            yield self._deed("give-up-large-output", {"bucket": bucket, **large}, role, known)

    def _of_checkpoints(self) -> Deed:
        bucket, prefix = self.given["ARTIFACT_BUCKET"], f"{self._folder}/executions/1/Train/checkpoints"
        keys = [f"{prefix}/checkpoint-{number}/a.bin" for number in range(3)]
        values = {"bucket": bucket, "prefix": prefix, "keys": keys, "earlier-keys": keys, "removed-keys": keys[:1]}
        return self._deed("keep-checkpoints", values, known=encrypted(self.stack, bucket, keys, self._key))


def _starting(stack: Stack, role: str, act: str) -> Deed:
    """A model of the other project's bucket, with its key, is loaded."""
    key = f"arn:{stack.partition}:kms:{stack.place.region}:{MODEL_ACCOUNT}:key/models"
    files = ["models/1/model.tar.gz", "models/2/config.json"]
    model = {"model-bucket": MODEL_BUCKET, "model-prefix": "models", "model-keys": files}
    known = encrypted(stack, MODEL_BUCKET, files, key, MODEL_ACCOUNT)
    return Deed(stack, role, act, {**_IMAGE, "image-repository": "sagemaker-xgboost", **model}, known)


def _joining(stack: Stack, role: str, act: str, network: Mapping[str, list[str]], subnets: Mapping[str, str]) -> Deed:
    """An interface in each of some subnets, whose ARNs are given."""
    interfaces = {f"eni-{number}": subnets[subnet] for number, subnet in enumerate(network["subnets"])}
    known = Known(
        arns={f"ec2:subnet {id_}": arn for id_, arn in subnets.items()},
        described={
            stack.arn("ec2", f"network-interface/{id_}"): {"subnet": (arn,)} for id_, arn in interfaces.items()
        },
    )
    return Deed(stack, role, act, {**network, "interfaces": list(interfaces)}, known)


def _of_endpoint(stack: Stack) -> Iterator[Deed]:
    role, key = "endpoint_role", stack.attribute("aws_kms_key", "endpoint_key", "arn")
    group = stack.attribute("aws_cloudwatch_log_group", "endpoint_logs", "name")
    yield _starting(stack, role, "start-endpoint")
    yield Deed(stack, role, "encrypt-endpoint-volumes", {"volume-key": key})
    yield Deed(stack, role, "endpoint-log", {"log-group": group, "log-stream": "all/i-1"})
    yield Deed(stack, role, "endpoint-metrics", {"namespace": "/aws/sagemaker/Endpoints"})
    yield Deed(stack, role, "alarms-of-a-rollback", {"alarms": ["errors"]})
    for bucket in stack.all("aws_s3_bucket").values():
        captured = {"bucket": bucket["bucket"], "keys": ["captured/e/v/2026/1.jsonl"], "capture-key": key}
        yield Deed(stack, role, "capture", captured)
    granted = [one for statement in stack.statements(f"{role}_rights") for one in statement["resources"]]
    network = {
        "subnets": _ids("subnet", granted),
        "security-groups": [stack.resolved(one) for one in _ids("security-group", granted)],
    }
    if network["subnets"]:
        # An ARN is its owner's, as the role's rights have it.
        subnets = {one.rpartition("/")[2]: one for one in granted if ":subnet/" in one}
        yield _joining(stack, role, "endpoint-in-vpc", network, subnets)


def _ids(kind: str, arns: list[str]) -> list[str]:
    found = (re.fullmatch(rf".*:{kind}/(.+)", one) for one in arns)
    return list(dict.fromkeys(one[1] for one in found if one))
