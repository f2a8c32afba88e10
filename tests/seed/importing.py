"""A place where models are imported: a hub, an AWS, the compiled pipeline, and a token to look for everywhere."""

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aws_on_loopback import DUMMY_CREDENTIALS, client, start_over
from hf_variables import HF_PLAIN
from loopback_hub import HubModel, LoopbackHub
from mlops.local.compilation import Compiled
from mlops.local.execution import Execution
from mlops.local.pipeline import LocalPipeline
from mlops.local.steps import Surroundings
from mlops.local.store import FolderStore

TOKEN = "a-token-that-is-easy-to-recognize"
MODEL_ID = HF_PLAIN["HUGGING_FACE_MODEL_ID"]
SECRET = HF_PLAIN["HUGGING_FACE_ACCESS_TOKEN_SECRET"]
BUCKET = HF_PLAIN["ARTIFACT_BUCKET"]
GROUP = HF_PLAIN["MODEL_PACKAGE_GROUP_NAME"]
# No job may write a file larger than 256 KiB, wherever it lies: the model is never on the disk.
NO_LARGE_FILES = ("sh", "-c", 'ulimit -f 512; exec "$@"', "sh")


@dataclass(frozen=True)
class Importing:
    """One project's import pipeline and everything around it."""

    hub: LoopbackHub
    endpoint: str
    compiled: Compiled
    pipeline: LocalPipeline
    root: Path
    executions: list[Execution] = field(default_factory=list)

    def client(self, service: str) -> Any:
        """A client of the project's AWS."""
        return client(service, self.endpoint)

    def run(self, **parameters: str) -> Execution:
        """Execute the pipeline once."""
        execution = self.pipeline.run(f"execution-{len(self.executions)}", parameters)
        self.executions.append(execution)
        return execution

    def register(self, execution: Execution) -> str:
        """Do what the pipeline's last step asks SageMaker for; gives the package's ARN."""
        (package,) = execution.registered
        return str(self.client("sagemaker").create_model_package(**package)["ModelPackageArn"])

    def result(self, execution: Execution) -> dict[str, str]:
        """What the import found out."""
        folder = f"pipelines/{HF_PLAIN['SAGEMAKER_PIPELINE_NAME']}/executions/{execution.identifier}/Import/result"
        result: dict[str, str] = json.loads((self.root / "s3" / BUCKET / folder / "result.json").read_text())
        return result

    def log(self, execution: Execution) -> str:
        """What the import job wrote."""
        return (self.root / "work" / execution.identifier / "Import/log").read_text()

    def objects(self, uri: str) -> dict[str, bytes]:
        """Everything at a location in S3, by the rest of its path."""
        bucket, _, prefix = uri.removeprefix("s3://").partition("/")
        s3 = self.client("s3")
        keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]
        return {
            key.removeprefix(prefix): s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in sorted(keys)
        }

    def versions(self) -> int:
        """How many times anything was written to the bucket."""
        return len(self.client("s3").list_object_versions(Bucket=BUCKET).get("Versions", []))


def importing(hub: LoopbackHub, endpoint: str, compiled: Compiled, root: Path, model: HubModel) -> Importing:
    """Everything that an import needs, with one model at the hub and nothing in AWS but bucket, group and secret."""
    hub.start_over({MODEL_ID: model})
    start_over(endpoint)
    compiled.upload(FolderStore(root / "s3"))
    variables = DUMMY_CREDENTIALS | {"AWS_ENDPOINT_URL": endpoint, "HUB_RETRY_SECONDS": "0.001"}
    surroundings = Surroundings(FolderStore(root / "s3"), variables, limits=NO_LARGE_FILES)
    pipeline = LocalPipeline(compiled.definition, surroundings, root / "work")
    place = Importing(hub, endpoint, compiled, pipeline, root)
    _prepare(place)
    return place


def _prepare(place: Importing) -> None:
    place.client("s3").create_bucket(Bucket=BUCKET)
    place.client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    place.client("secretsmanager").create_secret(Name=SECRET, SecretString=f"{TOKEN}\n")
    place.client("sagemaker").create_model_package_group(ModelPackageGroupName=GROUP)


def other_image(place: Importing, image: str) -> Importing:
    """The same place after the repository has changed the image that serves."""
    text = place.compiled.text
    raw = json.loads(text)
    (container,) = raw["Steps"][1]["Arguments"]["IfSteps"][0]["Arguments"]["InferenceSpecification"]["Containers"]
    changed = dataclasses.replace(
        place.pipeline, definition=type(place.pipeline.definition).read(text.replace(container["Image"], image))
    )
    return dataclasses.replace(place, pipeline=changed)
