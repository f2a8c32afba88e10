"""A SageMaker pipeline is executed as its role: its files are in S3, and what SageMaker needs is asked for."""

import io
import json
import sys
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mlops.local.store import NotThereError
from roles_on_emulator import new_role, policy
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.emulator.prepare import Account
from sagemaker_templates.rehearsal.acting import RightMissing
from sagemaker_templates.rehearsal.ml_pipeline import MlPipeline, MlStepFailed
from sagemaker_templates.rehearsal.pipeline_step import S3Store

pytestmark = pytest.mark.emulator

ACCOUNT, REGION, BUCKET = "111111111111", "us-east-1", "mlops-a"
PIPELINE = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:pipeline/a"
SHARED = Path(__file__).parents[2] / "seed" / "_shared"
IMAGE = f"683313688378.dkr.ecr.{REGION}.amazonaws.com/sagemaker-xgboost:1.7-1"
SCRIPT = """
from pathlib import Path
rows = Path("/opt/ml/processing/data/rows.csv").read_text().splitlines()
Path("/opt/ml/processing/count/count.json").write_text('{"rows": %d}' % len(rows))
"""
SERVING = """
def model_fn(folder):
    return 2
def transform_fn(model, body, content_type, accept):
    return "".join(f"{float(row) * model}\\n" for row in body.splitlines()), accept
"""
RIGHTS = {
    "cloudwatch:PutMetricData",
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:DescribeImages",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
    "iam:PassRole",
    "kms:CreateGrant",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogStreams",
    "logs:PutLogEvents",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
    "sagemaker:CreateModel",
    "sagemaker:CreateModelPackage",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTransformJob",
    "sagemaker:DescribeModel",
    "sagemaker:DescribeModelPackage",
    "sagemaker:DescribeProcessingJob",
    "sagemaker:DescribeTransformJob",
}


@dataclass
class Site:
    """A role, a bucket with a script and data, and a pipeline that counts rows and registers a model."""

    emulator: Emulator
    role: str
    key: str
    work: Path
    told: list[tuple[str, str]] = field(default_factory=list)

    def execute(self, rows: int = 3) -> list[str]:
        """Execute the pipeline, which registers a model if there are as many rows."""
        return self.take(_steps(self.role, self.key, rows))

    def predict(self, package: str, model_role: str | None = None) -> None:
        """Execute a pipeline that predicts each row of the data with the model of a package."""
        self.take([_model(model_role or self.role, package), _transform(self.key)])

    def take(self, steps: list[dict[str, Any]]) -> list[str]:
        """Execute a pipeline of these steps."""
        self.work.mkdir()
        pipeline = MlPipeline(
            self.emulator,
            PIPELINE,
            self.role,
            json.dumps({"Version": "2020-12-01", "Parameters": [], "Steps": steps}),
            Path(sys.executable),
            SHARED,
            self.work,
            tell=lambda _, step, what: self.told.append((step, what)),
        )
        return pipeline.execute()

    def without(self, *rights: str) -> None:
        """Take rights from the role."""
        kept = {"Effect": "Allow", "Action": sorted(RIGHTS - set(rights)), "Resource": "*"}
        iam = self.emulator.client("iam", ACCOUNT, REGION)
        iam.put_role_policy(RoleName="execution", PolicyName="own", PolicyDocument=policy(kept))


@pytest.fixture
def site(emulator: Emulator, tmp_path: Path) -> Site:
    """Everything that there is before an execution."""
    trusted = {"Service": "sagemaker.amazonaws.com"}
    role = new_role(emulator, ACCOUNT, "execution", trusted=trusted, allowed=sorted(RIGHTS))
    key = emulator.client("kms", ACCOUNT, REGION).create_key()["KeyMetadata"]["Arn"]
    Account(emulator, ACCOUNT, REGION).create_bucket(BUCKET)
    s3 = emulator.client("s3", ACCOUNT, REGION)
    for name, content in {"code/count.py": SCRIPT, "data/rows.csv": "1\n2\n3\n"}.items():
        s3.put_object(Bucket=BUCKET, Key=name, Body=content.encode())
    emulator.client("sagemaker", ACCOUNT, REGION).create_model_package_group(ModelPackageGroupName="group")
    return Site(emulator, role, key, tmp_path / "work")


def test_an_execution_leaves_its_files_in_s3_and_its_model_in_the_registry(site: Site) -> None:
    (registered,) = site.execute()
    s3 = site.emulator.client("s3", ACCOUNT, REGION)
    assert json.loads(s3.get_object(Bucket=BUCKET, Key="results/count.json")["Body"].read()) == {"rows": 3}
    package = site.emulator.client("sagemaker", ACCOUNT, REGION).describe_model_package(ModelPackageName=registered)
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    assert [step for step, _ in site.told] == ["Count", "Enough", "Register"]
    assert site.told[1][1].endswith(": yes")


def test_a_step_that_fails_ends_the_execution_with_what_it_says(site: Site) -> None:
    with pytest.raises(MlStepFailed, match="too few rows"):
        site.execute(rows=4)
    assert [step for step, _ in site.told] == ["Count", "Enough"]


# One of each act and of each request: the acts themselves are held against the table of rights by unit tests.
@pytest.mark.parametrize(
    "right",
    [
        "cloudwatch:PutMetricData",
        "ecr:BatchGetImage",
        "ecr:DescribeImages",
        "iam:PassRole",
        "kms:CreateGrant",
        "logs:CreateLogStream",
        "s3:PutObject",
        "sagemaker:CreateModelPackage",
        "sagemaker:CreateProcessingJob",
    ],
)
def test_a_right_that_the_role_lacks_is_named(site: Site, right: str) -> None:
    site.without(right)
    with pytest.raises((MlStepFailed, RightMissing), match=f"assumed-role/execution/.* perform: {right}"):
        site.execute()


@pytest.fixture
def package(site: Site) -> str:
    """An approved model that doubles what it gets."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        code = tarfile.TarInfo("code/inference.py")
        code.size = len(SERVING)
        archive.addfile(code, io.BytesIO(SERVING.encode()))
    site.emulator.client("s3", ACCOUNT, REGION).put_object(Bucket=BUCKET, Key="model.tar.gz", Body=packed.getvalue())
    registered = site.emulator.client("sagemaker", ACCOUNT, REGION).create_model_package(
        **_package(f"s3://{BUCKET}/model.tar.gz")
    )
    return str(registered["ModelPackageArn"])


def test_a_model_of_a_package_predicts_whole_files_as_its_own_role(site: Site, package: str) -> None:
    trusted = {"Service": "sagemaker.amazonaws.com"}
    serving = new_role(site.emulator, ACCOUNT, "serving", trusted=trusted, allowed=sorted(RIGHTS))
    site.without("kms:Encrypt", "s3:PutObject")  # the results are written by the model's role
    site.predict(package, serving)
    s3 = site.emulator.client("s3", ACCOUNT, REGION)
    assert s3.get_object(Bucket=BUCKET, Key="predicted/rows.csv.out")["Body"].read() == b"1,2.0\n2,4.0\n3,6.0\n"
    (model,) = site.emulator.client("sagemaker", ACCOUNT, REGION).list_models()["Models"]
    assert model["ModelName"].startswith("a-model-")
    assert [step for step, _ in site.told] == ["Model", "Transform"]


@pytest.mark.parametrize(
    "right",
    [
        "ecr:BatchGetImage",
        "kms:Encrypt",
        "sagemaker:CreateModel",
        "sagemaker:CreateTransformJob",
    ],
)
def test_a_right_that_a_transform_needs_is_named(site: Site, package: str, right: str) -> None:
    site.without(right)
    with pytest.raises((MlStepFailed, RightMissing), match=f"assumed-role/execution/.* perform: {right}"):
        site.predict(package)


def test_what_is_in_s3_is_found_by_its_name_and_by_what_it_begins_with(emulator: Emulator, tmp_path: Path) -> None:
    Account(emulator, ACCOUNT, REGION).create_bucket(BUCKET)
    store = S3Store(emulator.client("s3", ACCOUNT, REGION))
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "folder" / "deep" / "b").write_text("2")
    (tmp_path / "folder" / "a").write_text("1")
    store.keep(tmp_path / "folder", f"s3://{BUCKET}/x")
    store.keep(tmp_path / "folder" / "a", f"s3://{BUCKET}/xy")
    store.fetch(f"s3://{BUCKET}/x", tmp_path / "fetched")
    store.fetch(f"s3://{BUCKET}/xy", tmp_path / "single")
    assert (tmp_path / "fetched" / "deep" / "b").read_text() == "2"
    assert [path.name for path in (tmp_path / "single").iterdir()] == ["xy"]
    assert store.read(f"s3://{BUCKET}/x/a") == b"1"
    store.remove(f"s3://{BUCKET}/x")
    assert [store.exists(f"s3://{BUCKET}/{name}") for name in ("x", "xy")] == [False, True]
    for missing in (lambda: store.read(f"s3://{BUCKET}/x"), lambda: store.fetch(f"s3://{BUCKET}/x", tmp_path)):
        with pytest.raises(NotThereError):
            missing()


def _steps(role: str, key: str, rows: int) -> list[dict[str, Any]]:
    return [_count(role, key), _enough(rows)]


def _count(role: str, key: str) -> dict[str, Any]:
    inputs = {"code": "code/count.py", "data": "data/rows.csv"}
    arguments = {
        "ProcessingJobName": "a-count",
        "RoleArn": role,
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceType": "ml.m5.large",
                "InstanceCount": 1,
                "VolumeSizeInGB": 1,
                "VolumeKmsKeyId": key,
            }
        },
        "AppSpecification": {
            "ImageUri": IMAGE,
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/code/count.py"],
        },
        "ProcessingInputs": [
            {
                "InputName": name,
                "S3Input": {"S3Uri": f"s3://{BUCKET}/{file}", "LocalPath": f"/opt/ml/processing/{name}"},
            }
            for name, file in inputs.items()
        ],
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": "count",
                    "S3Output": {"S3Uri": f"s3://{BUCKET}/results", "LocalPath": "/opt/ml/processing/count"},
                }
            ]
        },
        "NetworkConfig": {"EnableNetworkIsolation": True},
    }
    file = {"PropertyFileName": "Count", "OutputName": "count", "FilePath": "count.json"}
    return {"Name": "Count", "Type": "Processing", "Arguments": arguments, "PropertyFiles": [file]}


def _enough(rows: int) -> dict[str, Any]:
    counted = {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.Count.PropertyFiles.Count"}, "Path": "rows"}}
    condition = {"Type": "GreaterThanOrEqualTo", "LeftValue": counted, "RightValue": rows}
    register = _package(f"s3://{BUCKET}/results/count.json")
    branches = {
        "IfSteps": [{"Name": "Register", "Type": "RegisterModel", "Arguments": register}],
        "ElseSteps": [{"Name": "TooFew", "Type": "Fail", "Arguments": {"ErrorMessage": "too few rows"}}],
    }
    return {"Name": "Enough", "Type": "Condition", "Arguments": {"Conditions": [condition], **branches}}


def _package(data: str) -> dict[str, Any]:
    return {
        "ModelPackageGroupName": "group",
        "ModelApprovalStatus": "PendingManualApproval",
        "InferenceSpecification": {
            "Containers": [{"Image": IMAGE, "ModelDataUrl": data}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    }


def _model(role: str, package: str) -> dict[str, Any]:
    arguments = {
        "ModelName": "a-model",
        "ExecutionRoleArn": role,
        "Containers": [{"ModelPackageName": package}],
        "EnableNetworkIsolation": True,
    }
    return {"Name": "Model", "Type": "Model", "Arguments": arguments}


def _transform(key: str) -> dict[str, Any]:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/data"}}
    arguments = {
        "ModelName": {"Get": "Steps.Model.ModelName"},
        "TransformInput": {"DataSource": source, "ContentType": "text/csv", "SplitType": "Line"},
        "TransformOutput": {
            "S3OutputPath": f"s3://{BUCKET}/predicted",
            "AssembleWith": "Line",
            "Accept": "text/csv",
            "KmsKeyId": key,
        },
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeKmsKeyId": key},
        "DataProcessing": {"JoinSource": "Input"},
    }
    return {"Name": "Transform", "Type": "Transform", "Arguments": arguments}
