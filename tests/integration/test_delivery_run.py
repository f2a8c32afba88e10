"""A delivery pipeline runs as its roles, hands on through its bucket, and fails where AWS refuses it something."""

import sys
from pathlib import Path
from typing import Any

import pytest
from roles_on_emulator import new_role, policy
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.rehearsal.delivery import Action, DeliveryPipeline
from sagemaker_templates.rehearsal.repository import CodeCommitTip

RIGHTS = [
    "codecommit:GetBranch",
    "codecommit:GetCommit",
    "codecommit:UploadArchive",
    "codecommit:GetUploadArchiveStatus",
    "s3:GetBucketAcl",
    "s3:GetBucketLocation",
    "s3:GetBucketVersioning",
    "s3:PutObject",
    "kms:GenerateDataKey",
]
ACCOUNT, REGION, NAME = "111111111111", "us-east-1", "a-pipeline"
FILES = {"README.md": b"read\n", "src/deep/code.py": b"print()\n"}

pytestmark = pytest.mark.emulator


def _action(name: str, category: str, provider: str, configuration: dict[str, str], **more: Any) -> dict[str, Any]:
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "actionTypeId": kind, "configuration": configuration, **more}


@pytest.fixture
def role(emulator: Emulator) -> str:
    """A repository with files, and a pipeline of it whose bucket is not there; gives the pipeline's role."""
    trusted = {"Service": "codepipeline.amazonaws.com"}
    arn = new_role(emulator, ACCOUNT, "a-pipeline-role", trusted=trusted, allowed=RIGHTS)
    kms = emulator.client("kms", ACCOUNT, REGION)
    kms.create_alias(AliasName="alias/a-key", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    codecommit = emulator.client("codecommit", ACCOUNT, REGION)
    codecommit.create_repository(repositoryName="a-repository")
    put = [{"filePath": path, "fileContent": content} for path, content in FILES.items()]
    codecommit.create_commit(repositoryName="a-repository", branchName="main", putFiles=put)
    source = {"RepositoryName": "a-repository", "BranchName": "main"}
    stages = [
        _action("Read", "Source", "CodeCommit", source, outputArtifacts=[{"name": "source"}]),
        _action("Ask", "Approval", "Manual", {"CustomData": "Go on?"}),
    ]
    store = {"type": "S3", "location": "a-bucket", "encryptionKey": {"id": "alias/a-key", "type": "KMS"}}
    emulator.client("codepipeline", ACCOUNT, REGION).create_pipeline(
        pipeline={
            "name": NAME,
            "roleArn": arn,
            "artifactStore": store,
            "stages": [{"name": f"Stage{each['name']}", "actions": [each]} for each in stages],
        }
    )
    return arn


def test_what_aws_refuses_to_a_role_fails_the_action_and_nothing_comes_after_it(
    emulator: Emulator, role: str, tmp_path: Path
) -> None:
    ended: list[Action] = []
    pipeline = DeliveryPipeline(emulator, ACCOUNT, REGION, NAME, Path(sys.executable), tell=ended.append)
    execution = pipeline.run(CodeCommitTip(), tmp_path)

    assert execution.failed == "StageRead/Read"
    assert "NoSuchBucket" in execution.log
    assert ended == [Action("StageRead/Read", role, ACCOUNT, failed=True)]


@pytest.mark.parametrize("missing", RIGHTS[:-1])
@pytest.mark.usefixtures("role")
def test_a_right_that_the_pipeline_lacks_fails_its_source_and_is_named(
    emulator: Emulator, tmp_path: Path, missing: str
) -> None:
    emulator.client("s3", ACCOUNT, REGION).create_bucket(Bucket="a-bucket")
    kept = {"Effect": "Allow", "Action": [right for right in RIGHTS if right != missing], "Resource": "*"}
    iam = emulator.client("iam", ACCOUNT, REGION)
    iam.put_role_policy(RoleName="a-pipeline-role", PolicyName="own", PolicyDocument=policy(kept))
    execution = DeliveryPipeline(emulator, ACCOUNT, REGION, NAME, Path(sys.executable)).run(CodeCommitTip(), tmp_path)
    assert execution.failed == "StageRead/Read"
    assert (
        f"a-pipeline-role/codepipeline is not authorized to perform: {missing} on resource: arn:aws:" in execution.log
    )


@pytest.mark.usefixtures("role")
def test_the_source_is_stored_whole_and_encrypted_where_the_next_action_gets_it(
    emulator: Emulator, tmp_path: Path
) -> None:
    s3 = emulator.client("s3", ACCOUNT, REGION)
    s3.create_bucket(Bucket="a-bucket")
    pipeline = DeliveryPipeline(emulator, ACCOUNT, REGION, NAME, Path(sys.executable))
    started = emulator.client("codepipeline", ACCOUNT, REGION).start_pipeline_execution(name=NAME)
    execution = pipeline.run(CodeCommitTip(), tmp_path)

    assert started["pipelineExecutionId"]
    assert execution.status == "Succeeded"
    assert execution.approvals == {"StageAsk/Ask": {"CustomData": "Go on?"}}
    artifact = execution.artifacts["source"]
    assert artifact.key.startswith("a-pipeline/source/")
    assert s3.head_object(Bucket="a-bucket", Key=artifact.key)["ServerSideEncryption"] == "aws:kms"
    found = {file.relative_to(artifact.folder).as_posix() for file in artifact.folder.rglob("*") if file.is_file()}
    assert found == set(FILES)
